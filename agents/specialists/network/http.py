"""Answers: which service, deepest down, answers with errors, too late or not at all.

These name where it goes wrong, seldom why: what another specialist finds at that service or below
it is their cause.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Gap, Hypothesis
from agents.domain.measures import Comparator, Measure, Reduction, TraceSelector
from agents.errors import PermissionMissing, ScopeViolation, WarroomError
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.calls import Failing, Slower, calls_of
from agents.specialists.network.claims import measured_at_least, probe_field, spans_fail
from agents.specialists.network.connections import lines_claim, quotes
from agents.specialists.network.deviations import deviations
from agents.specialists.network.faults import groups_of
from agents.specialists.network.origin import scene_of
from agents.specialists.network.signals import Kind
from agents.specialists.network.targets import Target
from agents.specialists.network.view import NetworkView

_SERVER_ERROR = 500
_NAMED_AT_MOST = 3
_CLAIMS_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class _Complaint:
    """One witness's word about one service."""

    service: EntityRef
    claim: Claim
    text: str
    onset: datetime | None = None
    evidence: tuple[Evidence, ...] = ()


@check(needs=(), modes=("http_upstream_errors",))
def services_that_answer_with_errors(view: NetworkView) -> Iterator[Found]:
    """Find the deepest service that answers with errors, by metrics, traces, logs and probes."""
    complaints: list[_Complaint] = []
    yield from _heard("metrics", _of_metrics(view, Kind.ERRORS), complaints)
    yield from _heard("traces", _of_failing_spans(view), complaints)
    yield from _heard("logs", _of_lines(view, "http_upstream_errors"), complaints)
    yield from _heard("probe:http", _of_probes(view), complaints)
    yield from _deepest(view, complaints, "http_upstream_errors", "answers with errors")


@check(needs=("logs",), modes=("upstream_timeouts",))
def calls_that_time_out(view: NetworkView) -> Iterator[Found]:
    """Find the deepest service that its callers give up waiting for."""
    complaints = _of_lines(view, "upstream_timeouts")
    yield from _deepest(view, complaints, "upstream_timeouts", "answers too late for its callers")


@check(needs=(), modes=("upstream_latency",))
def services_that_answer_slowly(view: NetworkView) -> Iterator[Found]:
    """Find the deepest service that takes longer than it used to, by metrics and traces."""
    complaints: list[_Complaint] = []
    yield from _heard("metrics", _of_metrics(view, Kind.LATENCY), complaints)
    yield from _heard("traces", _of_slower_spans(view), complaints)
    yield from _deepest(view, complaints, "upstream_latency", "takes longer than it used to")


def _heard(
    source: str, witness: Iterator[_Complaint], complaints: list[_Complaint]
) -> Iterator[Gap]:
    """Add what a witness says; one that cannot be heard must not silence the others."""
    try:
        complaints.extend(witness)
    except WarroomError as refused:
        yield Gap(source=source, text=str(refused), remedy=refused.remedy or "try again later")


def _of_metrics(view: NetworkView, kind: Kind) -> Iterator[_Complaint]:
    scene = scene_of(view, kind)
    passing_on = scene.passing_on if scene else frozenset[str]()
    for one in deviations(view, kind):
        if one.service.name in passing_on:
            continue
        evidence = Evidence(source="metrics", entity=one.signal.entity, text=one.claim.text)
        yield _Complaint(one.service, one.claim, one.claim.text, one.onset, (evidence,))


def _of_failing_spans(view: NetworkView) -> Iterator[_Complaint]:
    for failing in calls_of(view).failing():
        claim = _failing_claim(view, failing)
        text = f"{failing.share:.0%} of the spans of {failing.tracer} fail, nothing below them does"
        last = failing.spans[-1]
        quoted = f"{last.service} {last.operation}: {last.status} after {last.duration_ms:g} ms"
        evidence = Evidence(source="traces", entity=failing.service, at=last.start, text=quoted)
        yield _Complaint(failing.service, claim, text, failing.onset, (evidence,))


def _failing_claim(view: NetworkView, failing: Failing) -> Claim:
    at_least = max(2, len(failing.spans) // 2)
    text = f"At least {at_least} spans of {failing.tracer} end as {failing.status}."
    return spans_fail(failing.tracer, failing.status, at_least, view.recent_spans, text)


def _of_slower_spans(view: NetworkView) -> Iterator[_Complaint]:
    for slower in calls_of(view).slower():
        text = (
            f"{slower.operation} of {slower.service.name} itself takes {slower.own_ms:.0f} ms, "
            f"usually {slower.usual_own_ms:.0f} ms"
        )
        evidence = Evidence(source="traces", entity=slower.service, text=text)
        claim = _slower_claim(view, slower)
        yield _Complaint(slower.service, claim, text, evidence=(evidence,))


def _slower_claim(view: NetworkView, slower: Slower) -> Claim:
    limit = round((slower.p95_ms + slower.usual_p95_ms) / 2, 1)
    spans = TraceSelector(service=slower.tracer, operation=slower.operation)
    return measured_at_least(
        slower.service,
        Measure(selector=spans, reduce=Reduction.P95),
        limit,
        view.recent_spans,
        f"The 95th percentile of {slower.operation} is {slower.p95_ms:.0f} ms, "
        f"usually {slower.usual_p95_ms:.0f} ms.",
    )


def _of_lines(view: NetworkView, mode: str) -> Iterator[_Complaint]:
    for group in groups_of(view):
        if group.mode == mode:
            text = f"{len(group.faults)} recent log lines tell of {mode.replace('_', ' ')}"
            claim = lines_claim(group, view)
            yield _Complaint(group.callee, claim, text, group.onset, quotes(group))


def _of_probes(view: NetworkView) -> Iterator[_Complaint]:
    for target in view.targets("http"):
        try:
            result = view.probe("http", target)
        except (PermissionMissing, ScopeViolation):
            continue
        status = result.value("status") if result else None
        parsed = Target.parse(target)
        if result is None or parsed is None or not isinstance(status, int):
            continue
        if status >= _SERVER_ERROR:
            entity = view.entity_at(parsed.host, parsed.port)
            text = f"{target} answers {status}."
            claim = probe_field(
                view,
                entity,
                result,
                field="status",
                comparator=Comparator.AT_LEAST,
                expected=_SERVER_ERROR,
                text=text,
            )
            evidence = Evidence(source="probe:http", entity=entity, at=result.at, text=text)
            yield _Complaint(entity, claim, text, evidence=(evidence,))


def _deepest(
    view: NetworkView, complaints: Iterable[_Complaint], mode: str, what: str
) -> Iterator[Hypothesis]:
    """Yield one hypothesis for each service complained of that depends on no other such one."""
    by_service: dict[EntityRef, list[_Complaint]] = defaultdict(list)
    for complaint in complaints:
        by_service[complaint.service].append(complaint)
    names = {service.name for service in by_service}
    deepest = [
        service
        for service in by_service
        if not names & set(view.topology.dependencies(service.name))
    ] or list(by_service)
    for service in sorted(deepest, key=lambda s: -len(by_service[s]))[:_NAMED_AT_MOST]:
        above = [s for s in by_service if service.name in view.topology.dependencies(s.name)]
        yield _hypothesis(view, service, by_service[service], above, mode, what)


def _hypothesis(
    view: NetworkView,
    service: EntityRef,
    complaints: list[_Complaint],
    above: list[EntityRef],
    mode: str,
    what: str,
) -> Hypothesis:
    onsets = [one.onset for one in complaints if one.onset]
    callers = [EntityRef(kind="service", name=name) for name in view.callers_of(service.name)]
    told = "; ".join(one.text.rstrip(".") for one in complaints[:_CLAIMS_AT_MOST])
    return Hypothesis(
        cause=Cause(entity=service, failure_mode=mode),
        summary=f"{service.name} {what}: {told}.",
        claims=tuple(one.claim for one in complaints[:_CLAIMS_AT_MOST]),
        explains=tuple(dict.fromkeys([service, *above, *callers])),
        onset=min(onsets, default=None),
        evidence=tuple(e for one in complaints[:_CLAIMS_AT_MOST] for e in one.evidence),
    )


HTTP_CHECKS: tuple[Check[NetworkView], ...] = (
    services_that_answer_with_errors,
    calls_that_time_out,
    services_that_answer_slowly,
)
