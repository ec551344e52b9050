"""Prometheus, and whatever speaks its HTTP API."""

from agents.integrations.prometheus.telemetry import PrometheusTelemetry

__all__ = ["PrometheusTelemetry"]
