"""Connection slots: whether any are left, and who holds them."""

from collections import Counter
from collections.abc import Iterator, Mapping

from agents.domain.base import Scalar
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Gap, Hypothesis
from agents.domain.measures import Comparator, Reduction
from agents.domain.readings import LogLine
from agents.specialists.database.claims import Claims, equals
from agents.specialists.database.records import Session
from agents.specialists.database.view import DatabaseView, Signal
from agents.specialists.framework import Found, check

_ACTIVITY = "pg_stat_activity"
_REFUSED = (
    "remaining connection slots are reserved|too many clients already|"
    "too many connections for (role|database)"
)
_CONNECTIONS = ("AWS/RDS:DatabaseConnections", "DatabaseConnections")
_MAXIMUM = ("pg_settings_max_connections",)
_RESERVED_BY_DEFAULT = 3.0
_FULL = "too_many_connections"


@check(needs=(), modes=("connection_exhaustion",))
def connection_exhaustion(view: DatabaseView) -> Iterator[Found]:
    """Tell full connection slots now from a refusal that has passed."""
    refused: dict[str, list[LogLine]] = {}
    for instance, line in view.logs(_REFUSED):
        refused.setdefault(instance, []).append(line)
    measured = {signal.instance for signal in view.signals(*_CONNECTIONS)}
    for instance in sorted({*view.known_names, *measured, *refused}):
        lines = refused.get(instance, [])
        present = (
            *_refuses_us(view, instance),
            *_slots(view, instance),
            *_metrics(view, instance),
        )
        is_known_now = _knows_present(view, instance)
        is_news = bool(lines) and not is_known_now and view.is_recent(lines[-1].timestamp)
        if present or is_news:
            yield _exhausted(view, instance, present, lines)
        elif lines:
            text = f"{instance} refused connections until {lines[-1].timestamp:%H:%M:%S} UTC"
            yield Finding(
                text=f"{text}; slots are free now" if is_known_now else text,
                is_anomalous=False,
                evidence=(_quoted(lines[-1]),),
            )


@check(needs=("objects:databases",), modes=())
def unread_views(view: DatabaseView) -> Iterator[Found]:
    """Say which statistics views could not be read, and what would make them readable."""
    for instance in view.instances:
        for name in ("pg_stat_activity", "pg_stat_statements", "pg_stat_replication"):
            view.rows(instance, name)
    causes: dict[tuple[str, str, str], list[str]] = {}
    for refusal in view.refusals:
        key = (refusal.instance, str(refusal.error), refusal.error.remedy)
        causes.setdefault(key, []).append(refusal.view)
    for (_, said, remedy), views in causes.items():
        names = ", ".join(dict.fromkeys(views))
        yield Gap(source=f"rows:{names}", text=said, remedy=remedy or "try again later")


def _knows_present(view: DatabaseView, instance: str) -> bool:
    """Tell whether a source says how many slots are taken now."""
    if instance not in view.instances:
        return False
    return bool(view.rows(instance, "connections") or view.rows(instance, _ACTIVITY))


def _refuses_us(view: DatabaseView, instance: str) -> Iterator[Claim]:
    """Being refused ourselves is the best evidence there is."""
    rows = view.rows(instance, "connectability") if instance in view.instances else ()
    if any(row.text("error_kind") == _FULL for row in rows):
        yield Claims.about(view, instance).rows(
            f"{instance} refuses a new connection: no slots are left",
            "connectability",
            equals(error_kind=_FULL),
            sufficiency=3.0,
        )


def _slots(view: DatabaseView, instance: str) -> Iterator[Claim]:
    if instance not in view.instances:
        return
    claims, ratio = Claims.about(view, instance), view.limits.full_connections_ratio
    for row in view.rows(instance, "connections"):
        if (row.number("used_ratio") or 0.0) >= ratio:
            text = f"{row.text('used')} of {row.text('usable')} connection slots are taken"
            yield claims.column(text, "connections", "used_ratio", ratio, sufficiency=2.5)
            return
    clients = _clients(view, instance)
    usable = _usable(view, instance)
    if usable and len(clients) >= ratio * usable and not view.rows(instance, "connections"):
        has_types = any("backend_type" in client.row.columns for client in clients)
        where = equals(backend_type="client backend") if has_types else ()
        text = f"{len(clients)} of {usable:.0f} connection slots are taken"
        least = int(ratio * usable)
        yield claims.rows(text, _ACTIVITY, where, least=least, sufficiency=2.5)


def _usable(view: DatabaseView, instance: str) -> float | None:
    most = view.setting(instance, "max_connections")
    if most is None:
        return None
    reserved = view.setting(instance, "superuser_reserved_connections")
    further = view.setting(instance, "reserved_connections") or 0.0
    return most - (_RESERVED_BY_DEFAULT if reserved is None else reserved) - further


def _clients(view: DatabaseView, instance: str) -> tuple[Session, ...]:
    return tuple(session for session in view.sessions(instance) if session.is_client)


def _metrics(view: DatabaseView, instance: str) -> Iterator[Claim]:
    """Hold the number of connections against the limit, where both are known."""
    if _knows_present(view, instance):
        return
    most = _maximum(view, instance)
    for signal in view.signals(*_CONNECTIONS):
        if signal.instance != instance or most is None:
            continue
        least = view.limits.full_connections_ratio * most
        if signal.last >= least:
            text = f"{signal.last:.0f} of {most:.0f} connections are open"
            yield Claims.about(view, instance).metric(
                text, signal, Reduction.LAST, Comparator.AT_LEAST, least, sufficiency=2.0
            )


def _maximum(view: DatabaseView, instance: str) -> float | None:
    signals: tuple[Signal, ...] = view.signals(*_MAXIMUM)
    of_instance = (signal.last for signal in signals if signal.instance == instance)
    fallback = view.setting(instance, "max_connections") if instance in view.instances else None
    return next(of_instance, fallback)


def _exhausted(
    view: DatabaseView, instance: str, present: tuple[Claim, ...], lines: list[LogLine]
) -> Hypothesis:
    claims = Claims.about(view, instance)
    logged: tuple[Claim, ...] = ()
    if lines:
        text = f"{len(lines)} refused connections were logged"
        selector = view.log_selector(_REFUSED, lines)
        logged = (claims.logged(text, selector, sufficiency=1.0 if present else 2.0),)
    every = (*present, *logged)
    said = "; ".join(claim.text for claim in every)
    holder = _holders(view, instance)
    who = (
        f" Most are held by {holder['application_name']} ({holder['connections']}, of which "
        f"{holder['idle']} idle)."
        if holder
        else ""
    )
    return Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode="connection_exhaustion"),
        summary=f"{instance} has no connection slots left: {said}.{who}",
        claims=every,
        explains=view.explains(instance),
        onset=lines[0].timestamp if lines else None,
        evidence=tuple(_quoted(line) for line in lines[:3]),
        details={"instance": instance, **holder},
    )


def _holders(view: DatabaseView, instance: str) -> Mapping[str, Scalar]:
    """Name the application with the most connections."""
    clients = _clients(view, instance) if instance in view.instances else ()
    counted = Counter(client.application for client in clients)
    if not counted:
        return {}
    name, count = counted.most_common(1)[0]
    idle = sum(c.application == name and c.state == "idle" for c in clients)
    return {"application_name": name, "connections": count, "idle": idle}


def _quoted(line: LogLine) -> Evidence:
    return Evidence(source="logs", entity=line.entity, at=line.timestamp, text=line.message[:400])
