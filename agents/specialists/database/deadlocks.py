"""Deadlocks: from the server's log, from counters over time, or from counters that are young."""

from collections.abc import Iterator

from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, Condition, Reduction
from agents.domain.readings import LogLine
from agents.domain.reduction import reduce_series
from agents.specialists.database.claims import Claims, at_least
from agents.specialists.database.view import DatabaseView, Signal
from agents.specialists.framework import Found, check

_PATTERN = "deadlock detected"
_COUNTERS = ("pg_stat_database_deadlocks", "pg_stat_database_deadlocks_total")
_PER_PERIOD = ("AWS/RDS:Deadlocks", "Deadlocks")


@check(needs=(), modes=("deadlocks",))
def deadlocks(view: DatabaseView) -> Iterator[Found]:
    """Count deadlocks of the incident's time, not those that a counter has kept for months."""
    logged = _logged(view)
    measured = {signal.instance for signal in view.signals(*_COUNTERS, *_PER_PERIOD)}
    for instance in sorted({*view.known_names, *measured, *logged}):
        lines = logged.get(instance, [])
        claims = [
            *_from_logs(view, instance, lines),
            *_from_metrics(view, instance),
            *_from_rows(view, instance),
        ]
        if claims:
            yield Hypothesis(
                cause=Cause(entity=view.entity(instance), failure_mode="deadlocks"),
                summary=f"Transactions deadlock on {instance}: {claims[0].text}. The server aborts "
                "one of each pair.",
                claims=tuple(claims),
                explains=view.explains(instance),
                onset=lines[0].timestamp if lines else None,
                evidence=tuple(_quoted(line) for line in lines[:3]),
            )


def _logged(view: DatabaseView) -> dict[str, list[LogLine]]:
    found: dict[str, list[LogLine]] = {}
    for instance, line in view.logs(_PATTERN):
        found.setdefault(instance, []).append(line)
    return found


def _from_logs(view: DatabaseView, instance: str, lines: list[LogLine]) -> Iterator[Claim]:
    if len(lines) >= view.limits.deadlocks and view.is_recent(lines[-1].timestamp):
        selector = view.log_selector(_PATTERN, lines)
        text = f"{len(lines)} deadlocks were logged"
        least = view.limits.deadlocks
        yield Claims.about(view, instance).logged(text, selector, least, sufficiency=2.0)


def _from_metrics(view: DatabaseView, instance: str) -> Iterator[Claim]:
    yield from _counted(view, instance, view.signals(*_COUNTERS), Reduction.INCREASE)
    yield from _counted(view, instance, view.signals(*_PER_PERIOD), Reduction.SUM)


def _counted(
    view: DatabaseView, instance: str, signals: tuple[Signal, ...], reduction: Reduction
) -> Iterator[Claim]:
    least = view.limits.deadlocks
    for signal in signals:
        count = reduce_series([signal.series], reduction)
        if signal.instance == instance and isinstance(count, float) and count >= least:
            text = f"{count:.0f} deadlocks were counted in {signal.series.name}"
            yield Claims.about(view, instance).metric(
                text, signal, reduction, Comparator.AT_LEAST, least, sufficiency=2.0
            )


def _from_rows(view: DatabaseView, instance: str) -> Iterator[Claim]:
    """A counter is evidence only if it began to count within the window."""
    young = Condition(
        field="counted_for_seconds",
        comparator=Comparator.AT_MOST,
        value=max(view.window.seconds, 1.0),
    )
    for row in view.rows(instance, "pg_stat_database") if instance in view.instances else ():
        counted_for = row.number("counted_for_seconds")
        count = row.number("deadlocks") or 0.0
        is_young = counted_for is not None and counted_for <= view.window.seconds
        if is_young and count >= view.limits.deadlocks:
            database = row.text("datname")
            where = (Condition(field="datname", value=database), young)
            text = f"{count:.0f} deadlocks in {database} since its counters began"
            yield Claims.about(view, instance).rows(
                text,
                "pg_stat_database",
                (*where, at_least("deadlocks", view.limits.deadlocks)),
                sufficiency=2.0,
            )


def _quoted(line: LogLine) -> Evidence:
    return Evidence(source="logs", entity=line.entity, at=line.timestamp, text=line.message[:400])
