"""Values are frozen, artifacts are named by their content, windows never run backwards."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from agents.domain.base import Cost, EntityRef, Producer, Window
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Gap
from agents.domain.measures import (
    ChangeSelector,
    Comparator,
    LogSelector,
    Measure,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    Reduction,
    RowSelector,
    TraceSelector,
)
from agents.domain.plans import Member, Roster
from tests.agents.builders import CHECKOUT, NOW, WINDOW, a_claim, a_hypothesis


def _gap(text: str = "no logs") -> Gap:
    return Gap(source="logs", text=text, remedy="connect Loki")


def test_the_same_content_has_the_same_id_whenever_it_was_made() -> None:
    """A job that runs twice must not record its findings twice."""
    early = _gap()
    late = Gap(
        source="logs",
        text="no logs",
        remedy="connect Loki",
        made_at=NOW,
        cost=Cost(seconds=3),
    )

    assert early.id == late.id
    assert early.id.startswith("gap_")
    assert _gap("other").id != early.id
    assert Gap(source="logs", text="x", remedy="y", id="given").id == "given"


def test_signing_an_artifact_changes_its_id() -> None:
    """The same gap reported by two specialists is two reports."""
    gap = _gap()
    signed = gap.by(Producer(name="network"), ("question_1",))

    assert signed.id != gap.id
    assert signed.produced_by.name == "network"
    assert signed == gap.by(Producer(name="network"), ("question_1",))


def test_artifacts_cannot_be_changed() -> None:
    """What was recorded stays as it was recorded."""
    with pytest.raises(ValidationError):
        setattr(_gap(), "text", "changed")  # noqa: B010 - the type checker refuses it, too


def test_claims_that_measure_alike_are_one_claim_whatever_they_say() -> None:
    """Wording and weight do not make a second measurement necessary."""
    one = a_claim()
    other = Claim.model_validate({**one.model_dump(exclude={"id"}), "text": "said otherwise"})

    assert one.id == other.id


def test_a_negative_claim_needs_a_control() -> None:
    """Silence of a broken source must not pass for proof."""
    nothing = {
        "text": "no errors",
        "subject": CHECKOUT,
        "measure": Measure(selector=LogSelector(pattern="error"), reduce=Reduction.COUNT),
        "window": WINDOW,
    }

    for comparator, expected in ((Comparator.EQUAL, 0), (Comparator.AT_MOST, 0), ("<", 1)):
        with pytest.raises(ValidationError, match="give it a control query"):
            Claim.model_validate({**nothing, "comparator": comparator, "expected": expected})


def test_a_cause_must_be_on_the_closed_list() -> None:
    """Free text is not a failure mode."""
    with pytest.raises(ValidationError, match="unknown failure mode 'gremlins'"):
        Cause(entity=CHECKOUT, failure_mode="gremlins")


def test_moments_are_kept_in_utc() -> None:
    """Half the incidents have two time zones in them."""
    vienna = datetime(2026, 11, 20, 15, 0, tzinfo=timezone(timedelta(hours=1)))

    window = Window(start=vienna, end=vienna + timedelta(minutes=1))

    assert window.start == datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    assert window.start.tzinfo is UTC


def test_a_window_cannot_end_before_it_starts() -> None:
    """A swapped pair of times is a mistake, not an empty window."""
    with pytest.raises(ValidationError, match="before it starts"):
        Window(start=NOW, end=NOW - timedelta(seconds=1))


def test_windows_can_be_measured_moved_and_widened() -> None:
    """Baselines are windows moved back; context is a window widened."""
    window = Window(start=NOW, end=NOW + timedelta(seconds=60))

    assert window.seconds == 60
    assert window.contains(NOW)
    assert not window.contains(NOW - timedelta(seconds=1))
    assert window.shifted(-60).end == NOW
    assert window.widened(before_seconds=5, after_seconds=10).seconds == 75


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("checkout", EntityRef(kind="service", name="checkout")),
        ("rds/shop-db", EntityRef(kind="rds", name="shop-db")),
        ("pod/shop/web-1", EntityRef(kind="pod", namespace="shop", name="web-1")),
        ("lb/app/web/1a2b", EntityRef(kind="lb", namespace="app", name="web/1a2b")),
    ],
)
def test_entities_are_read_from_text(text: str, entity: EntityRef) -> None:
    """Metric files and people write entities as text."""
    assert EntityRef.parse(text) == entity
    assert str(EntityRef.parse(text)) in {text, f"service/{text}"}


def test_an_entity_may_be_the_same_as_one_that_says_less() -> None:
    """Telemetry often leaves kind or namespace out."""
    pod = EntityRef(kind="pod", namespace="shop", name="web")

    assert pod.is_same_as(EntityRef(kind="service", name="web"))
    assert not pod.is_same_as(EntityRef(kind="node", name="web"))
    assert not pod.is_same_as(EntityRef(kind="pod", namespace="other", name="web"))
    assert not pod.is_same_as(EntityRef(kind="pod", namespace="shop", name="api"))


def test_every_selector_names_its_source() -> None:
    """Scope, credentials and gaps all go by the source."""
    sources = [
        MetricSelector(name="m").source,
        LogSelector().source,
        TraceSelector().source,
        ObjectSelector(kind="pods").source,
        ChangeSelector().source,
        ProbeSelector(probe="dns", target="db").source,
        RowSelector(instance="db", view="pg_locks").source,
    ]

    assert sources == [
        "metrics",
        "logs",
        "traces",
        "objects:pods",
        "changes",
        "probe:dns",
        "rows:pg_locks",
    ]


def test_costs_add_up_and_members_are_found_by_name() -> None:
    """Small things that everything else leans on."""
    total = Cost(seconds=1, tool_calls=2, tokens=3, usd=0.5).plus(Cost(seconds=1, usd=0.25))
    roster = Roster(members=(Member(name="aws", title="AWS", sources=()),))

    assert total == Cost(seconds=2, tool_calls=2, tokens=3, usd=0.75)
    assert roster.member("aws") is not None
    assert roster.member("gcp") is None
    assert a_hypothesis().cause.key == "bad_deploy@database/shop-db"
