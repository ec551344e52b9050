"""How the specialist reasons from what it sees, source by source."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

import pytest

from agents.domain.base import EntityRef, Window
from agents.domain.failure_modes import FAILURE_MODES
from agents.domain.hypotheses import Answer
from agents.domain.measures import LogSelector, MetricSelector, ProbeSelector
from agents.domain.plans import Question
from agents.domain.readings import LogLine, ProbeResult, Series, Service, Span, Topology
from agents.errors import ScopeViolation, SourceUnavailable
from agents.ports import Telemetry
from agents.specialists.framework import Assignment
from agents.specialists.network import network_specialist
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.builders import NOW, TOPOLOGY, WINDOW, an_alert

PAYMENTS = "payments.shop.internal"
ADDRESSED = Topology(
    services=(
        Service(name="checkout", depends_on=("payments",)),
        Service(name="payments", resources=(EntityRef(kind="endpoint", name=f"{PAYMENTS}:8443"),)),
    )
)
BASELINE = Window(start=WINDOW.start - timedelta(hours=1), end=WINDOW.start)


def answer(telemetry: Telemetry, topology: Topology = ADDRESSED) -> Answer:
    """Let the specialist look."""
    question = Question(
        specialist="network",
        text="What is wrong?",
        window=WINDOW,
        baseline=BASELINE,
        asked_at=NOW,
        deadline=NOW + timedelta(minutes=1),
    )
    alert = an_alert("checkout")
    assignment = Assignment(telemetry, question, alert, topology, NOW)
    return network_specialist().investigate(assignment)


def causes(found: Answer) -> list[str]:
    """Return what was blamed."""
    return sorted(hypothesis.cause.key for hypothesis in found.hypotheses)


def lines(message: str, service: str = "checkout", count: int = 6) -> list[LogLine]:
    """Return the same complaint, again and again, until now."""
    writer = EntityRef(kind="service", name=service)
    moments = [NOW - timedelta(seconds=10 * n) for n in range(count)]
    return [LogLine(timestamp=at, entity=writer, message=message) for at in reversed(moments)]


def refused(at: datetime = NOW, *, ok: bool = False) -> dict[str, ProbeResult]:
    """Return what probing the port of payments says."""
    result = ProbeResult(
        probe="tcp",
        target=f"{PAYMENTS}:8443",
        at=at,
        ok=ok,
        error_kind="" if ok else "refused",
    )
    return {f"tcp:{PAYMENTS}:8443": result}


REFUSED_LINES = lines(f"dial tcp {PAYMENTS}:8443: connect: connection refused")


def test_probe_and_lines_about_one_port_are_one_hypothesis() -> None:
    """Two entries for one fault would look like two faults."""
    found = answer(InMemoryTelemetry(lines=REFUSED_LINES, probes=refused()))

    (hypothesis,) = found.hypotheses
    assert causes(found) == ["tcp_refused@service/payments"]
    assert len(hypothesis.claims) == 2
    assert {entity.name for entity in hypothesis.explains} == {"payments", "checkout"}


def test_a_port_that_answers_again_is_history_and_said_so() -> None:
    """The current state comes first: old lines must not send people after a healed fault."""
    found = answer(InMemoryTelemetry(lines=REFUSED_LINES, probes=refused(ok=True)))

    assert causes(found) == []
    assert any("answers a tcp probe now" in finding.text for finding in found.findings)


def test_a_probe_from_before_the_window_says_nothing_of_now() -> None:
    """A recorded failure of yesterday is not today's cause."""
    yesterday = NOW - timedelta(days=1)

    assert causes(answer(InMemoryTelemetry(probes=refused(at=yesterday)))) == []


def test_a_timeout_that_only_we_see_weighs_less() -> None:
    """Our own path may be the one that is cut: the bot stands in another network than clients."""
    complained_of = answer(InMemoryTelemetry(lines=REFUSED_LINES, probes=refused()))
    only_ours = answer(InMemoryTelemetry(lines=lines("all is well"), probes=refused()))

    assert only_ours.hypotheses[0].prior_shift < complained_of.hypotheses[0].prior_shift


class _Guarded(InMemoryTelemetry):
    def probe(self, selector: ProbeSelector) -> ProbeResult:
        raise ScopeViolation(f"{selector.target} may not be probed", remedy="list it")


def test_what_the_alert_cannot_depend_on_is_not_probed() -> None:
    """Fifty silent targets at three seconds each would outlast the question's deadline."""
    apart = Service(name="blog", resources=(EntityRef(kind="endpoint", name="blog.internal:80"),))
    topology = Topology(services=(*ADDRESSED.services, apart))
    unreachable = ProbeResult(
        probe="tcp", target="blog.internal:80", at=NOW, ok=False, error_kind="timed_out"
    )

    found = answer(InMemoryTelemetry(probes={"tcp:blog.internal:80": unreachable}), topology)

    assert causes(found) == []


class _Capped(InMemoryTelemetry):
    """Hands out only the newest lines, as the gateway does."""

    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        return super().logs(selector, window)[-100:]


def test_chatter_does_not_crowd_out_what_was_usual() -> None:
    """A service that always logged a few refusals would else be blamed for them tonight."""
    checkout = EntityRef(kind="service", name="checkout")
    message = f"dial tcp {PAYMENTS}:8443: connect: connection refused, retried"
    always = [
        LogLine(timestamp=BASELINE.start + timedelta(minutes=n), entity=checkout, message=message)
        for n in range(91)
    ]
    chatter = lines("GET / answered 200", count=900)

    found = answer(_Capped(lines=sorted([*always, *chatter], key=lambda line: line.timestamp)))

    assert causes(found) == []


def test_a_refused_probe_is_a_gap_with_its_remedy_and_the_lines_still_count() -> None:
    """What may not be probed must neither be probed nor pass for healthy."""
    found = answer(_Guarded(lines=REFUSED_LINES, probes=refused()))

    assert causes(found) == ["tcp_refused@service/payments"]
    assert any(gap.remedy == "list it" and PAYMENTS in gap.text for gap in found.gaps)


class _WithoutMetrics(InMemoryTelemetry):
    def metrics(self, selector: MetricSelector, window: Window) -> tuple[Series, ...]:
        raise SourceUnavailable("Prometheus did not answer")


def test_monitoring_that_is_down_does_not_silence_the_traces() -> None:
    """Monitoring shares the fate of what it watches, and that is when it is asked."""
    found = answer(_WithoutMetrics(spans=spans("error"), series=[]), TOPOLOGY)

    assert causes(found) == ["http_upstream_errors@service/payments"]
    assert any("did not answer" in gap.text for gap in found.gaps if gap.source == "metrics")


def test_nothing_to_look_at_is_a_gap_and_not_health() -> None:
    """Silence from a blind specialist once passed for an all-clear."""
    found = answer(InMemoryTelemetry(made_changes=[]))

    assert {gap.source for gap in found.gaps} >= {"probe:dns", "probe:tcp", "probe:tls", "metrics"}


def test_many_names_at_once_are_the_resolvers_fault() -> None:
    """Three missing records on one evening are one broken resolver."""
    hosts = ("api.example.com", "mail.example.org", "features.shop.internal")
    several = [
        line
        for host in hosts
        for line in lines(f"lookup {host} on 10.0.0.2:53: server misbehaving", count=4)
    ]

    found = answer(InMemoryTelemetry(lines=several))

    assert causes(found) == ["dns_servfail@resolver/10.0.0.2"]


def spans(status: str, *, of_payments: bool = True) -> list[Span]:
    """Return traces of storefront, checkout and payments that all end so."""
    several: list[Span] = []
    for n in range(20):
        start = NOW - timedelta(seconds=10 * n)
        path = ["storefront", "checkout", *(["payments"] if of_payments else [])]
        several.extend(
            Span(
                trace_id=f"t{n}",
                span_id=service,
                parent_id=path[depth - 1] if depth else "",
                service=service,
                operation=f"serve {service}",
                start=start,
                duration_ms=40.0 - 10 * depth,
                status=status,
            )
            for depth, service in enumerate(path)
        )
    return several


@pytest.mark.parametrize("status", ["error", "ERROR", "STATUS_CODE_ERROR", "503"])
def test_the_deepest_failing_service_is_named_and_not_the_loudest(status: str) -> None:
    """The page is about the storefront; the fault is two calls below."""
    found = answer(InMemoryTelemetry(spans=spans(status)), TOPOLOGY)

    assert causes(found) == ["http_upstream_errors@service/payments"]


def test_a_callee_without_spans_of_its_own_is_known_by_its_address() -> None:
    """Databases and other people's APIs do not trace; their callers name them."""
    silent = [
        span.model_copy(update={"attributes": {"server.address": PAYMENTS}})
        if span.service == "checkout"
        else span
        for span in spans("error", of_payments=False)
    ]

    found = answer(InMemoryTelemetry(spans=silent))

    assert causes(found) == ["http_upstream_errors@service/payments"]


def counted(name: str, before: float, after: float, **labels: str) -> Series:
    """Return a counter of checkout that grows so much a minute before and in the last minutes."""
    return _sampled(name, before, after, None, labels, is_counter=True)


def gauged(name: str, before: float, after: float, statistic: str | None = None) -> Series:
    """Return a gauge of checkout with one level before and one in the last minutes."""
    return _sampled(name, before, after, statistic, {}, is_counter=False)


def _sampled(
    name: str,
    before: float,
    after: float,
    statistic: str | None,
    labels: dict[str, str],
    *,
    is_counter: bool,
) -> Series:
    moments = [BASELINE.start + timedelta(minutes=n) for n in range(91)]
    levels = [after if at > NOW - timedelta(minutes=8) else before for at in moments]
    totals = [sum(levels[: n + 1]) for n in range(len(levels))]
    return Series(
        name=name,
        entity=EntityRef(kind="service", name="checkout"),
        statistic=statistic,
        labels=labels,
        times=tuple(at.timestamp() for at in moments),
        values=tuple(totals if is_counter else levels),
    )


@pytest.mark.parametrize(
    ("series", "mode"),
    [
        (
            [
                counted("http_requests_total", 100, 100, code="200"),
                counted("http_requests_total", 0, 40, code="500"),
            ],
            "http_upstream_errors",
        ),
        (
            [
                counted("http_server_request_duration_seconds_count", 90, 90, status="200"),
                counted("http_server_request_duration_seconds_count", 0, 30, status="502"),
            ],
            "http_upstream_errors",
        ),
        (
            [
                gauged("AWS/ApplicationELB:RequestCount", 6000, 6000, "Sum"),
                gauged("AWS/ApplicationELB:HTTPCode_Target_5XX_Count", 0, 900, "Sum"),
            ],
            "http_upstream_errors",
        ),
        ([gauged("error_rate_5xx_ratio", 0.002, 0.4)], "http_upstream_errors"),
        (
            [counted("rpc_errors_total", 0, 30), counted("rpc_requests_total", 100, 100)],
            "http_upstream_errors",
        ),
        (
            [gauged("AWS/ApplicationELB:TargetResponseTime", 0.05, 1.9, "Average")],
            "upstream_latency",
        ),
        ([gauged("http_server_duration_p99_ms", 80, 900)], "upstream_latency"),
        (
            [
                counted("http_request_duration_seconds_sum", 5, 90),
                counted("http_request_duration_seconds_count", 100, 100),
            ],
            "upstream_latency",
        ),
        ([gauged("requests_per_sec", 50, 400)], "traffic_surge"),
    ],
)
def test_metrics_are_understood_by_the_convention_they_follow(
    series: Sequence[Series], mode: str
) -> None:
    """Nobody configures names of metrics before their first incident."""
    found = answer(InMemoryTelemetry(series=list(series)))

    assert mode in {hypothesis.cause.failure_mode for hypothesis in found.hypotheses}


@pytest.mark.parametrize(
    "series",
    [
        [counted("http_requests_total", 100, 100, code="404")],
        [gauged("error_rate_5xx_ratio", 0.004, 0.005)],
        [gauged("http_server_duration_p99_ms", 80, 95)],
        [counted("prometheus_http_requests_total", 1, 900, code="500")],
        [gauged("http_requests_in_flight", 1, 50)],
    ],
)
def test_what_is_as_usual_or_not_about_the_service_is_left_alone(series: Sequence[Series]) -> None:
    """A threshold that fires on noise costs more trust than it saves time."""
    assert causes(answer(InMemoryTelemetry(series=list(series)))) == []


@pytest.mark.parametrize(("last_sample_minutes_ago", "is_over"), [(0, True), (8, False)])
def test_a_signal_that_stopped_is_not_a_signal_that_recovered(
    last_sample_minutes_ago: int, *, is_over: bool
) -> None:
    """When the scrape dies with the service, the last sample is a good one all the same."""
    moments = [BASELINE.start + timedelta(minutes=n) for n in range(91 - last_sample_minutes_ago)]
    peak = NOW - timedelta(minutes=18), NOW - timedelta(minutes=14)
    risen = Series(
        name="error_rate_5xx_ratio",
        entity=EntityRef(kind="service", name="checkout"),
        times=tuple(at.timestamp() for at in moments),
        values=tuple(0.4 if peak[0] <= at <= peak[1] else 0.001 for at in moments),
    )

    found = answer(InMemoryTelemetry(series=[risen]))

    assert (causes(found) == ["recovered@service/checkout"]) is is_over


def test_only_recovery_explains_nothing() -> None:
    """Errors have a cause; that they stopped is not one of them."""
    patterns = FAILURE_MODES["http_upstream_errors"].caused_by

    unexplained = [
        name for name in FAILURE_MODES if not any(fnmatchcase(name, one) for one in patterns)
    ]

    assert unexplained == ["recovered"]
