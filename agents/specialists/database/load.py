"""Load as the provider measures it: CPU, and what sessions wait for by statement."""

from collections.abc import Iterator

from pydantic import JsonValue

from agents.domain.base import Window
from agents.domain.document import Document
from agents.domain.hypotheses import Cause, Hypothesis
from agents.domain.measures import Comparator, ObjectSelector, Reduction
from agents.domain.readings import Resource
from agents.specialists.database.claims import Claims
from agents.specialists.database.view import DatabaseView
from agents.specialists.framework import Found, check

_DIGEST = "pi.performance_insights"
_DOMINANT_SHARE = 0.5
_RISEN_LOAD = 2.0
_LEAST_LOAD = 0.05
"""Average active sessions below which a rise is no rise."""
_RECENT_SAMPLES = 3
_SHOWN_CHARACTERS = 160


@check(needs=("metrics",), modes=("database_cpu_saturation",))
def cpu_saturation(view: DatabaseView) -> Iterator[Found]:
    """Find databases whose CPU is used up now and not just in a spike."""
    least = view.limits.cpu_percent
    for signal in view.signals("AWS/RDS:CPUUtilization", "CPUUtilization"):
        newest = signal.newest(_RECENT_SAMPLES)
        if len(newest) < _RECENT_SAMPLES or min(newest) < least:
            continue
        lately = Window(start=signal.began_at(_RECENT_SAMPLES), end=view.window.end)
        text = f"the CPU of {signal.instance} is {signal.last:.0f} % busy"
        claim = Claims(signal.instance, lately).metric(
            text, signal, Reduction.MIN, Comparator.AT_LEAST, least, sufficiency=2.5
        )
        entity = view.entity(signal.instance)
        yield Hypothesis(
            cause=Cause(entity=entity, failure_mode="database_cpu_saturation"),
            summary=f"{text[0].upper()}{text[1:]}, and has been for {len(newest)} samples.",
            claims=(claim,),
            explains=view.explains(signal.instance),
        )


@check(
    needs=("objects:pi.performance_insights",),
    modes=("slow_statement", "lock_contention"),
)
def dominant_statement(view: DatabaseView) -> Iterator[Found]:
    """Find the statement that makes up most of a risen load, and what it waits for."""
    for digest in view.objects(_DIGEST):
        known = digest.entity.name in view.known_names
        instance = digest.entity.name if known else view.only_name
        if instance and _load_has_risen(digest.document):
            yield from _dominant(view, instance, digest)


def _dominant(view: DatabaseView, instance: str, digest: Resource) -> Iterator[Hypothesis]:
    statements = digest.document.items("top_sql")
    loads = [one.number("db_load_avg") or 0.0 for one in statements]
    if not any(loads) or max(loads) < _DOMINANT_SHARE * sum(loads):
        return
    top = statements[loads.index(max(loads))]
    statement = (top.text("statement") or "")[:_SHOWN_CHARACTERS]
    waits_for = _main_wait(top)
    is_lock = waits_for.casefold().startswith("lock:")
    claims = Claims.about(view, instance)
    text = f"one statement makes up {max(loads) / sum(loads):.0%} of the load of {instance}"
    of_statements = ObjectSelector(
        kind=_DIGEST, name=digest.entity.name, path="max(top_sql[].db_load_avg)"
    )
    of_all = of_statements.model_copy(update={"path": "db_load.values[-1]"})
    risen = f"the load of {instance} is {_RISEN_LOAD:g} times what it was, or more"
    least = _RISEN_LOAD * _quiet_load(digest.document)
    yield Hypothesis(
        cause=Cause(
            entity=view.entity(instance),
            failure_mode="lock_contention" if is_lock else "slow_statement",
        ),
        summary=f"{text[0].upper()}{text[1:]}, mostly on {waits_for}: '{statement}'.",
        claims=(
            claims.value(text, of_statements, _DOMINANT_SHARE * sum(loads)),
            claims.value(risen, of_all, least),
        ),
        explains=view.explains(instance),
        details={"instance": instance, "query": statement},
    )


def _main_wait(statement: Document) -> str:
    waits = statement.items("wait_events")
    main = max(waits, key=lambda wait: wait.number("db_load_avg") or 0.0, default=None)
    if main is None:
        return "CPU"
    name = main.text("name") or ""
    return name if ":" in name else f"{main.text('type') or ''}:{name}"


def _load_has_risen(digest: Document) -> bool:
    loads = _loads(digest.at("db_load.values"))
    return len(loads) > 1 and loads[-1] >= _RISEN_LOAD * _quiet_load(digest)


def _quiet_load(digest: Document) -> float:
    """The load before the incident: the mean of the first quarter."""
    loads = _loads(digest.at("db_load.values"))
    first = loads[: max(1, len(loads) // 4)]
    return max(_LEAST_LOAD, sum(first) / len(first)) if first else _LEAST_LOAD


def _loads(values: JsonValue) -> list[float]:
    listed = values if isinstance(values, list) else []
    return [float(v) for v in listed if isinstance(v, int | float) and not isinstance(v, bool)]
