"""Locks: who holds up whom, and who sits on an open transaction."""

from collections.abc import Iterator, Mapping, Sequence

from agents.domain.base import Scalar
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Gap, Hypothesis
from agents.domain.measures import Comparator, Condition
from agents.specialists.database.blocking import BlockingTree, blocking_trees
from agents.specialists.database.changes import change_behind
from agents.specialists.database.claims import Claims, at_least, equals
from agents.specialists.database.records import Session
from agents.specialists.database.view import DatabaseView
from agents.specialists.framework import Found, check

_ACTIVITY = "pg_stat_activity"
_WAITS_FOR_LOCK = equals(wait_event_type="Lock")


@check(needs=("rows:pg_stat_activity",), modes=("lock_contention",))
def lock_contention(view: DatabaseView) -> Iterator[Found]:
    """Walk each lock queue down to the session that holds it up and waits for nobody."""
    for instance in view.instances:
        sessions = view.sessions(instance)
        trees = blocking_trees(sessions, view.rows(instance, "pg_locks"))
        for tree in trees:
            if tree.root and _holds_up(tree, tree.root, view):
                yield _contention(view, instance, tree, tree.root)
        yield from _unattributed(view, instance, trees)
        if sessions:  # an instance that could not be read is a gap, not a quiet one
            yield _finding(view, instance, sum(session.waits_for_lock for session in sessions))


@check(
    needs=("rows:pg_stat_activity",),
    modes=("long_idle_transaction", "long_transaction"),
)
def long_transactions(view: DatabaseView) -> Iterator[Found]:
    """Find transactions that were left open, or that have run for very long, and block nobody yet.

    One that does block somebody is reported as the lock contention that it causes.
    """
    for instance in view.instances:
        sessions = view.sessions(instance)
        trees = blocking_trees(sessions, view.rows(instance, "pg_locks"))
        roots = {t.root_pid for t in trees if t.root and _holds_up(t, t.root, view)}
        for session in sessions:
            mode = _long_mode(session, view)
            if mode and session.pid not in roots:
                yield _long_transaction(view, instance, session, mode)


@check(needs=("rows:pg_prepared_xacts",), modes=("prepared_transaction_abandoned",))
def abandoned_prepared_transactions(view: DatabaseView) -> Iterator[Found]:
    """Find two-phase commits that nobody finishes: their locks belong to no session."""
    for instance in view.instances:
        for row in view.rows(instance, "pg_prepared_xacts"):
            age = row.number("age_seconds") or 0.0
            if age < view.limits.prepared_transaction_seconds:
                continue
            claims = Claims.about(view, instance)
            gid = row.text("gid")
            old = at_least("age_seconds", view.limits.prepared_transaction_seconds)
            text = f"prepared transaction {gid} has waited for its second phase for {age:.0f} s"
            still_there = claims.rows(
                text, "pg_prepared_xacts", (*equals(gid=gid), old), sufficiency=4.0
            )
            yield Hypothesis(
                cause=Cause(
                    entity=view.entity(instance), failure_mode="prepared_transaction_abandoned"
                ),
                summary=f"On {instance}, {text}; it keeps its locks and holds back vacuum until "
                "COMMIT PREPARED or ROLLBACK PREPARED.",
                claims=(still_there,),
                explains=view.explains(instance),
                details={"instance": instance, "gid": gid, "age_seconds": age},
            )


def _holds_up(tree: BlockingTree, root: Session, view: DatabaseView) -> bool:
    """Tell a queue that does not move from the short waits of every busy database."""
    limits = view.limits
    waits_long = tree.longest_wait_seconds >= limits.lock_wait_seconds
    is_old = root.transaction_seconds >= limits.blocking_transaction_seconds
    pair = len(tree.waiting) > 1 and root.transaction_seconds >= limits.lock_wait_seconds
    is_crowd = len(tree.waiting) >= limits.crowd_sessions
    crowd = is_crowd and root.transaction_seconds >= limits.crowding_transaction_seconds
    return waits_long or is_old or pair or crowd


def _unattributed(
    view: DatabaseView, instance: str, trees: Sequence[BlockingTree]
) -> Iterator[Found]:
    """Say that sessions wait although nobody is known to hold what they wait for."""
    attributed = {s.pid for tree in trees if tree.root or not tree.root_pid for s in tree.waiting}
    stuck = [
        session
        for session in view.sessions(instance)
        if session.waits_for_lock
        and session.pid not in attributed
        and session.query_seconds >= view.limits.lock_wait_seconds
    ]
    if not stuck:
        return
    text = f"{len(stuck)} sessions on {instance} wait for locks"
    unknown = f"{text}; who holds them cannot be told"
    yield Gap(
        source="rows:pg_locks",
        text=unknown,
        remedy="read pg_locks and pg_blocking_pids as a member of pg_monitor",
    )
    yield Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode="lock_contention"),
        summary=f"{unknown}. One of them: '{stuck[0].query_head}'.",
        claims=(Claims.about(view, instance).rows(text, _ACTIVITY, _WAITS_FOR_LOCK),),
        explains=view.explains(instance),
        evidence=tuple(_quoted(view, instance, session) for session in stuck[:3]),
        details={"instance": instance, "waiting_sessions": len(stuck)},
    )


def _contention(view: DatabaseView, instance: str, tree: BlockingTree, root: Session) -> Hypothesis:
    onset = root.began("xact_start")
    change = change_behind(view, root, onset, instance)
    claims = Claims.about(view, instance)
    changed = (claims.changed(change),) if change else ()
    return Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode="lock_contention"),
        summary=_contention_summary(instance, tree, root),
        claims=(*_contention_claims(claims, tree, root), *changed),
        recovery=(_gone(claims, root), *_no_queue(claims, view, tree)),
        explains=view.explains(instance),
        onset=onset,
        change_ref=change.ref if change else None,
        evidence=(_quoted(view, instance, root), *_quoted_queue(view, instance, tree)),
        details={
            **_details(instance, root),
            "waiting_sessions": len(tree.waiting),
            "queued_ddl_pid": tree.queued_ddl.pid if tree.queued_ddl else None,
        },
        prior_shift=min(2.0, 0.25 * len(tree.waiting)),
    )


def _contention_summary(instance: str, tree: BlockingTree, root: Session) -> str:
    queue = tree.queued_ddl
    middle = (
        f" Session {queue.pid} ({queue.application}) queues for the schema change "
        f"'{queue.query_head}' and makes others wait, but is itself waiting."
        if queue
        else ""
    )
    return (
        f"Session {root.pid} ({root.application}, {root.state or 'state unknown'}) on {instance} "
        f"has had a transaction open for {root.transaction_seconds:.0f} s, waits for nobody, and "
        f"holds up {len(tree.waiting)} sessions, the longest for "
        f"{tree.longest_wait_seconds:.0f} s. Its statement: '{root.query_head}'.{middle}"
    )


def _contention_claims(claims: Claims, tree: BlockingTree, root: Session) -> Iterator[Claim]:
    yield claims.rows(f"sessions on {claims.instance} wait for locks", _ACTIVITY, _WAITS_FOR_LOCK)
    yield claims.rows(
        f"the transaction of session {root.pid} ({root.application}) is still open",
        _ACTIVITY,
        _same_transaction(root),
        sufficiency=1.5,
    )
    yield claims.no_rows(
        f"session {root.pid} itself waits for no lock",
        _ACTIVITY,
        (*equals(pid=root.pid), *_WAITS_FOR_LOCK),
    )
    if any("blocked_by" in session.row.columns for session in tree.waiting):
        directly = Condition(
            field="blocked_by", comparator=Comparator.MATCHES, value=rf"(^|,){root.pid}(,|$)"
        )
        text = f"a session waits directly behind session {root.pid}"
        yield claims.rows(text, _ACTIVITY, (directly,), sufficiency=1.5)


def _gone(claims: Claims, session: Session) -> Claim:
    return claims.no_rows(f"session {session.pid} is gone", _ACTIVITY, _same_session(session))


def _no_queue(claims: Claims, view: DatabaseView, tree: BlockingTree) -> Iterator[Claim]:
    """Claim that nobody waits long any more; short waits are normal."""
    has_ages = any("query_age_seconds" in session.row.columns for session in tree.waiting)
    seconds = view.limits.lock_wait_seconds
    long = (at_least("query_age_seconds", seconds),) if has_ages else ()
    text = f"no session waits for a lock{f' for {seconds:g} s or longer' if has_ages else ''}"
    yield claims.no_rows(text, _ACTIVITY, (*_WAITS_FOR_LOCK, *long))


def _same_session(session: Session) -> tuple[Condition, ...]:
    """Name a session by pid and start, because pids are used again."""
    return equals(pid=session.pid, backend_start=session.row.text("backend_start") or None)


def _same_transaction(session: Session) -> tuple[Condition, ...]:
    """Name a session's present transaction by the session and the transaction's start."""
    began = session.row.text("xact_start") or None
    return (*_same_session(session), *equals(xact_start=began))


def _long_mode(session: Session, view: DatabaseView) -> str | None:
    limits = view.limits
    if not session.is_client:
        return None
    if session.is_idle_in_transaction and session.state_seconds >= limits.idle_transaction_seconds:
        return "long_idle_transaction"
    if session.is_at_work and session.transaction_seconds >= limits.long_transaction_seconds:
        return "long_transaction"
    return None


def _long_transaction(view: DatabaseView, instance: str, session: Session, mode: str) -> Hypothesis:
    claims = Claims.about(view, instance)
    onset = session.began("xact_start")
    change = change_behind(view, session, onset, instance)
    idle = f", idle in it for {session.state_seconds:.0f} s," if mode != "long_transaction" else ""
    open_for = f"has had a transaction open for {session.transaction_seconds:.0f} s"
    return Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode=mode),
        summary=f"Session {session.pid} ({session.application}) on {instance} {open_for}{idle} "
        f"and keeps its locks and its snapshot. Its statement: '{session.query_head}'.",
        claims=(
            claims.rows(
                f"the transaction of session {session.pid} is still open and {session.state}",
                _ACTIVITY,
                (*_same_transaction(session), *equals(state=session.state)),
                sufficiency=2.5,
            ),
            *((claims.changed(change),) if change else ()),
        ),
        recovery=(_gone(claims, session),),
        explains=view.explains(instance),
        onset=onset,
        change_ref=change.ref if change else None,
        evidence=(_quoted(view, instance, session),),
        details=_details(instance, session),
    )


def _details(instance: str, session: Session) -> Mapping[str, Scalar]:
    """Return what ending the session needs, and what a person needs to judge it."""
    backend_start = session.began("backend_start")
    can_be_ended = session.is_client and backend_start is not None
    xact_start = session.began("xact_start")
    return {
        "instance": instance,
        "pid": session.pid,
        "backend_start": backend_start.isoformat() if backend_start and can_be_ended else None,
        "application_name": session.application,
        "usename": session.row.text("usename"),
        "client_addr": session.row.text("client_addr"),
        "state": session.state,
        "query": session.query_head,
        "xact_start": xact_start.isoformat() if xact_start else None,
        "xact_age_seconds": round(session.transaction_seconds, 1),
    }


def _quoted(view: DatabaseView, instance: str, session: Session) -> Evidence:
    return Evidence(
        source=f"rows:{_ACTIVITY}",
        entity=view.entity(instance),
        at=view.assignment.now,
        text=f"pid {session.pid}, {session.application}, {session.state}, transaction "
        f"{session.transaction_seconds:.0f} s: {session.query_head}",
    )


def _quoted_queue(view: DatabaseView, instance: str, tree: BlockingTree) -> Iterator[Evidence]:
    longest = sorted(tree.waiting, key=lambda session: -session.query_seconds)
    for session in longest[:3]:
        yield _quoted(view, instance, session)


def _finding(view: DatabaseView, instance: str, waiting: int) -> Finding:
    text = f"{waiting} sessions wait for locks on {instance}"
    evidence = Evidence(
        source=f"rows:{_ACTIVITY}", entity=view.entity(instance), at=view.assignment.now, text=text
    )
    return Finding(text=text, is_anomalous=waiting > 0, evidence=(evidence,))
