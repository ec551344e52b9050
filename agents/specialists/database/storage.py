"""Space: on the disk, and in the numbering of transactions."""

from collections.abc import Iterator

from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Hypothesis
from agents.domain.measures import Comparator, ObjectSelector, Reduction
from agents.specialists.database.claims import Claims, at_least, equals
from agents.specialists.database.records import size_text
from agents.specialists.database.view import DatabaseView, Signal
from agents.specialists.framework import Found, check

_FREE = ("AWS/RDS:FreeStorageSpace", "FreeStorageSpace")
_NO_SPACE = (
    "no space left on device|could not extend file|could not write .* space|"
    "temporary file size exceeds temp_file_limit"
)
_NO_IDS = "must be vacuumed within|not accepting commands to avoid wraparound"
_XIDS = ("AWS/RDS:MaximumUsedTransactionIDs", "MaximumUsedTransactionIDs")
_FULL_STATUS = "storage-full"
_GIB = 1024**3


@check(needs=(), modes=("database_storage_full",))
def storage_full(view: DatabaseView) -> Iterator[Found]:
    """Find storage that is used up now or soon will be; space that came back is history."""
    free = {signal.instance: signal for signal in view.signals(*_FREE)}
    lines = view.logs(_NO_SPACE)
    logged = {name for name, _ in lines}
    for instance in sorted({*view.known_names, *free, *logged}):
        signal = free.get(instance)
        claims = [*_status(view, instance), *(_little_left(view, signal) if signal else ())]
        of_instance = [line for name, line in lines if name == instance]
        has_space_again = signal is not None and not claims
        if of_instance and not has_space_again and view.is_recent(of_instance[-1].timestamp):
            selector = view.log_selector(_NO_SPACE, of_instance)
            text = f"{len(of_instance)} writes failed for want of space"
            claims.append(Claims.about(view, instance).logged(text, selector, sufficiency=2.0))
        elif of_instance and has_space_again:
            yield Finding(
                text=f"{instance} was out of space and has space again", is_anomalous=False
            )
        if claims:
            evidence = tuple(
                Evidence(source="logs", entity=line.entity, at=line.timestamp, text=line.message)
                for line in of_instance[:3]
            )
            yield _full(view, instance, claims, evidence)


@check(needs=(), modes=("transaction_id_wraparound",))
def transaction_id_wraparound(view: DatabaseView) -> Iterator[Found]:
    """Find databases whose oldest row is close to the end of the transaction ids."""
    least = view.limits.frozen_xid_age
    by_instance: dict[str, list[Claim]] = {}
    for instance in view.instances:
        for row in view.rows(instance, "databases"):
            age = row.number("frozen_xid_age") or 0.0
            if age >= least:
                database = row.text("datname")
                text = f"the oldest row of {database} is {age:.0f} transactions old"
                where = (*equals(datname=database), at_least("frozen_xid_age", least))
                claim = Claims.about(view, instance).rows(text, "databases", where, sufficiency=3.0)
                by_instance.setdefault(instance, []).append(claim)
    for signal in view.signals(*_XIDS):
        if signal.last >= least:
            text = f"{signal.last:.0f} transaction ids are in use"
            claim = Claims.about(view, signal.instance).metric(
                text, signal, Reduction.LAST, Comparator.AT_LEAST, least, sufficiency=3.0
            )
            by_instance.setdefault(signal.instance, []).append(claim)
    for instance, claim in _warned(view):
        by_instance.setdefault(instance, []).append(claim)
    for instance, claims in by_instance.items():
        yield Hypothesis(
            cause=Cause(entity=view.entity(instance), failure_mode="transaction_id_wraparound"),
            summary=f"{instance} runs out of transaction ids: {claims[0].text}.",
            claims=tuple(claims),
            explains=view.explains(instance),
        )


def _status(view: DatabaseView, instance: str) -> Iterator[Claim]:
    for database in view.objects("rds.db_instances"):
        is_full = database.document.text("DBInstanceStatus") == _FULL_STATUS
        if database.entity.name == instance and is_full:
            selector = ObjectSelector(
                kind="rds.db_instances",
                name=instance,
                where=f"DBInstanceStatus == '{_FULL_STATUS}'",
            )
            text = f"{instance} has the status {_FULL_STATUS}"
            yield Claims.about(view, instance).objects(text, selector, sufficiency=3.0)


def _little_left(view: DatabaseView, free: Signal) -> Iterator[Claim]:
    claims, limits = Claims.about(view, free.instance), view.limits
    allocated = _allocated_bytes(view, free.instance)
    least = limits.free_storage_bytes
    if allocated:
        least = min(limits.free_storage_ratio * allocated, max(least, 0.05 * allocated))
    text = f"{size_text(free.last)} of storage are free"
    if free.last <= least:
        yield claims.metric(text, free, Reduction.LAST, Comparator.AT_MOST, least, sufficiency=2.5)
    elif _seconds_left(free) <= limits.storage_horizon_seconds:
        minutes = _seconds_left(free) / 60
        text = f"{text}, at the present rate for {minutes:.0f} minutes more"
        ceiling = 1.05 * free.last
        yield claims.metric(text, free, Reduction.LAST, Comparator.AT_MOST, ceiling)
        began = free.series.values[0]
        fell = f"free storage fell from {size_text(began)} within the window"
        yield claims.fell(fell, free, 0.75)


def _allocated_bytes(view: DatabaseView, instance: str) -> float | None:
    described = (d for d in view.objects("rds.db_instances") if d.entity.name == instance)
    gib = next((d.document.number("AllocatedStorage") for d in described), None)
    return gib * _GIB if gib else None


def _seconds_left(free: Signal) -> float:
    """Return how long the space lasts, by the fall over the newer half of a clear decline."""
    times, values = free.series.times, free.series.values
    middle = len(values) // 2
    if len(values) < 4 or values[-1] > 0.75 * values[0] or values[-1] >= values[middle]:  # noqa: PLR2004
        return float("inf")
    rate = (values[middle] - values[-1]) / (times[-1] - times[middle])
    return values[-1] / rate


def _full(
    view: DatabaseView, instance: str, claims: list[Claim], evidence: tuple[Evidence, ...]
) -> Hypothesis:
    return Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode="database_storage_full"),
        summary=f"{instance} runs out of storage: {'; '.join(claim.text for claim in claims)}.",
        claims=tuple(claims),
        explains=view.explains(instance),
        onset=evidence[0].at if evidence else None,
        evidence=evidence,
        details={"instance": instance},
    )


def _warned(view: DatabaseView) -> Iterator[tuple[str, Claim]]:
    lines = view.logs(_NO_IDS)
    for instance in sorted({name for name, _ in lines}):
        of_instance = [line for name, line in lines if name == instance]
        if view.is_recent(of_instance[-1].timestamp):
            selector = view.log_selector(_NO_IDS, of_instance)
            text = f"the server warned of wraparound {len(of_instance)} times"
            claims = Claims.about(view, instance)
            yield instance, claims.logged(text, selector, sufficiency=2.5)
