"""Metrics of the shop behind the Prometheus HTTP API: Debian's Prometheus, or a small recorder."""
