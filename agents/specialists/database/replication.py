"""Replicas that fall behind, and slots that keep the log for nobody."""

from collections.abc import Iterator

from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Hypothesis
from agents.domain.measures import Comparator, Reduction
from agents.domain.readings import Row
from agents.specialists.database.claims import Claims, at_least, equals
from agents.specialists.database.records import size_text
from agents.specialists.database.view import DatabaseView
from agents.specialists.framework import Found, check

_LAG = (
    *("AWS/RDS:ReplicaLag", "ReplicaLag", "AWS/RDS:AuroraReplicaLagMaximum"),
    *("pg_replication_lag_seconds", "pg_replication_lag"),
)
_MILLISECONDS = frozenset({"AWS/RDS:AuroraReplicaLagMaximum"})
_SLOT_LAG = ("AWS/RDS:OldestReplicationSlotLag", "OldestReplicationSlotLag")
_LOST = frozenset({"unreserved", "lost"})


@check(needs=(), modes=("replication_lag",))
def replication_lag(view: DatabaseView) -> Iterator[Found]:
    """Find replicas that are behind now; an idle primary's old timestamp is not lag."""
    by_instance: dict[str, list[Claim]] = {}
    for instance in view.instances:
        for row in view.rows(instance, "pg_stat_replication"):
            by_instance.setdefault(instance, []).extend(_seen_by_primary(view, instance, row))
        for row in view.rows(instance, "replica_status"):
            by_instance.setdefault(instance, []).extend(_seen_by_replica(view, instance, row))
    for instance, claim in _measured(view):
        by_instance.setdefault(instance, []).append(claim)
    for instance, claims in by_instance.items():
        if claims:
            yield Hypothesis(
                cause=Cause(entity=view.entity(instance), failure_mode="replication_lag"),
                summary=f"Replication of {instance} is behind: {claims[0].text}. Reads from the "
                "replica are stale.",
                claims=tuple(claims),
                explains=view.explains(instance),
                details={"instance": instance},
            )


@check(needs=(), modes=("replication_slot_retaining_wal",))
def retaining_slots(view: DatabaseView) -> Iterator[Found]:
    """Find slots that nobody reads and that make the server keep its write-ahead log."""
    for instance in view.instances:
        for row in view.rows(instance, "pg_replication_slots"):
            retained = row.number("retained_bytes") or 0.0
            is_much = retained >= view.limits.slot_retained_bytes
            is_inactive = row.value("active") in {False, "f", "false"}
            if is_inactive and (is_much or row.text("wal_status") in _LOST):
                yield _slot(view, instance, row)
    for signal in view.signals(*_SLOT_LAG):
        is_much = signal.last >= view.limits.slot_retained_bytes
        rises = signal.last > signal.series.values[0]
        if is_much and rises and signal.instance not in view.instances:
            text = f"a slot of {signal.instance} keeps {size_text(signal.last)} of log"
            least = view.limits.slot_retained_bytes
            claim = Claims.about(view, signal.instance).metric(
                text, signal, Reduction.LAST, Comparator.AT_LEAST, least, sufficiency=2.5
            )
            yield _retaining(view, signal.instance, text, (claim,), "")


def _seen_by_primary(view: DatabaseView, instance: str, row: Row) -> Iterator[Claim]:
    """Time and bytes must both say so, where both are known: one transaction may be huge."""
    limits, claims = view.limits, Claims.about(view, instance)
    seconds, size = row.number("replay_lag_seconds"), row.number("replay_lag_bytes")
    name = row.text("application_name")
    where = equals(application_name=name)
    if seconds is not None and seconds >= limits.replica_lag_seconds:
        text = f"replica {name} is {seconds:.0f} s behind"
        yield claims.column(
            text,
            "pg_stat_replication",
            "replay_lag_seconds",
            limits.replica_lag_seconds,
            where,
            sufficiency=2.5,
        )
    elif size is not None and size >= limits.replica_lag_bytes:
        text = f"replica {name} is {size_text(size)} behind"
        yield claims.column(
            text,
            "pg_stat_replication",
            "replay_lag_bytes",
            limits.replica_lag_bytes,
            where,
            sufficiency=2.0,
        )


def _seen_by_replica(view: DatabaseView, instance: str, row: Row) -> Iterator[Claim]:
    """The age alone is no lag: it grows while the primary is idle. Bytes not replayed are."""
    limits, claims = view.limits, Claims.about(view, instance)
    age = row.number("replay_age_seconds") or 0.0
    unreplayed = row.number("unreplayed_bytes") or 0.0
    if row.value("is_in_recovery") is not True:
        return
    old = at_least("replay_age_seconds", limits.replica_lag_seconds)
    is_old = age >= limits.replica_lag_seconds
    paused = ", its replay is paused" if row.value("is_replay_paused") is True else ""
    if row.value("has_receiver") is False and is_old:
        text = f"the replica has received nothing for {age:.0f} s: it is not connected"
        where = (*equals(has_receiver=False), old)
        yield claims.rows(text, "replica_status", where, sufficiency=2.5)
    elif unreplayed > 0 and is_old:
        text = f"the replica holds {size_text(unreplayed)} not replayed for {age:.0f} s{paused}"
        where = (at_least("unreplayed_bytes", 1), old)
        yield claims.rows(text, "replica_status", where, sufficiency=2.0)
    elif unreplayed >= limits.replica_lag_bytes:
        text = f"the replica holds {size_text(unreplayed)} that it has not replayed{paused}"
        yield claims.column(
            text, "replica_status", "unreplayed_bytes", limits.replica_lag_bytes, sufficiency=2.0
        )


def _measured(view: DatabaseView) -> Iterator[tuple[str, Claim]]:
    for signal in view.signals(*_LAG):
        scale = 1000.0 if signal.series.name in _MILLISECONDS else 1.0
        least = view.limits.replica_lag_seconds * scale
        if min(signal.newest(2)) >= least:
            text = f"the replica's lag is {signal.last / scale:.0f} s"
            yield (
                signal.instance,
                Claims.about(view, signal.instance).metric(
                    text, signal, Reduction.LAST, Comparator.AT_LEAST, least, sufficiency=2.5
                ),
            )


def _slot(view: DatabaseView, instance: str, row: Row) -> Hypothesis:
    name = row.text("slot_name")
    retained = row.number("retained_bytes") or 0.0
    status = row.text("wal_status")
    text = f"slot {name} is inactive and keeps {size_text(retained)} of log"
    is_much = retained >= view.limits.slot_retained_bytes
    reason = (
        (at_least("retained_bytes", view.limits.slot_retained_bytes),)
        if is_much
        else equals(wal_status=status)
    )
    active = row.value("active")
    where = (*equals(slot_name=name, active=active), *reason)
    claim = Claims.about(view, instance).rows(text, "pg_replication_slots", where, sufficiency=2.5)
    return _retaining(view, instance, text, (claim,), name)


def _retaining(
    view: DatabaseView, instance: str, text: str, claims: tuple[Claim, ...], slot: str
) -> Hypothesis:
    return Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode="replication_slot_retaining_wal"),
        summary=f"On {instance}, {text}; the disk fills until its consumer returns or it is "
        "dropped.",
        claims=claims,
        explains=view.explains(instance),
        details={"instance": instance, "slot_name": slot or None},
    )
