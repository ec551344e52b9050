"""From the pager's webhook to the board, to the synthesis, to both of them standing in Slack.

Real processes: the receiver, the workers, Redis, SQLite and the local workspace (its rate limits
off, so that it is our time that is measured). Telemetry is a recorded capture with a lock in it.
Incidents come one after the other, as they do from one pager; times are read off the journal.
"""

import hashlib
import hmac
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import httpx

from agents.domain.events import Event, MessageDelivered, SynthesisPublished
from agents.domain.incidents import Alert
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from bot.commands.demo.stack import Environments, Stack
from bot.commands.demo.workspace import LocalWorkspace
from bot.incidents import incident_id_of
from bot.workspace.seed import Rates
from jobs.embedded import start_redis
from jobs.embedded.processes import free_port
from tests.benchmarks.figures import Figure, spread

INCIDENTS = 50
_WARM_UP = 2
_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.02
_SECRET = "benchmark"
_CAPTURE = Path(__file__).parents[1] / "captures" / "database" / "lock_contention" / "for"


def run() -> list[Figure]:
    """Bring everything up and page fifty times."""
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        redis = ending.enter_context(start_redis(folder / "redis"))
        workspace = LocalWorkspace(folder, free_port(), {}, Rates(enabled=False))
        ending.callback(workspace.start().stop)
        port, database = free_port(), f"sqlite:///{folder / 'journal.sqlite'}"
        told = {
            "WARROOM_DATABASE_URL": database,
            "WARROOM_REDIS_URL": redis.url,
            "WARROOM_HTTP_PORT": str(port),
            "WARROOM_PAGERDUTY_WEBHOOK_SECRETS": _SECRET,
            "WARROOM_CAPTURE": str(_CAPTURE),
            **workspace.settings(),
        }
        stack = Stack(folder / "logs", Environments(told, {}))
        ending.callback(stack.stop)
        stack.start(f"http://127.0.0.1:{port}", redis.url)
        journal = SqlJournal(open_database(database))
        taken = [_incident(number, port, journal) for number in range(_WARM_UP + INCIDENTS)]
    return _figures(taken[_WARM_UP:])


def _incident(number: int, port: int, journal: SqlJournal) -> dict[str, float]:
    """Page once and return the seconds from the webhook to each thing that followed."""
    name = f"P{number:06d}"
    body = json.dumps(_page(name)).encode()
    signature = hmac.new(_SECRET.encode(), body, hashlib.sha256).hexdigest()
    sent = datetime.now(UTC)
    answer = httpx.post(
        f"http://127.0.0.1:{port}/webhooks/pagerduty",
        content=body,
        headers={"X-PagerDuty-Signature": f"v1={signature}"},
        trust_env=False,
    )
    answered = datetime.now(UTC)
    answer.raise_for_status()
    alert = Alert(source="pagerduty", title=name, started_at=sent, external_id=name)
    incident_id = incident_id_of(alert)
    deadline = monotonic() + _PATIENCE_SECONDS
    while monotonic() < deadline:
        moments = _moments(journal.read(incident_id))
        if {"board", "account", "synthesis"} <= moments.keys():
            taken = {what: (at - sent).total_seconds() for what, at in moments.items()}
            return {"answer": (answered - sent).total_seconds(), **taken}
        sleep(_POLL_SECONDS)
    message = f"{name} had no synthesis within {_PATIENCE_SECONDS:g} s"
    raise TimeoutError(message)


def _moments(events: Sequence[Event]) -> dict[str, datetime]:
    """Return when board and synthesis first stood in Slack, and the account in the journal."""
    moments: dict[str, datetime] = {}
    for event in events:
        match event.body:
            case MessageDelivered(peer="room", message_key=("board" | "synthesis") as key):
                moments.setdefault(key, event.at)
            case SynthesisPublished():
                moments.setdefault("account", event.at)
            case _:
                pass
    return moments


def _page(name: str) -> dict[str, object]:
    service = {"id": "PSHOP", "type": "service_reference", "summary": "storefront"}
    incident = {
        "id": name,
        "type": "incident",
        "number": int(name[1:]),
        "title": f"storefront answers with errors ({name})",
        "status": "triggered",
        "urgency": "high",
        "created_at": datetime.now(UTC).isoformat(),
        "service": service,
        "html_url": f"https://example.invalid/{name}",
    }
    event = {
        "id": f"E{name}",
        "event_type": "incident.triggered",
        "resource_type": "incident",
        "occurred_at": datetime.now(UTC).isoformat(),
        "data": incident,
    }
    return {"event": event}


def _figures(taken: Sequence[dict[str, float]]) -> list[Figure]:
    told = {
        "answer": "webhook to its answer",
        "board": "webhook to the first board in Slack",
        "account": "webhook to the synthesis in the journal",
        "synthesis": "webhook to the synthesis in Slack",
    }
    return [
        figure
        for what, text in told.items()
        for figure in spread(f"{text} ({len(taken)} incidents)", [one[what] for one in taken])
    ]
