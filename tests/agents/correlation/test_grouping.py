"""Which alerts are of one incident."""

from datetime import UTC, datetime, timedelta

from agents.correlation.grouping import group_alerts
from agents.domain.incidents import Alert
from agents.domain.readings import Service, Topology

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOPOLOGY = Topology(
    services=(
        Service(name="shop", depends_on=("cart",)),
        Service(name="cart", depends_on=("table",)),
        Service(name="search", depends_on=("table",)),
        Service(name="table"),
        Service(name="billing"),
    )
)


def alert(service: str, minutes: float = 0.0, **labels: str) -> Alert:
    """Return an alert of a service, some minutes after noon."""
    return Alert(
        source="generic",
        title=f"{service} at {minutes}",
        started_at=NOON + timedelta(minutes=minutes),
        service=service,
        labels=labels,
    )


def names(*alerts: Alert) -> list[list[str]]:
    """Return the groups as the services in each."""
    return [[a.service or "" for a in group] for group in group_alerts(alerts, TOPOLOGY)]


def test_a_caller_and_its_callee_are_one_incident() -> None:
    """Two pages for one cause bring two people to one keyboard."""
    assert names(alert("shop", 1), alert("cart")) == [["cart", "shop"]]


def test_two_callers_of_one_callee_are_one_incident() -> None:
    """The callee itself may have no monitor."""
    assert names(alert("cart"), alert("search", 1)) == [["cart", "search"]]


def test_services_that_have_nothing_in_common_are_two_incidents() -> None:
    """One swallowed by the other would be nobody's."""
    assert names(alert("cart"), alert("billing", 1)) == [["cart"], ["billing"]]


def test_a_shared_host_makes_strangers_one_incident() -> None:
    """When a host goes, what runs on it goes together."""
    assert names(alert("cart", host="h1"), alert("billing", 1, host="h1")) == [["cart", "billing"]]


def test_a_shared_severity_makes_nothing_one_incident() -> None:
    """Everything that pages is critical."""
    grouped = names(alert("cart", severity="critical"), alert("billing", severity="critical"))

    assert len(grouped) == 2


def test_the_same_alert_hours_later_is_another_incident() -> None:
    """And alerts that trickle do not chain a day into one."""
    trickle = [alert("cart", minutes) for minutes in (0, 4, 8, 240)]

    assert [len(group) for group in names(*trickle)] == [2, 1, 1]
