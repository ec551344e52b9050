"""What happened to the server itself: failovers and restarts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import ObjectSelector
from agents.domain.readings import Resource
from agents.specialists.database.claims import Claims, equals
from agents.specialists.database.records import moment
from agents.specialists.database.view import DatabaseView
from agents.specialists.framework import Found, check

_EVENTS = "rds.events"
_FAILOVER = re.compile(r"failover|failed over|promoted", re.IGNORECASE)
_RESTART = re.compile(r"\b(restarted|rebooted|shutdown|crash)", re.IGNORECASE)
_ROUTINE = re.compile(r"backup|snapshot", re.IGNORECASE)
_PROMOTED = "received promote request|selected new timeline id"
_STARTED = (
    "terminated by signal|database system was interrupted|automatic recovery in progress|"
    "database system is ready to accept connections|"
    "the database system is (starting up|shutting down|in recovery)"
)
_NOT_READY = frozenset({"starting_up", "shutting_down", "in_recovery"})
_EARLIER = timedelta(minutes=10)
"""How long before the window an event may lie whose harm shows in it."""
_QUOTED_EVENTS = 3


@dataclass(frozen=True, slots=True)
class _Happening:
    """One piece of evidence that something happened to a server."""

    instance: str
    claim: Claim
    at: datetime | None
    evidence: Evidence | None = None


@check(needs=(), modes=("database_failover",))
def failover(view: DatabaseView) -> Iterator[Found]:
    """Find failovers in the incident's time, from the provider's events or the server's log."""
    happened = [*_from_events(view, _FAILOVER), *_from_logs(view, _PROMOTED)]
    for instance in sorted({one.instance for one in happened}):
        of_instance = [one for one in happened if one.instance == instance]
        yield _hypothesis(view, "database_failover", "failed over", of_instance)


@check(needs=(), modes=("database_restart",))
def restart(view: DatabaseView) -> Iterator[Found]:
    """Find restarts and crashes; a failover restarts the server too and is not counted again."""
    promoted = [*_from_events(view, _FAILOVER), *_from_logs(view, _PROMOTED)]
    failed_over = {one.instance for one in promoted}
    happened = [
        *_from_events(view, _RESTART),
        *_from_logs(view, _STARTED),
        *_not_ready(view),
    ]
    for instance in sorted({one.instance for one in happened} - failed_over):
        of_instance = [one for one in happened if one.instance == instance]
        yield _hypothesis(view, "database_restart", "restarted", of_instance)


def _from_events(view: DatabaseView, pattern: re.Pattern[str]) -> Iterator[_Happening]:
    """Yield the provider's events of the incident's time; routine ones are left out."""
    window = view.window.widened(before_seconds=_EARLIER.total_seconds())
    for event in view.objects(_EVENTS):
        message, at = event.document.text("Message") or "", _at(event)
        is_meant = pattern.search(message) and not _ROUTINE.search(message)
        if at and window.contains(at) and is_meant:
            yield _of_event(view, event, message, at)


def _at(event: Resource) -> datetime | None:
    return moment(event.document.text("Date") or "")


def _of_event(view: DatabaseView, event: Resource, message: str, at: datetime) -> _Happening:
    instance = event.entity.name
    quoted = message.replace("\\", "\\\\").replace("'", "\\'")
    selector = ObjectSelector(
        kind=_EVENTS,
        name=instance,
        where=f"Message == '{quoted}' && Date == '{event.document.text('Date')}'",
    )
    text = f"the provider's event at {at:%H:%M:%S} UTC says: {message}"
    claim = Claims.about(view, instance).objects(text, selector, sufficiency=2.0)
    evidence = Evidence(source=f"objects:{_EVENTS}", entity=event.entity, at=at, text=message)
    return _Happening(instance, claim, at, evidence)


def _from_logs(view: DatabaseView, pattern: str) -> Iterator[_Happening]:
    lines = view.logs(pattern)
    for instance in sorted({name for name, _ in lines}):
        of_instance = [line for name, line in lines if name == instance]
        first = of_instance[0]
        selector = view.log_selector(pattern, of_instance)
        text = f"the log at {first.timestamp:%H:%M:%S} UTC says: {first.message[:160]}"
        claim = Claims.about(view, instance).logged(text, selector, sufficiency=2.0)
        evidence = Evidence(
            source="logs", entity=first.entity, at=first.timestamp, text=first.message[:400]
        )
        yield _Happening(instance, claim, first.timestamp, evidence)


def _not_ready(view: DatabaseView) -> Iterator[_Happening]:
    """Yield the servers that say at this moment that they are not up yet."""
    for instance in view.instances:
        for row in view.rows(instance, "connectability"):
            kind = row.text("error_kind")
            if kind in _NOT_READY:
                text = f"{instance} refuses connections: it is {kind.replace('_', ' ')}"
                where = equals(error_kind=kind)
                claims = Claims.about(view, instance)
                claim = claims.rows(text, "connectability", where, sufficiency=2.5)
                yield _Happening(instance, claim, None)


def _hypothesis(view: DatabaseView, mode: str, verb: str, happened: list[_Happening]) -> Hypothesis:
    instance = happened[0].instance
    onset = min((one.at for one in happened if one.at), default=None)
    since = f" at {onset:%H:%M:%S} UTC" if onset else ""
    return Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode=mode),
        summary=f"{instance} {verb}{since} and broke its connections: {happened[0].claim.text}.",
        claims=tuple(one.claim for one in happened[:_QUOTED_EVENTS]),
        explains=view.explains(instance),
        onset=onset,
        evidence=tuple(one.evidence for one in happened[:_QUOTED_EVENTS] if one.evidence),
        details={"instance": instance},
    )
