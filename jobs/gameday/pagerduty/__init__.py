"""A PagerDuty account behind TLS: the REST API, the Events API and signed v3 webhooks."""

from jobs.gameday.pagerduty.server import PagerDutyServer

__all__ = ["PagerDutyServer"]
