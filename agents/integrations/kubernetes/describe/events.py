"""Events, as descriptions and listings show them: with ages instead of times."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime

from agents.integrations.kubernetes.describe.containers import Json
from agents.integrations.kubernetes.describe.text import Fields, age, columns, iso, table

_REPEATED = re.compile(r"^(?P<last>\S+) \(x(?P<count>\d+) over (?P<first>\S+)\)$")
_EVENT_COLUMNS = 5
_DIGITS = 16


def events_from_description(kind: str, text: str, now: datetime) -> Iterator[Json]:
    """Yield the events at the end of a description; `kind` as the API writes it (`Pod`)."""
    fields = Fields(text.expandtabs().splitlines())
    about: Json = {"kind": kind, "name": fields.value("Name")}
    if namespace := fields.value("Namespace"):
        about["namespace"] = namespace
    for line in fields.get("Events").block:
        row = columns(line)
        if len(row) < _EVENT_COLUMNS or row[0] not in {"Normal", "Warning"}:
            continue
        severity, reason, when, source = row[:4]
        told = " ".join(row[4:])
        yield _event(about, (severity, reason, source), told, _times(when, now))


def events_from_listing(text: str, namespace: str, now: datetime) -> Iterator[Json]:
    """Yield the events of `kubectl get events`."""
    for row in table(text.expandtabs().splitlines()):
        kind, _, name = row.get("OBJECT", "").partition("/")
        about: Json = {"kind": kind, "name": name, "namespace": namespace}
        said = (row.get("TYPE", ""), row.get("REASON", ""), "")
        yield _event(about, said, row.get("MESSAGE", ""), _times(row.get("LAST SEEN", ""), now))


def _times(text: str, now: datetime) -> Json:
    repeated = _REPEATED.match(text)
    last = age(repeated["last"] if repeated else text)
    first = age(repeated["first"]) if repeated else last
    body: Json = {"count": int(repeated["count"]) if repeated else 1}
    if last is not None:
        body["lastTimestamp"] = iso(now - last)
    if first is not None:
        body["firstTimestamp"] = iso(now - first)
    return body


def _event(about: Json, said: tuple[str, str, str], message: str, times: Json) -> Json:
    severity, reason, source = said
    digest = hashlib.sha256(f"{about} {reason} {message}".encode()).hexdigest()[:_DIGITS]
    name = f"{about['name']}.{digest}".lower()
    return {
        "kind": "Event",
        "metadata": {"name": name, "namespace": about.get("namespace") or "default"},
        "involvedObject": about,
        "type": severity,
        "reason": reason,
        "message": message,
        "source": {"component": source},
        **times,
    }
