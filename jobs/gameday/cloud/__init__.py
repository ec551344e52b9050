"""AWS as the shop has it, on moto's server in a process of its own."""

from jobs.gameday.cloud.cloud import Cloud, start_cloud

__all__ = ["Cloud", "start_cloud"]
