"""Instances and ECS tasks: impaired, stopped, or ending as soon as they start."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from agents.domain.base import EntityRef
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import ObjectSelector
from agents.domain.readings import Resource
from agents.specialists.aws.claims import literal, there_are
from agents.specialists.aws.trail import events, moment
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Check, Found, check

_STATUS = "ec2.instance_status"
_INSTANCES = "ec2.instances"
_SERVICES = "ecs.services"
_TASKS = "ecs.tasks"
_IMPAIRED = "InstanceStatus.Status == 'impaired' || SystemStatus.Status == 'impaired'"
_STOPPED = ("stopped", "stopping", "terminated", "shutting-down")
_TAKEN_BACK = ("Server.SpotInstanceTermination", "Server.InternalError", "Server.ScheduledStop")
_WHEN = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)")
_OF_ITS_OWN = ("EssentialContainerExited", "TaskFailedToStart")
_FEWEST_TASKS = 2


@check(needs=(f"objects:{_STATUS}",), modes=("ec2_status_check_failed",))
def impaired_instances(view: AwsView) -> Iterator[Found]:
    """Find running instances that fail the status checks of AWS now."""
    for status in view.objects(_STATUS):
        document = status.document
        is_running = document.text("InstanceState.Name") in ("running", None)
        which = [
            name
            for name in ("System", "Instance")
            if document.text(f"{name}Status.Status") == "impaired"
        ]
        if not which or not is_running:
            continue
        path = "[SystemStatus.Details[], InstanceStatus.Details[]][][].ImpairedSince"
        since = [at for text in document.texts(path) if (at := moment(text))]
        whose = "host" if "System" in which else "own system"
        text = f"{status.entity.name} is impaired: the checks of its {whose} fail."
        selector = ObjectSelector(kind=_STATUS, name=status.entity.name, where=_IMPAIRED)
        yield Hypothesis(
            cause=Cause(entity=status.entity, failure_mode="ec2_status_check_failed"),
            summary=text,
            claims=(there_are(view, status.entity, selector, text, sufficiency=2.5),),
            explains=view.explains(status.entity),
            prior_shift=view.relevance(status.entity),
            onset=min(since, default=None),
            evidence=(Evidence(source=f"objects:{_STATUS}", entity=status.entity, text=text),),
        )


@check(needs=(f"objects:{_INSTANCES}",), modes=("ec2_instance_stopped",))
def stopped_instances(view: AwsView) -> Iterator[Found]:
    """Find instances that were stopped or taken back in the incident's time."""
    for instance in view.objects(_INSTANCES):
        document = instance.document
        state, code = document.text("State.Name"), document.text("StateReason.Code") or ""
        reason = document.text("StateTransitionReason") or ""
        at = _stopped_at(reason)
        is_routine = state in _STOPPED[2:] and code not in _TAKEN_BACK
        if state not in _STOPPED or at is None or not view.window.contains(at) or is_routine:
            continue
        text = f"{instance.entity.name} is {state} since {at:%H:%M:%S} UTC ({code or reason})."
        selector = ObjectSelector(
            kind=_INSTANCES, name=instance.entity.name, where=f"State.Name == {literal(state)}"
        )
        by = [e for e in events(view) if e.name == "StopInstances" and e.is_about(instance.entity)]
        yield Hypothesis(
            cause=Cause(entity=instance.entity, failure_mode="ec2_instance_stopped"),
            summary=" ".join([text, *(f"{event.text}." for event in by[-1:])]),
            claims=(there_are(view, instance.entity, selector, text, sufficiency=2.5),),
            explains=view.explains(instance.entity),
            prior_shift=view.relevance(instance.entity),
            onset=at,
            change_ref=by[-1].resource.entity.name if by else None,
            evidence=(Evidence(source=f"objects:{_INSTANCES}", entity=instance.entity, text=text),),
        )


@check(needs=(f"objects:{_SERVICES}",), modes=("ecs_task_failures",))
def services_whose_tasks_end(view: AwsView) -> Iterator[Found]:
    """Find ECS services short of tasks now because their tasks end by themselves."""
    for service in view.objects(_SERVICES):
        document = service.document
        running, desired = document.number("runningCount"), document.number("desiredCount")
        ended = _ended(view, service)
        failed = document.number("deployments[?status == 'PRIMARY'] | [0].failedTasks") or 0.0
        is_short = running is not None and desired is not None and running < desired
        if not is_short or max(len(ended), failed) < _FEWEST_TASKS:
            continue
        yield _ends(view, service, ended)


def _ends(view: AwsView, service: Resource, ended: list[Resource]) -> Hypothesis:
    document, entity = service.document, service.entity
    text = (
        f"{entity.name} runs {document.number('runningCount'):.0f} of "
        f"{document.number('desiredCount'):.0f} tasks."
    )
    short = ObjectSelector(
        kind=_SERVICES, where=f"serviceName == {literal(entity.name)} && runningCount<desiredCount"
    )
    claims = [there_are(view, entity, short, text, sufficiency=1.5)]
    reasons = [_why(task) for task in ended]
    if ended:
        own = f"group == {literal(f'service:{entity.name}')} && {_of_their_own()}"
        said = f"{len(ended)} of its tasks ended by themselves: {reasons[0]}."
        selector = ObjectSelector(kind=_TASKS, where=own)
        claims.append(there_are(view, entity, selector, said, least=max(1, len(ended) // 2)))
    stopped = (moment(task.document.text("stoppedAt")) for task in ended)
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="ecs_task_failures"),
        summary=" ".join(claim.text for claim in claims),
        claims=tuple(claims),
        explains=view.explains(entity),
        prior_shift=view.relevance(entity),
        onset=min((at for at in stopped if at), default=None),
        evidence=tuple(
            Evidence(source=f"objects:{_TASKS}", entity=task.entity, text=_why(task))
            for task in ended[:3]
        ),
    )


def _of_their_own() -> str:
    codes = " || ".join(f"stopCode == {literal(code)}" for code in _OF_ITS_OWN)
    return f"({codes})"


def _ended(view: AwsView, service: Resource) -> list[Resource]:
    """Return the tasks of a service that ended by themselves in the incident's time."""
    return [
        task
        for task in view.related(_TASKS)
        if task.document.text("group") == f"service:{service.entity.name}"
        and task.document.text("stopCode") in _OF_ITS_OWN
        and (at := moment(task.document.text("stoppedAt"))) is not None
        and view.window.contains(at)
    ]


def _why(task: Resource) -> str:
    reason = task.document.text("stoppedReason") or "no reason given"
    exits = task.document.at("containers[?exitCode].exitCode | [0]")
    own = task.document.text("containers[?reason].reason | [0]")
    return ", ".join([reason, *([f"exit code {exits}"] if exits else []), *([own] if own else [])])


def _stopped_at(reason: str) -> datetime | None:
    found = _WHEN.search(reason)
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None


def instance_of_volume(view: AwsView, volume: EntityRef) -> tuple[EntityRef, ...]:
    """Return the instances that a volume is attached to."""
    attached = (one for one in view.related("ec2.volumes") if one.entity == volume)
    return tuple(
        EntityRef(kind="instance", name=name)
        for one in attached
        for name in one.document.texts("Attachments[].InstanceId")
    )


COMPUTE_CHECKS: tuple[Check[AwsView], ...] = (
    impaired_instances,
    stopped_instances,
    services_whose_tasks_end,
)
