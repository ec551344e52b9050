"""RDS as CloudWatch and its events show it; the same causes as the database specialist names."""

import re
from collections.abc import Iterator
from datetime import datetime

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, ObjectSelector, Reduction
from agents.domain.readings import Resource
from agents.specialists.aws.claims import literal, metric, there_are
from agents.specialists.aws.trail import moment
from agents.specialists.aws.view import AwsView, Signal
from agents.specialists.framework import Check, Found, check

_NAMESPACE = "AWS/RDS"
_INSTANCES = "rds.db_instances"
_EVENTS = "rds.events"
_BUSY_PERCENT = 90.0
_FEWEST = 3
_GIB = 1024**3
_FREE_SHARE = 0.10
_FREE_FLOOR = 2 * _GIB
_FULL = "storage-full"
_FAILOVER = re.compile(r"failover|failed over", re.IGNORECASE)
_FULL_CONNECTIONS = 0.95
_GROWN = 1.5
_SIZES = {"micro": 0.5, "small": 1.0, "medium": 2.0, "large": 4.0, "xlarge": 8.0}
_MEMORY_OF_FAMILY = {"c": 1.0, "m": 2.0, "t": 2.0, "r": 4.0, "x": 8.0}
_BYTES_PER_SLOT = {"postgres": 9531392, "mysql": 12582880, "mariadb": 12582880}
_MOST_SLOTS = {"postgres": 5000.0, "mysql": 16000.0, "mariadb": 16000.0}
_FOR_THE_SYSTEM = 0.9
"""RDS keeps part of the memory for itself, so that there are fewer slots than the size says."""


@check(needs=("metrics",), modes=("database_cpu_saturation",))
def busy_databases(view: AwsView) -> Iterator[Found]:
    """Find RDS instances whose CPU is used up now and not just in a spike."""
    for cpu in view.signals(_NAMESPACE, "CPUUtilization", "Average", "Maximum"):
        newest = cpu.values(view.recent)[-_FEWEST:]
        if cpu.entity.kind != "database" or len(newest) < _FEWEST or min(newest) < _BUSY_PERCENT:
            continue
        text = f"The CPU of {cpu.entity.name} is {cpu.last:.0f} % busy."
        claim = metric(view, cpu, Reduction.LAST, Comparator.AT_LEAST, _BUSY_PERCENT, text)
        onset = cpu.first_beyond(_BUSY_PERCENT, view.window)
        yield _hypothesis(view, cpu, "database_cpu_saturation", (claim,), onset)


@check(needs=("metrics",), modes=("database_storage_full",))
def full_databases(view: AwsView) -> Iterator[Found]:
    """Find RDS instances with next to no free storage now."""
    for free in view.signals(_NAMESPACE, "FreeStorageSpace", "Average", "Minimum"):
        described = _described(view, free.entity)
        allocated = (described.document.number("AllocatedStorage") or 0.0) if described else 0.0
        share = _FREE_SHARE * allocated * _GIB
        least = min(share, max(_FREE_FLOOR, share / 2)) if share else _FREE_FLOOR
        if free.last > least or not free.values(view.recent):
            continue
        text = f"{free.entity.name} has {free.last / _GIB:.1f} GiB of storage left."
        claims = [metric(view, free, Reduction.LAST, Comparator.AT_MOST, least, text)]
        if described and described.document.text("DBInstanceStatus") == _FULL:
            selector = ObjectSelector(
                kind=_INSTANCES,
                name=free.entity.name,
                where=f"DBInstanceStatus == {literal(_FULL)}",
            )
            said = f"{free.entity.name} has the status {_FULL}."
            claims.append(there_are(view, free.entity, selector, said))
        yield _hypothesis(view, free, "database_storage_full", tuple(claims), None)


@check(needs=("metrics", f"objects:{_INSTANCES}"), modes=("connection_exhaustion",))
def crowded_databases(view: AwsView) -> Iterator[Found]:
    """Find RDS instances with as many connections as their class has slots for by default."""
    for used in view.signals(_NAMESPACE, "DatabaseConnections", "Maximum", "Average"):
        described = _described(view, used.entity)
        slots = _slots(described) if described else None
        if slots is None or not used.values(view.recent):
            continue
        least = _FULL_CONNECTIONS * slots
        usual = max(used.values(view.before), default=0.0)
        if used.last < max(least, _GROWN * usual):
            continue
        text = (
            f"{used.entity.name} has {used.last:.0f} connections; its class has about "
            f"{slots:.0f} slots by default."
        )
        claim = metric(view, used, Reduction.LAST, Comparator.AT_LEAST, least, text)
        onset = used.first_beyond(least, view.window)
        yield _hypothesis(view, used, "connection_exhaustion", (claim,), onset)


@check(needs=(f"objects:{_EVENTS}",), modes=("database_failover",))
def failed_over_databases(view: AwsView) -> Iterator[Found]:
    """Find failovers among the events of RDS in the incident's time."""
    by_source: dict[str, list[Resource]] = {}
    for event in view.objects(_EVENTS):
        at = moment(event.document.text("Date"))
        if at and view.window.contains(at) and _FAILOVER.search(_message(event)):
            by_source.setdefault(event.entity.name, []).append(event)
    for source, told in by_source.items():
        is_cluster = (told[0].document.text("SourceType") or "") == "db-cluster"
        entity = EntityRef(kind="database_cluster" if is_cluster else "database", name=source)
        first = min(told, key=lambda event: event.document.text("Date") or "")
        yield Hypothesis(
            cause=Cause(entity=entity, failure_mode="database_failover"),
            summary=f"{source} failed over: {_message(first)}",
            claims=(_told(view, entity, first),),
            explains=view.explains(entity),
            prior_shift=view.relevance(entity),
            onset=moment(first.document.text("Date")),
            evidence=tuple(
                Evidence(
                    source=f"objects:{_EVENTS}",
                    entity=entity,
                    at=moment(event.document.text("Date")),
                    text=_message(event),
                )
                for event in told[:3]
            ),
            details={"instance": source},
        )


def _told(view: AwsView, entity: EntityRef, event: Resource) -> Claim:
    date, message = event.document.text("Date") or "", _message(event)
    selector = ObjectSelector(
        kind=_EVENTS,
        name=entity.name,
        where=f"Message == {literal(message)} && Date == {literal(date)}",
    )
    return there_are(view, entity, selector, f"RDS told of {entity.name}: {message}")


def _hypothesis(
    view: AwsView, signal: Signal, mode: str, claims: tuple[Claim, ...], onset: datetime | None
) -> Hypothesis:
    quoted = Evidence(source="metrics", entity=signal.entity, text=claims[0].text)
    return Hypothesis(
        cause=Cause(entity=signal.entity, failure_mode=mode),
        summary=" ".join(claim.text for claim in claims),
        claims=claims,
        explains=view.explains(signal.entity),
        prior_shift=view.relevance(signal.entity),
        onset=onset,
        evidence=(quoted,),
        details={"instance": signal.entity.name},
    )


def _described(view: AwsView, entity: EntityRef) -> Resource | None:
    found = (one for one in view.related(_INSTANCES) if one.entity == entity)
    return next(found, None)


def _message(event: Resource) -> str:
    return event.document.text("Message") or ""


def _slots(described: Resource) -> float | None:
    """Return about how many connections the class allows by default; None where nobody knows.

    `db.r6g.2xlarge`: the family gives the memory per size, the engine the memory per slot. A
    parameter group of one's own may say otherwise, so it gives no answer.
    """
    engine = described.document.text("Engine") or ""
    per_slot = _BYTES_PER_SLOT.get(engine)
    gib = _memory_gib(described.document.text("DBInstanceClass") or "")
    groups = described.document.texts("DBParameterGroups[].DBParameterGroupName")
    is_default = all(group.startswith("default.") for group in groups)
    if per_slot is None or gib is None or not is_default:
        return None
    return min(_MOST_SLOTS[engine], _FOR_THE_SYSTEM * gib * _GIB / per_slot)


def _memory_gib(instance_class: str) -> float | None:
    match instance_class.split("."):
        case ["db", family, size]:
            times, _, name = size.rpartition("xlarge") if size[0].isdigit() else ("", "", size)
            count = _SIZES.get(name) if not times else _SIZES["xlarge"] * float(times)
            per_size = _MEMORY_OF_FAMILY.get(family[0])
            return count * per_size if count and per_size else None
        case _:
            return None


DATABASE_CHECKS: tuple[Check[AwsView], ...] = (
    busy_databases,
    full_databases,
    crowded_databases,
    failed_over_databases,
)
