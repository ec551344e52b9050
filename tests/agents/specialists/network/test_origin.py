"""Where along the calls it begins: one origin out of many that are slow or fail."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from agents.domain.base import EntityRef
from agents.domain.claims import VerdictStatus
from agents.domain.hypotheses import Answer
from agents.domain.readings import Series, Service, Topology
from agents.testing.telemetry import InMemoryTelemetry
from agents.verification.verifier import Verifier
from tests.agents.builders import NOW
from tests.agents.specialists.network.looking import BASELINE, answer

CALLS = {"checkout": ("cart", "search"), "cart": ("table",), "search": ("table",), "table": ()}
TOPOLOGY = Topology(services=tuple(Service(name=n, depends_on=c) for n, c in CALLS.items()))
SINCE = NOW - timedelta(minutes=8)
Levels = Mapping[str, tuple[float, float]]
"""Before and now, by service."""


def watched(metric: str, levels: Levels, statistic: str = "Average") -> list[Series]:
    """Return a metric of several services, sampled each minute with a little noise."""
    moments = [BASELINE.start + timedelta(minutes=n) for n in range(91)]
    return [
        Series(
            name=metric,
            entity=EntityRef(kind="service", name=name),
            statistic=statistic,
            times=tuple(at.timestamp() for at in moments),
            values=tuple(
                (now if at > SINCE else before) * (1 + 0.004 * math.sin(7 * n))
                for n, at in enumerate(moments)
            ),
        )
        for name, (before, now) in levels.items()
    ]


def looked_at(*series: Sequence[Series]) -> InMemoryTelemetry:
    """Return telemetry with some metrics and the calls."""
    return InMemoryTelemetry(series=[one for each in series for one in each], services=TOPOLOGY)


def strongest(found: Answer) -> str:
    """Return the cause that the check itself believes most."""
    return max(found.hypotheses, key=lambda one: one.prior_shift).cause.key


ASKED = watched("requests", dict.fromkeys(CALLS, (100.0, 100.0)), "Sum")


@pytest.mark.parametrize(
    ("now", "origin"),
    [
        ({"checkout": 0.9, "cart": 0.7, "table": 0.6}, "table"),
        ({"checkout": 0.9, "cart": 0.7, "table": 0.1}, "cart"),
        ({"checkout": 0.9, "cart": 0.7, "table": 0.15}, "cart"),
    ],
    ids=["the deepest", "not its healthy callee", "not its callee that is a little slower"],
)
def test_whoever_loses_the_time_is_named_first(now: dict[str, float], origin: str) -> None:
    """The caller hurts loudest, and the deepest tremor is not always the cause."""
    usual = {"checkout": 0.4, "cart": 0.2, "search": 0.2, "table": 0.1}
    levels = {name: (usual[name], now.get(name, usual[name])) for name in CALLS}

    found = answer(looked_at(watched("latency", levels), ASKED), TOPOLOGY)

    assert strongest(found) == f"upstream_latency@service/{origin}"


def test_availability_that_falls_is_as_good_as_errors_that_rise() -> None:
    """Many sources count only what went well."""
    levels = {"checkout": (100.0, 97.0), "cart": (100.0, 97.0), "table": (100.0, 97.0)}

    found = answer(looked_at(watched("availability", levels), ASKED), TOPOLOGY)

    assert strongest(found) == "http_upstream_errors@service/table"


def test_each_claim_about_the_origin_holds_when_measured_again() -> None:
    """What is posted was measured, on another path than the one that found it."""
    levels = {"checkout": (0.4, 0.9), "cart": (0.2, 0.7), "search": (0.2, 0.2), "table": (0.1, 0.1)}
    telemetry = looked_at(watched("latency", levels), ASKED)

    found = answer(telemetry, TOPOLOGY)

    claims = [claim for one in found.hypotheses for claim in one.claims]
    assert claims
    statuses = {Verifier(telemetry).verify(claim).status for claim in claims}
    assert statuses == {VerdictStatus.HOLDS}


def test_one_that_is_slow_without_anybody_noticing_is_not_the_cause() -> None:
    """A batch job may take its time; nobody above waits for it."""
    levels = {"checkout": (0.4, 0.4), "cart": (0.2, 0.2), "search": (0.2, 0.2), "table": (0.1, 0.9)}

    found = answer(looked_at(watched("latency", levels), ASKED), TOPOLOGY)

    assert found.hypotheses == ()


def test_a_quiet_hour_names_nobody() -> None:
    """Who always names somebody is wrong on every quiet day."""
    levels = dict.fromkeys(CALLS, (0.2, 0.2))

    found = answer(looked_at(watched("latency", levels), ASKED), TOPOLOGY)

    assert found.hypotheses == ()
    assert any("would account for the alert" in one.text for one in found.findings)
