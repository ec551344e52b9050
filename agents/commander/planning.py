"""Whom to ask what, first."""

from datetime import datetime, timedelta

from agents.domain.base import EntityRef, Producer, Window
from agents.domain.incidents import Incident
from agents.domain.plans import Member, Plan, Policy, Question, Roster

COMMANDER = Producer(name="commander", version="1")


def first_plan(incident: Incident, roster: Roster, policy: Policy, now: datetime) -> Plan:
    """Ask every specialist at once: none waits for another, and each says what its domain shows."""
    reason = "First look: every specialist examines its own domain in parallel."
    return _plan(1, reason, incident, roster, policy, now)


def next_plan(
    plan: Plan, incident: Incident, roster: Roster, policy: Policy, now: datetime
) -> Plan:
    """Ask everybody again, up to now: many faults show only some time after the page."""
    reason = f"Look {plan.version + 1}: no cause so far, and the alert still stands."
    return _plan(plan.version + 1, reason, incident, roster, policy, now)


def _plan(
    version: int,
    reason: str,
    incident: Incident,
    roster: Roster,
    policy: Policy,
    now: datetime,
) -> Plan:
    """Put the same question to everybody.

    The window begins before the alert, because causes come before symptoms; the baseline is the
    stretch before that.
    """
    onset = min(incident.alert.started_at, now)
    start = onset - timedelta(seconds=policy.look_back_seconds)
    window = Window(start=start, end=now)
    baseline = Window(start=start - timedelta(seconds=policy.baseline_seconds), end=start)
    focus = _focus(incident, roster)
    questions = tuple(
        Question(
            specialist=member.name,
            text=_wording(member, incident, focus),
            focus=focus,
            window=window,
            baseline=baseline,
            asked_at=now,
            deadline=now + timedelta(seconds=policy.question_deadline_seconds),
            produced_by=COMMANDER,
            inputs=(incident.id,),
        )
        for member in roster.members
    )
    return Plan(
        version=version,
        reason=reason,
        questions=questions,
        topology=roster.topology,
        produced_by=COMMANDER,
        inputs=(incident.id,),
    )


def _focus(incident: Incident, roster: Roster) -> tuple[EntityRef, ...]:
    """The alert's own entities, then its service's dependencies: causes lie upstream."""
    alert = incident.alert
    services = [alert.service] if alert.service else []
    upstream = [name for service in services for name in roster.topology.dependencies(service)]
    named = [EntityRef(kind="service", name=name) for name in [*services, *upstream]]
    return tuple(dict.fromkeys([*alert.entities, *named]))


def _wording(member: Member, incident: Incident, focus: tuple[EntityRef, ...]) -> str:
    looked_at = ", ".join(entity.name for entity in focus)
    about = f" (first: {looked_at})" if looked_at else ""
    return f"{member.title}: what in your domain explains “{incident.title}”{about}?"
