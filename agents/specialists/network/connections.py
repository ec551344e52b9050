"""One road from failing probes and telling log lines to hypotheses, for names, ports and TLS."""

from collections.abc import Iterable, Iterator, Mapping

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.failure_modes import FAILURE_MODES
from agents.domain.hypotheses import Cause, Evidence, Finding, Gap, Hypothesis
from agents.domain.readings import ProbeResult
from agents.errors import PermissionMissing, ScopeViolation, WarroomError
from agents.specialists.framework import Found
from agents.specialists.network.claims import lines_say, probe_fails
from agents.specialists.network.faults import FaultGroup, groups_of
from agents.specialists.network.readings import Probe
from agents.specialists.network.targets import Target
from agents.specialists.network.view import NetworkView

_QUOTED = 3
_FEWEST_LINES = 2
_STATED = frozenset({"tls_expired", "tls_not_yet_valid"})
_SAYS_THE_CAUSE = 0.6
"""The line states the cause itself: whoever wrote it has read the certificate."""
_UNCORROBORATED = -1.0
"""A probe fails from where we stand while no client complains: perhaps only our path is cut."""


def connection_failures(
    view: NetworkView,
    probe: Probe,
    mode_of_error: Mapping[str, str],
    explained: Iterable[FaultGroup] = (),
) -> Iterator[Found]:
    """Yield a hypothesis for each target that fails in one of the given ways now.

    `mode_of_error` names the failure mode for each error kind of the probe. Targets are probed
    where that is possible; what only log lines tell is taken from their last minutes, unless a
    probe shows that it works again. `explained` is what has a better explanation already.
    """
    if not view.has(f"probe:{probe}") and not view.has("logs"):
        yield Gap(
            source=f"probe:{probe}",
            text=f"nothing can be probed for {probe} here, and there are no logs to tell",
            remedy=f"allow {probe} probes of the services' addresses, or connect logs",
        )
    modes = set(mode_of_error.values())
    better = list(explained)
    try:
        told = [g for g in groups_of(view) if g.mode in modes and g not in better]
    except WarroomError as refused:
        told = []
        yield Gap(source="logs", text=str(refused), remedy=refused.remedy or "try again later")
    named = [t for g in told if g.target and (t := g.target.for_probe(probe))]
    answered: set[tuple[str, EntityRef]] = set()
    for target in dict.fromkeys([*view.targets(probe), *named]):
        try:
            result = view.probe(probe, target)
        except (PermissionMissing, ScopeViolation) as refused:
            yield Gap(source=f"probe:{probe}", text=str(refused), remedy=refused.remedy)
            continue
        mode = mode_of_error.get(result.error_kind) if result and not result.ok else None
        entity = _entity(view, target)
        if result is not None and mode is not None:
            answered.add((mode, entity))
            yield _from_probe(view, result, mode, entity, told)
        elif result is not None and result.ok:
            answered.update((mode, entity) for mode in modes)
            yield from _works_again(result, entity, told)
    for group in told:
        if (group.mode, group.callee) not in answered:
            yield from_lines(view, group)


def _entity(view: NetworkView, target: str) -> EntityRef:
    parsed = Target.parse(target)
    if parsed is None:
        return EntityRef(kind="host", name=target)
    return view.entity_at(parsed.host, parsed.port)


def _from_probe(
    view: NetworkView,
    result: ProbeResult,
    mode: str,
    entity: EntityRef,
    told: list[FaultGroup],
) -> Hypothesis:
    group = next((g for g in told if g.mode == mode and g.callee == entity), None)
    lines = (lines_claim(group, view),) if group else ()
    silent = view.has("logs") and bool(view.latest_lines) and group is None
    title = FAILURE_MODES[mode].title
    told_too = f"; {_many(group)} say the same" if group else ""
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode=mode),
        summary=f"{title}: a {result.probe} probe of {result.target} fails{told_too}.",
        claims=(probe_fails(view, entity, result), *lines),
        explains=affected(view, entity, group),
        onset=group.onset if group else None,
        evidence=(_probe_evidence(result, entity), *(quotes(group) if group else ())),
        prior_shift=_UNCORROBORATED if silent and result.probe != "tls" else 0.0,
    )


def from_lines(view: NetworkView, group: FaultGroup) -> Hypothesis:
    """Return what log lines alone tell."""
    address = group.target.text if group.target else group.callee.name
    title = FAILURE_MODES[group.mode].title
    return Hypothesis(
        cause=Cause(entity=group.callee, failure_mode=group.mode),
        summary=f"{title}: {_many(group)} tell so of {address}, since {group.onset:%H:%M:%S} UTC.",
        claims=(lines_claim(group, view),),
        explains=affected(view, group.callee, group),
        onset=group.onset,
        evidence=quotes(group),
        prior_shift=_SAYS_THE_CAUSE if group.mode in _STATED else 0.0,
    )


def _works_again(
    result: ProbeResult, entity: EntityRef, told: list[FaultGroup]
) -> Iterator[Finding]:
    """Say that what the logs tell of is over, because the probe succeeds now."""
    for group in told:
        if group.callee == entity:
            yield Finding(
                text=f"{result.target} answers a {result.probe} probe now, although {_many(group)} "
                f"told of {group.mode.replace('_', ' ')}.",
                is_anomalous=False,
                evidence=(_probe_evidence(result, entity), *quotes(group)),
            )


def _many(group: FaultGroup) -> str:
    return f"{len(group.faults)} recent log lines"


def lines_claim(group: FaultGroup, view: NetworkView) -> Claim:
    """Claim that the logs tell of it, for a good part of what was just read."""
    at_least = max(_FEWEST_LINES, len(group.faults) // 2)
    address = group.target.text if group.target else group.callee.name
    told = group.mode.replace("_", " ")
    return lines_say(
        group.callee,
        group.pattern,
        at_least,
        view.recent_lines,
        f"At least {at_least} log lines of the last minutes tell of {told} at {address}.",
    )


def affected(
    view: NetworkView, callee: EntityRef, group: FaultGroup | None
) -> tuple[EntityRef, ...]:
    """Return who suffers: the callee, whoever wrote the lines, and its callers by the topology."""
    writers = [view.service_of(entity) for entity in group.callers] if group else []
    callers = [EntityRef(kind="service", name=name) for name in view.callers_of(callee.name)]
    return tuple(dict.fromkeys([callee, *(w for w in writers if w), *callers]))


def quotes(group: FaultGroup) -> tuple[Evidence, ...]:
    """Quote the latest lines of a group."""
    return tuple(
        Evidence(
            source="logs",
            entity=fault.line.entity,
            at=fault.line.timestamp,
            text=fault.line.message[:400],
        )
        for fault in group.faults[-_QUOTED:]
    )


def _probe_evidence(result: ProbeResult, entity: EntityRef) -> Evidence:
    said = "ok" if result.ok else result.error_kind
    return Evidence(
        source=f"probe:{result.probe}",
        entity=entity,
        at=result.at,
        text=f"{result.probe} {result.target}: {said}",
    )
