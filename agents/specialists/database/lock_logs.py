"""Lock queues as the server's log tells of them, where nobody can look at the sessions."""

import re
from collections.abc import Iterator, Sequence

from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.readings import LogLine
from agents.specialists.database.claims import Claims
from agents.specialists.database.view import DatabaseView
from agents.specialists.framework import Found, check

_STILL_WAITING = "process [0-9]+ still waiting for"
_ANY = r"process [0-9]+ (still waiting for|acquired)|process(es)? holding the lock"
_WAITER = re.compile(r"process (\d+) still waiting for (\w+)", re.IGNORECASE)
_ACQUIRED = re.compile(r"process (\d+) acquired", re.IGNORECASE)
_HOLDER = re.compile(r"process(?:es)? holding the lock: (\d+)", re.IGNORECASE)


@check(needs=("logs",), modes=("lock_contention",))
def logged_lock_waits(view: DatabaseView) -> Iterator[Found]:
    """Find waits that the log began and never ended; used where sessions cannot be read."""
    lines = view.logs(_ANY)
    for instance in sorted({name for name, _ in lines}):
        sees_sessions = instance in view.instances and view.sessions(instance)
        of_instance = [line for name, line in lines if name == instance]
        waiting = _not_ended(of_instance)
        if waiting and not sees_sessions and view.is_recent(waiting[-1].timestamp):
            yield _hypothesis(view, instance, waiting, of_instance)


def _not_ended(lines: Sequence[LogLine]) -> list[LogLine]:
    """Return the lines of processes that, by the log, have not got their lock since."""
    waiting: dict[str, LogLine] = {}
    for line in lines:
        if found := _WAITER.search(line.message):
            waiting[found.group(1)] = line
        elif found := _ACQUIRED.search(line.message):
            waiting.pop(found.group(1), None)
    return list(waiting.values())


def _hypothesis(
    view: DatabaseView, instance: str, waiting: list[LogLine], lines: Sequence[LogLine]
) -> Hypothesis:
    holders = [found.group(1) for line in lines if (found := _HOLDER.search(line.message))]
    holder = f"process {holders[-1]} holds the lock" if holders else "the holder was not logged"
    selector = view.log_selector(_STILL_WAITING, waiting)
    text = f"{len(waiting)} processes logged that they still wait for a lock"
    return Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode="lock_contention"),
        summary=f"On {instance}, {text}; {holder}.",
        claims=(Claims.about(view, instance).logged(text, selector, sufficiency=2.0),),
        explains=view.explains(instance),
        onset=waiting[0].timestamp,
        evidence=tuple(
            Evidence(source="logs", entity=line.entity, at=line.timestamp, text=line.message[:400])
            for line in waiting[:3]
        ),
        details={"instance": instance, "waiting_sessions": len(waiting)},
    )
