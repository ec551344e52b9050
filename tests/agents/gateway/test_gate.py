"""What an agent may read, how often, how much, and what is written down about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from limits.storage import MemoryStorage
from structlog.testing import capture_logs

from agents.domain.base import EntityRef, Window
from agents.domain.document import Document
from agents.domain.hypotheses import Answer
from agents.domain.measures import (
    LogSelector,
    Measure,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    Reduction,
    RowSelector,
)
from agents.domain.plans import Member
from agents.domain.readings import LogLine, ProbeResult, Resource, Row, Series
from agents.errors import NoSuchSource, RateLimited, ScopeViolation
from agents.gateway.cache import MemoryReadCache
from agents.gateway.capping import Caps
from agents.gateway.gate import Gate, GatedTelemetry
from agents.gateway.ledger import Ledger
from agents.gateway.limiting import SourceLimiter
from agents.testing.journal import InMemoryRecording
from agents.testing.telemetry import InMemoryTelemetry

START = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
WINDOW = Window(start=START, end=START + timedelta(minutes=30))
PODS = ObjectSelector(kind="pods")
COUNT_PODS = Measure(selector=PODS, reduce=Reduction.COUNT)


@dataclass
class Hand:
    """A clock that moves when it is told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self.now


@dataclass
class Counting(InMemoryTelemetry):
    """Telemetry that counts how often its objects are read."""

    reads: int = 0

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the objects, and count."""
        self.reads += 1
        return super().objects(selector)


def pod(name: str, **fields: str) -> Resource:
    """Return a pod with some fields."""
    entity = EntityRef(kind="pod", namespace="shop", name=name)
    return Resource(kind="pods", entity=entity, document=Document(body={**fields}))


def world() -> Counting:
    """Return telemetry with one pod, one secret-bearing log line, and a database."""
    line = LogLine(timestamp=START, entity=None, message="connecting: password=hunter2")
    return Counting(
        lines=[line],
        series=[Series(name="latency", times=(START.timestamp(),), values=(3.0,))],
        resources={"pods": [pod("checkout-1")]},
        probes={"dns:pay": ProbeResult(probe="dns", target="pay", at=START, ok=True)},
        tables={"pg_locks": [Row(columns={"pid": 1})]},
    )


@dataclass
class Door:
    """A gated telemetry with everything around it in reach."""

    inner: InMemoryTelemetry = field(default_factory=world)
    sources: tuple[str, ...] = ("objects:*", "logs", "metrics", "probe:*")
    clock: Hand = field(default_factory=Hand)
    caps: Caps = field(default_factory=Caps)
    limiter: SourceLimiter | None = None
    cached: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    recording: InMemoryRecording = field(default_factory=InMemoryRecording)

    def __post_init__(self) -> None:
        """Build the gate."""
        self.gate = Gate(
            clock=self.clock,
            caps=self.caps,
            limiter=self.limiter,
            cache=MemoryReadCache(self.clock) if self.cached else None,
            recording=self.recording,
        )
        self.telemetry = self.for_agent("kubernetes")

    def for_agent(self, name: str) -> GatedTelemetry:
        """Return the telemetry as another agent of the same scope sees it."""
        member = Member(name=name, title=name, sources=self.sources)
        return GatedTelemetry(self.inner, agent=member, gate=self.gate, ledger=self.ledger)


def limiter(rate: str, hand: Callable[[], float]) -> SourceLimiter:
    """Return a limiter for all objects."""
    return SourceLimiter(MemoryStorage(), {"objects:*": rate}, seconds_now=hand)


def test_an_agent_sees_the_sources_of_its_scope_and_no_others() -> None:
    """What it does not know of it does not plan with."""
    assert Door().telemetry.sources() == {"objects:pods", "logs", "metrics", "probe:dns"}


def test_a_source_out_of_scope_is_refused_and_the_refusal_is_in_the_ledger() -> None:
    """An agent that was talked into reading elsewhere leaves a trace."""
    door = Door()

    with pytest.raises(ScopeViolation, match="kubernetes may not read rows:pg_locks"):
        door.telemetry.rows(RowSelector(instance="orders", view="pg_locks"))

    (call,) = door.ledger.calls()
    assert call.refused.startswith("ScopeViolation: ")
    assert (call.agent, call.source, call.items) == ("kubernetes", "rows:pg_locks", 0)


def test_a_ratio_cannot_smuggle_in_a_source_out_of_scope() -> None:
    """The denominator is a reading like any other."""
    door = Door()
    locks = RowSelector(instance="orders", view="pg_locks")
    below = Measure(selector=locks, reduce=Reduction.COUNT)

    with pytest.raises(ScopeViolation):
        door.telemetry.measure(COUNT_PODS.model_copy(update={"divided_by": below}), WINDOW)


def test_an_absent_source_stays_absent_behind_the_gate() -> None:
    """Absence is not emptiness, and the gate must not turn one into the other."""
    door = Door(sources=("*",))

    with pytest.raises(NoSuchSource):
        door.telemetry.topology()

    assert door.ledger.calls()[0].refused.startswith("NoSuchSource: ")


def test_a_source_that_was_asked_too_often_says_when_to_come_back() -> None:
    """Four specialists must not be the load that finishes a struggling API server."""
    door = Door(limiter=limiter("2/minute", START.timestamp))
    door.telemetry.objects(PODS)
    door.telemetry.measure(COUNT_PODS, WINDOW)

    with pytest.raises(RateLimited, match="2 per 1 minute") as refused:
        door.for_agent("network").objects(PODS)

    assert refused.value.retry_after_seconds > 0
    assert "RateLimited" in door.ledger.calls()[-1].refused


def test_sources_without_a_rate_are_not_limited() -> None:
    """A rate is a promise to one peer and not to another."""
    door = Door(limiter=limiter("1/minute", START.timestamp))

    for _ in range(3):
        assert door.telemetry.logs(LogSelector(), WINDOW)


def test_two_specialists_that_ask_alike_ask_the_source_once() -> None:
    """Fan-out must not multiply the load on what is failing."""
    door = Door(cached=True)

    first = door.for_agent("kubernetes").objects(PODS)
    second = door.for_agent("network").objects(PODS)

    assert first == second
    assert isinstance(door.inner, Counting)
    assert door.inner.reads == 1
    assert [call.cached for call in door.ledger.calls()] == [False, True]
    assert len({call.result_digest for call in door.ledger.calls()}) == 1


def test_a_cached_reading_grows_old() -> None:
    """A pod that recovered ten minutes ago must not look broken now."""
    door = Door(cached=True)
    door.telemetry.objects(PODS)

    door.clock.now += timedelta(seconds=door.gate.cache_seconds)
    door.telemetry.objects(PODS)

    assert [call.cached for call in door.ledger.calls()] == [False, False]


def test_another_window_is_another_question() -> None:
    """The baseline must not be answered with the incident."""
    door = Door(cached=True)
    selector = MetricSelector(name="latency")

    now = door.telemetry.metrics(selector, WINDOW)
    before = door.telemetry.metrics(selector, WINDOW.shifted(-3600))

    assert now[0].values == (3.0,)
    assert before[0].values == ()


def test_measuring_never_uses_the_cache() -> None:
    """A verdict from the reading that it is to check would verify nothing."""
    door = Door(cached=True)
    door.telemetry.objects(PODS)
    door.inner.resources["pods"].append(pod("checkout-2"))

    measured = door.telemetry.measure(COUNT_PODS, WINDOW)

    assert measured.value == 2
    assert not door.ledger.calls()[-1].cached


def test_what_was_left_out_is_said_in_the_ledger_the_log_and_the_answer() -> None:
    """A cause in the part that was cut off must not be mistaken for absence."""
    lines = [
        LogLine(timestamp=START + timedelta(seconds=second), entity=None, message=f"line {second}")
        for second in range(5)
    ]
    door = Door(inner=InMemoryTelemetry(lines=lines), caps=Caps(items=2))

    with capture_logs() as logged:
        read = door.telemetry.logs(LogSelector(), WINDOW)

    assert [line.message for line in read] == ["line 3", "line 4"]
    notice = "only the newest 2 of 5 items were read"
    assert door.ledger.calls()[0].notices == (notice,)
    assert logged[0]["event"] == "reading_cut"
    answer = door.ledger.completed(Answer(question_id="question_1"))
    assert [gap.text for gap in answer.gaps] == [f"logs: {notice}"]


def test_a_text_that_was_cut_says_so_itself() -> None:
    """Whoever reads the quotation must see that it goes on."""
    inner = InMemoryTelemetry(resources={"pods": [pod("checkout-1", text="x" * 50)]})
    door = Door(inner=inner, caps=Caps(characters=10))

    (read,) = door.telemetry.objects(PODS)

    assert read.document.text("text") == "xxxxxxxxxx [cut: 40 more characters]"
    assert door.ledger.calls()[0].notices == ("1 texts were cut to their first 10 characters",)


def test_a_long_series_keeps_its_newest_samples() -> None:
    """The newest samples show whether it is still going on."""
    series = Series(
        name="latency",
        times=tuple(START.timestamp() + second for second in range(5)),
        values=(0.0, 1.0, 2.0, 3.0, 4.0),
    )
    door = Door(inner=InMemoryTelemetry(series=[series]), caps=Caps(samples=2))

    (read,) = door.telemetry.metrics(MetricSelector(name="latency"), WINDOW)

    assert read.values == (3.0, 4.0)
    assert "newest 2 of 5 samples of latency" in door.ledger.calls()[0].notices[0]


def test_no_secret_is_returned_recorded_cached_or_journaled() -> None:
    """One secret in one log line would otherwise be in four places for years."""
    door = Door(cached=True)
    selector = LogSelector(pattern="password=hunter2")

    first = door.telemetry.logs(selector, WINDOW)
    again = door.telemetry.logs(selector, WINDOW)
    measure = Measure(selector=LogSelector(), reduce=Reduction.FIRST)
    measured = door.telemetry.measure(measure, WINDOW)

    assert first == again
    kept = [*door.recording.texts.values(), *(c.model_dump_json() for c in door.ledger.calls())]
    seen = [first[0].model_dump_json(), measured.model_dump_json(), *kept]
    assert not any("hunter2" in text for text in seen)
    assert all(door.recording.recall(c.result_digest) for c in door.ledger.calls())


def test_an_error_leaves_the_gate_without_the_secret_it_quotes() -> None:
    """Drivers like to quote the connection string that failed."""
    door = Door()

    with pytest.raises(NoSuchSource) as refused:
        door.telemetry.probe(ProbeSelector(probe="http", target="https://u:hunter2@pay/"))

    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in door.ledger.calls()[0].model_dump_json()


def test_draining_hands_over_each_call_once() -> None:
    """A call that is journaled twice makes the cost of an incident wrong."""
    door = Door()
    door.telemetry.objects(PODS)

    assert len(door.ledger.drain()) == 1
    assert door.ledger.drain() == ()
