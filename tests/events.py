"""Small events and incidents that many tests of the engine share."""

from datetime import UTC, datetime, timedelta

from agents.domain.base import Producer
from agents.domain.events import IncidentDeclared
from agents.domain.incidents import Alert, Incident, Severity

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACTOR = Producer(name="commander")


def an_alert(number: int = 1) -> Alert:
    """Return an alert about the checkout."""
    return Alert(
        source="pagerduty",
        title="Checkout is failing",
        started_at=START + timedelta(seconds=number),
        service="checkout",
        external_id=f"Q{number}",
    )


def declared(number: int = 1, at: datetime = START) -> IncidentDeclared:
    """Return the declaration of an incident."""
    alert = an_alert(number)
    incident = Incident(title=alert.title, severity=Severity.SEV2, declared_at=at, alert=alert)
    return IncidentDeclared(incident=incident)
