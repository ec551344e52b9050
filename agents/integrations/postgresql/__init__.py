"""PostgreSQL: reviewed statistics views, read-only by construction, and one action."""

from agents.integrations.postgresql.actions import SessionInspector, TerminateSession
from agents.integrations.postgresql.telemetry import PostgresTelemetry

__all__ = ["PostgresTelemetry", "SessionInspector", "TerminateSession"]
