"""What applications are told by a database that runs in the cluster."""

import re
from collections import defaultdict
from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Evidence, Hypothesis
from agents.domain.measures import Comparator
from agents.domain.readings import LogLine
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import SUPPORTING, Blame, Weight, quote, states
from agents.specialists.kubernetes.objects import Pod, Workload
from agents.specialists.kubernetes.view import ClusterView
from agents.specialists.kubernetes.words import (
    REFUSALS_BY_DATABASE,
    REFUSED_BY_DATABASE,
    said_in_log,
)

_DATABASE = re.compile(r"mysql|mariadb|percona|postgres|mongo|redis", re.IGNORECASE)
_UNREACHED = (
    r"communications link failure|can't connect to (mysql|mariadb) server"
    r"|could not create connection to database|connection to (server|database) .* failed"
)
_SETTINGS = {
    "db_connection_exhaustion": re.compile(
        r"max[_-]connections\s*[=\s]\s*\"?(\d+)\b", re.IGNORECASE
    ),
    "db_readonly_mode": re.compile(
        r"(?:super[_-])?read[_-]only\s*[=\s]\s*\"?(1|on|true|yes)\b", re.IGNORECASE
    ),
}
_FEW_CONNECTIONS = 20
"""Fewer than the pool of two ordinary clients."""


@check(needs=("objects:pods", "logs"), modes=tuple(REFUSALS_BY_DATABASE))
def refused_by_database(view: ClusterView) -> Iterator[Hypothesis]:
    """Find what clients are told by a database: wrong credentials, no connection left, read-only.

    Wrong credentials are a client's mistake; what every client is told is the database's state.
    """
    for mode, pattern in REFUSALS_BY_DATABASE.items():
        told = _by_owner(view, pattern)
        clients = {owner: lines for owner, lines in told.items() if not is_database(view, owner)}
        if mode == "mysql_invalid_credentials":
            for client, lines in clients.items():
                yield _blame(view, mode, client, lines, pattern)
        elif told:
            lines = max(told.values(), key=len)
            database = _database_of(view, told)
            yield _blame(view, mode, database or next(iter(told)), lines, pattern)


def _by_owner(view: ClusterView, pattern: str) -> dict[EntityRef, list[LogLine]]:
    found: dict[EntityRef, list[LogLine]] = defaultdict(list)
    for line in view.lines(pattern):
        entity = line.entity
        resource = view.find("pods", entity.name, entity.namespace) if entity else None
        if resource is not None:
            found[view.owner_of(Pod(resource))].append(line)
    return dict(found)


def is_database(view: ClusterView, owner: EntityRef) -> bool:
    """Tell whether a workload runs a database, by its image or else its name."""
    workload = view.workload(owner)
    images = workload.template.texts("spec.containers[].image") if workload else ()
    return any(_DATABASE.search(text) for text in images) or (
        not images and _DATABASE.search(owner.name) is not None
    )


def _database_of(view: ClusterView, told: dict[EntityRef, list[LogLine]]) -> EntityRef | None:
    """Return the database that those who complain call: the one itself, or one they depend on."""
    own = next((owner for owner in told if is_database(view, owner)), None)
    if own is not None:
        return own
    databases = [one.entity for one in view.workloads if is_database(view, one.entity)]
    called = {name for owner in told for name in view.calls_of(owner.name)}
    return next(
        (one for one in databases if one.name in called), databases[0] if databases else None
    )


def _blame(
    view: ClusterView,
    mode: str,
    owner: EntityRef,
    lines: list[LogLine],
    pattern: str,
    *further: Claim,
) -> Hypothesis:
    last, pods = lines[-1], view.pods_of(owner)
    speaker = last.entity or owner
    said = said_in_log(view, speaker, pattern, f"the log of {speaker.name} says so")
    hurts = not all(pod.is_ready for pod in pods)
    return Blame(
        entity=owner,
        mode=mode,
        summary=f"{speaker.name} is told by the database: {last.message[:200]}",
        claims=(said, *further),
        pods=pods,
        explains=(speaker,),
        evidence=(
            Evidence(source="logs", entity=speaker, at=last.timestamp, text=last.message[:400]),
        ),
        details={"lines": len(lines)},
        shift=0.9 if hurts else 0.4,
    ).hypothesis(view)


@check(needs=("objects:pods", "logs"), modes=("mysql_invalid_port",))
def unreached_databases(view: ClusterView) -> Iterator[Hypothesis]:
    """Find clients that fail because they do not reach a database which serves others.

    Where the database itself is well, and its refusals are not about users or limits, what is
    left is the address that the client was given.
    """
    databases = [one for one in view.workloads if is_database(view, one.entity)]
    serving = [one for one in databases if _serves(view, one)]
    if not serving or len(serving) < len(databases):
        return
    refused = _by_owner(view, REFUSED_BY_DATABASE)
    for client, lines in _by_owner(view, _UNREACHED).items():
        pods = view.pods_of(client)
        if is_database(view, client) or client in refused or all(pod.is_ready for pod in pods):
            continue
        works = states(
            view,
            view.pods_of(serving[0].entity)[0],
            "status.conditions[?type=='Ready'].status | [0]",
            "True",
            f"the database {serving[0].name} is ready",
            weight=SUPPORTING,
        )
        yield _blame(view, "mysql_invalid_port", client, lines, _UNREACHED, works)


def _serves(view: ClusterView, database: Workload) -> bool:
    pods = view.pods_of(database.entity)
    return bool(pods) and all(pod.is_ready for pod in pods)


@check(needs=("objects:pods",), modes=tuple(_SETTINGS))
def crippled_databases(view: ClusterView) -> Iterator[Hypothesis]:
    """Find databases whose own settings refuse writes or all but a few connections."""
    for workload in view.workloads:
        if not is_database(view, workload.entity):
            continue
        for mode, pattern in _SETTINGS.items():
            found = pattern.search(_arguments(workload))
            is_harmless = mode == "db_connection_exhaustion" and found is not None
            if found and not (is_harmless and int(found[1]) > _FEW_CONNECTIONS):
                yield _set_so(view, workload, mode, found[0])


def _arguments(workload: Workload) -> str:
    return " ".join(
        (
            *workload.template.texts("spec.containers[].command[]"),
            *workload.template.texts("spec.containers[].args[]"),
        )
    )


def _set_so(view: ClusterView, workload: Workload, mode: str, setting: str) -> Hypothesis:
    set_so = states(
        view,
        workload,
        "join(' ', [spec.template.spec.containers[].command[],"
        " spec.template.spec.containers[].args[]][])",
        re.escape(setting),
        f"{workload.name} is started with {setting}",
        comparator=Comparator.MATCHES,
        weight=Weight(sufficiency=1.8),
    )
    return Blame(
        entity=workload.entity,
        mode=mode,
        summary=f"The database {workload.name} is started with {setting}.",
        claims=(set_so, *_runs(view, workload)),
        pods=view.pods_of(workload.entity),
        evidence=(quote(workload, setting),),
        details={"setting": setting},
        shift=0.4,
    ).hypothesis(view)


def _runs(view: ClusterView, workload: Workload) -> Iterator[Claim]:
    for pod in view.pods_of(workload.entity)[:1]:
        text = f"{pod.name} runs"
        yield states(view, pod, "status.phase", "Running", text, weight=SUPPORTING)
