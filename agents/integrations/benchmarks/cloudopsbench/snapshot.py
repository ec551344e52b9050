"""One snapshot: the answers of the tools that every participant may call."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from agents.errors import InvalidCapture
from agents.integrations.benchmarks.renaming import Renamer, Renaming

_STAMP = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}")
_KIND_PLURALS = {"resourcequota": "resourcequotas"}


@dataclass(frozen=True, slots=True)
class Answered:
    """What a tool answered to some arguments."""

    tool: str
    arguments: Mapping[str, JsonValue]
    text: str

    def argument(self, name: str) -> str:
        """Return an argument as text; empty where it was not given."""
        value = self.arguments.get(name)
        return "" if value is None else str(value)

    @property
    def kind(self) -> str:
        """The lower-case plural of the kind that was asked for."""
        kind = self.argument("resource_type")
        return _KIND_PLURALS.get(kind, kind)


class Snapshot:
    """The files of one case, read once; names are already the new ones where it is renamed."""

    def __init__(self, folder: Path, renamer: Renamer | None = None) -> None:
        """Read what is needed to know the names in use; the rest is read when asked for."""
        self._folder = folder
        self._cache = _object(folder / "tool_cache.json")
        self.about = _object(folder / "metadata.json")
        self.names = renamer.of(self._names()) if renamer else Renaming({})

    def _names(self) -> set[str]:
        """Name the namespace, the nodes, and everything that is run or called there."""
        found = {*self._nodes(), str(self.about.get("namespace", ""))}
        for one in _answers(self._cache):
            if one.tool in {"GetAppYAML", "GetServiceDependencies"}:
                found.update(one.argument(name) for name in ("app_name", "service_name"))
            elif one.tool == "DescribeResource" and one.kind in {"services", "deployments"}:
                found.add(one.argument("name"))
        return found - {""}

    def _nodes(self) -> Iterator[str]:
        nodes = _object_of(self._cache.get("GetClusterConfiguration:{}")).get("nodes")
        for node in nodes if isinstance(nodes, list) else []:
            if isinstance(node, dict) and "name" in node:
                yield str(node["name"])

    @cached_property
    def nodes(self) -> frozenset[str]:
        """The nodes of the cluster."""
        return frozenset(self.names[name] for name in self._nodes())

    @property
    def namespace(self) -> str:
        """The namespace under investigation."""
        return self.names[str(self.about.get("namespace", ""))]

    @cached_property
    def answers(self) -> tuple[Answered, ...]:
        """Every answer, with the names replaced."""
        rename = self.names.text
        return tuple(
            Answered(
                one.tool,
                {key: rename(v) if isinstance(v, str) else v for key, v in one.arguments.items()},
                rename(one.text),
            )
            for one in _answers(self._cache)
        )

    def of(self, tool: str) -> Iterator[Answered]:
        """Yield the answers of one tool."""
        return (one for one in self.answers if one.tool == tool)

    @cached_property
    def taken_at(self) -> datetime:
        """When the snapshot was taken; its clock is the one of the cluster's descriptions."""
        stamps = [
            parsedate_to_datetime(found)
            for one in self.of("DescribeResource")
            if one.kind in {"pods", "nodes"}
            for found in _STAMP.findall(one.text)
        ]
        written = self._cache.get("collection_timestamp")
        latest = max(stamps, default=None)
        if isinstance(written, str):
            naive = datetime.fromisoformat(written)
            zone = latest.tzinfo if latest else datetime.now().astimezone().tzinfo
            return naive.replace(tzinfo=zone)
        if latest is None:
            raise InvalidCapture(f"{self._folder} does not say when it was taken")
        return latest

    def raw(self, name: str) -> str:
        """Return a file of `raw_data`, with the names replaced; empty where there is none."""
        path = self._folder / "raw_data" / name
        if not path.is_file():
            return ""
        return self.names.text(path.read_text(encoding="utf-8-sig", errors="replace"))


def _answers(cache: Mapping[str, JsonValue]) -> Iterator[Answered]:
    for key, value in cache.items():
        tool, colon, arguments = key.partition(":")
        if colon:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield Answered(tool, _object_of(arguments), text)


def _object_of(value: JsonValue) -> Mapping[str, JsonValue]:
    """Return a JSON object that may be written as text."""
    if isinstance(value, str):
        try:
            value = cast("JsonValue", json.loads(value))
        except json.JSONDecodeError:
            return {}
    return value if isinstance(value, dict) else {}


def _object(path: Path) -> Mapping[str, JsonValue]:
    try:
        return _object_of(path.read_text(encoding="utf-8-sig"))
    except OSError as refused:
        raise InvalidCapture(f"{path} cannot be read: {refused.strerror}") from refused
