"""The app's home tab: what is open right now."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from agents.domain.state import IncidentState
from templates.slack.blocks import VIEW_BLOCKS, header, section, small
from templates.slack.phrases import PHASES, incident_title
from templates.text import counted, elapsed, inert


def home_view(open_incidents: Sequence[IncidentState], now: datetime) -> View:
    """Make the home tab with one line per open incident, newest first."""
    shown = open_incidents[: VIEW_BLOCKS - 3]
    blocks: list[Block] = [header("Open incidents"), *(_line(state, now) for state in shown)]
    if not shown:
        blocks.append(section("Nothing is open."))
    hidden = len(open_incidents) - len(shown)
    if hidden:
        blocks.append(small(f"and {counted(hidden, 'older incident')}"))
    blocks.append(small("`/warroom investigate &lt;text&gt;` declares one · `/warroom help`"))
    return View(type="home", blocks=blocks)


def _line(state: IncidentState, now: datetime) -> Block:
    since = state.incident.declared_at if state.incident else now
    room = f"<#{inert(state.channel)}>" if state.channel else "its channel is being opened"
    title = f"*{inert(incident_title(state))}*"
    age = elapsed((now - since).total_seconds())
    return section(f"{title}: {PHASES[state.phase]}, {age} · {room}")
