"""How the specialist reasons from what it sees, source by source."""

from datetime import datetime, timedelta
from fnmatch import fnmatchcase

import pytest

from agents.domain.base import EntityRef, Window
from agents.domain.document import Document
from agents.domain.failure_modes import FAILURE_MODES
from agents.domain.measures import LogSelector, MetricSelector, ProbeSelector
from agents.domain.readings import LogLine, ProbeResult, Resource, Series, Service, Span, Topology
from agents.errors import ScopeViolation, SourceUnavailable
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.builders import NOW, TOPOLOGY
from tests.agents.specialists.network.looking import (
    ADDRESSED,
    BASELINE,
    PAYMENTS,
    answer,
    causes,
    lines,
)


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


def test_a_page_that_answers_503_is_a_witness_against_its_service() -> None:
    """Where nothing else is connected, one request still tells who fails."""
    target = f"https://{PAYMENTS}:8443/health"
    page = ProbeResult(
        probe="http",
        target=target,
        at=NOW,
        ok=False,
        error_kind="server_error",
        fields={"status": 503},
    )
    listed = Document(body={"probe": "http", "target": target})
    entity = EntityRef(kind="target", name=target)
    telemetry = InMemoryTelemetry(
        probes={f"http:{target}": page},
        resources={
            "network.probes": [Resource(kind="network.probes", entity=entity, document=listed)]
        },
    )

    assert causes(answer(telemetry)) == ["http_upstream_errors@service/payments"]


def test_services_that_share_an_address_are_told_apart_by_port() -> None:
    """Behind one proxy, the port is all that tells payments from the blog."""
    services = [
        Resource(
            kind="services",
            entity=EntityRef(kind="service", name=name, namespace="shop"),
            document=Document(body={"spec": {"clusterIP": "10.9.9.9", "ports": [{"port": port}]}}),
        )
        for name, port in (("blog", 8080), ("payments", 8443))
    ]
    complaint = lines("dial tcp 10.9.9.9:8443: connect: connection refused")

    found = answer(InMemoryTelemetry(lines=complaint, resources={"services": services}))

    assert causes(found) == ["tcp_refused@service/payments"]


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


def test_neither_recovery_nor_the_same_elsewhere_explains_errors() -> None:
    """That they stopped is no cause; and of two services blamed alike only one can be right."""
    patterns = FAILURE_MODES["http_upstream_errors"].caused_by

    unexplained = [
        name for name in FAILURE_MODES if not any(fnmatchcase(name, one) for one in patterns)
    ]

    assert sorted(unexplained) == ["http_upstream_errors", "recovered"]
