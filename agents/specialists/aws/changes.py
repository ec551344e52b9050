"""Changes as suspects: made before a symptom, to the thing that shows it, and fit to cause it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from fnmatch import fnmatchcase

from agents.domain.base import EntityRef
from agents.domain.hypotheses import Cause, Gap, Hypothesis
from agents.errors import WarroomError
from agents.specialists.aws.compute import services_whose_tasks_end
from agents.specialists.aws.databases import busy_databases, crowded_databases
from agents.specialists.aws.functions import (
    failing_functions,
    functions_that_time_out,
    throttled_functions,
)
from agents.specialists.aws.limits import refused_for_want_of_capacity
from agents.specialists.aws.load_balancing import targets_without_traffic
from agents.specialists.aws.scaling import failed_scaling
from agents.specialists.aws.trail import EVENTS, Event, suspects
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Check, Found, check

_SLACK = timedelta(minutes=2)
"""Metrics are stamped with the beginning of their minute, calls with their second."""
_FITTING: Mapping[str, str] = {
    "lambda_*": "UpdateFunctionConfiguration|UpdateFunctionCode|PutFunctionConcurrency|UpdateAlias",
    "unhealthy_targets_*": "ModifyTargetGroup|ModifyListener|ModifyRule|SetSecurityGroups",
    "targets_not_in_use": "ModifyListener|DeleteListener|ModifyRule|DeleteRule|SetSubnets",
    "database_*": "ModifyDBInstance|ModifyDBCluster|ModifyDBParameterGroup",
    "connection_exhaustion": "ModifyDBInstance|ModifyDBParameterGroup",
    "ecs_task_failures": "UpdateService",
    "scaling_*": "UpdateAutoScalingGroup|LaunchTemplate|DeregisterImage",
    "dynamodb_throttled": "UpdateTable",
}
"""Which calls can bring a mode about."""
_SYMPTOMS: tuple[Check[AwsView], ...] = (
    targets_without_traffic,
    failing_functions,
    functions_that_time_out,
    throttled_functions,
    services_whose_tasks_end,
    failed_scaling,
    busy_databases,
    crowded_databases,
    refused_for_want_of_capacity,
)


@check(needs=(f"objects:{EVENTS}",), modes=("bad_config_change",))
def changes_that_fit(view: AwsView) -> Iterator[Found]:
    """Name changes made shortly before a symptom, to the very thing that shows it, and that fit."""
    made = list(suspects(view))
    named: set[str] = set()
    for symptom in _symptoms(view) if made else ():
        event = _last_fitting(view, symptom, made)
        if event and event.resource.entity.name not in named:
            named.add(event.resource.entity.name)
            yield _changed(view, symptom, event)


def _symptoms(view: AwsView) -> Iterator[Hypothesis]:
    """Yield what the other checks find; one that cannot look has said so itself."""
    for one in _SYMPTOMS:
        if all(view.has(need) for need in one.needs):
            with suppress(WarroomError):
                yield from (found for found in one.run(view) if isinstance(found, Hypothesis))


def _last_fitting(view: AwsView, symptom: Hypothesis, made: list[Event]) -> Event | None:
    since = (symptom.onset or view.alert.started_at) + _SLACK
    concerned = [e for e in (symptom.cause.entity, *symptom.explains) if e.kind != "service"]
    fitting = [
        event
        for event in made
        if event.at <= since
        and _fits(symptom.cause.failure_mode, event.name)
        and any(event.is_about(entity) for entity in concerned)
    ]
    return fitting[-1] if fitting else None


def _fits(mode: str, name: str) -> bool:
    words = (words for pattern, words in _FITTING.items() if fnmatchcase(mode, pattern))
    return any(re.search(one, name) for one in words)


def _changed(view: AwsView, symptom: Hypothesis, event: Event) -> Hypothesis:
    entity: EntityRef = symptom.cause.entity
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="bad_config_change"),
        summary=f"{event.text} on {entity.name}, and then: {symptom.summary}",
        claims=(event.claim(view, entity), *symptom.claims[:1]),
        explains=symptom.explains,
        onset=event.at,
        change_ref=event.resource.entity.name,
        evidence=(event.evidence(), *symptom.evidence[:1]),
        details={"operation": event.name, "author": event.author},
        prior_shift=-0.7,
    )


@check(needs=(), modes=())
def sources_that_refused(view: AwsView) -> Iterator[Found]:
    """Say what could not be read beside what was, and what would make it readable."""
    for source, error in view.refused.items():
        yield Gap(source=source, text=str(error), remedy=error.remedy or "try again later")


CHANGE_CHECKS: tuple[Check[AwsView], ...] = (changes_that_fit, sources_that_refused)
