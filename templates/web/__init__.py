"""Pages for the browser, on Jinja with escaping."""

from collections.abc import Iterable, Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined

from agents.domain.base import Artifact, Value
from agents.domain.events import Event
from agents.domain.state import IncidentState
from templates.slack.phrases import PHASES

_HIDDEN = frozenset({"delivery_started", "message_delivered", "tools_called"})
"""Events about the war room's own work, which tell a reader nothing of the incident."""


class Anchored(Value):
    """One artifact under the anchor that links point at."""

    anchor: str
    kind: str
    json_text: str


def incident_page(state: IncidentState, events: Iterable[Event]) -> str:
    """Return an incident's journal as a page on which each artifact has its id as anchor."""
    environment = Environment(
        loader=PackageLoader("templates", "web"), undefined=StrictUndefined, autoescape=True
    )
    return environment.get_template("incident.html.j2").render(
        state=state,
        phase=PHASES[state.phase],
        artifacts=artifacts,
        events=[event for event in events if event.body.kind not in _HIDDEN],
    )


def artifacts(event: Event) -> list[Anchored]:
    """Return every artifact in an event, outermost first, each id once."""
    found: dict[str, Anchored] = {}
    for one in _within(event.body):
        text = one.model_dump_json(indent=2, exclude_defaults=True)
        found.setdefault(one.id, Anchored(anchor=one.id, kind=one.id_prefix, json_text=text))
    return list(found.values())


def _within(value: object) -> Iterator[Artifact]:
    if isinstance(value, Artifact):
        yield value
    if isinstance(value, Value):
        for name in type(value).model_fields:
            yield from _within(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType] - whatever is in it
            yield from _within(item)  # pyright: ignore[reportUnknownArgumentType]
