"""Scrapes the shop every second and answers the Prometheus HTTP API.

Only where the machine has no Prometheus: no package index carries one (searched in November 2026:
PyPI has clients, exporters and parsers, neither a server nor an engine).
"""

import asyncio
import math
import re
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import promql_parser as ast
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from prometheus_client.parser import text_string_to_metric_families
from pydantic import JsonValue

from jobs.gameday.hosting import HttpServer, begin, end, serve
from jobs.gameday.metrics.promql import Evaluator, UnsupportedQueryError, Value
from jobs.gameday.metrics.samples import Labels, Sample, SampleStore, labels_of
from jobs.gameday.metrics.targets import Discovery, Target

SCRAPE_SECONDS = 1.0
SCRAPE_TIMEOUT = ClientTimeout(total=0.9)
MAX_POINTS = 11_000
"""Prometheus' own limit on the points of one range query."""

Parameters = dict[str, list[str]]


class BadQueryError(Exception):
    """A parameter cannot be understood."""


class Recorder:
    """The scraper and its API, on the event loop that starts them."""

    def __init__(self, discovery: Discovery, samples: SampleStore | None = None) -> None:
        self._discovery = discovery
        self._samples = samples or SampleStore()
        self._evaluator = Evaluator(self._samples)
        self._seen: dict[Target, set[Labels]] = {}
        self._task: asyncio.Task[None] | None = None
        self._server: HttpServer | None = None

    @property
    def url(self) -> str:
        """The address of the API.

        Raises:
            RuntimeError: if the recorder has not been started.
        """
        if self._server is None:
            raise RuntimeError("the recorder has not been started")
        return self._server.url

    async def start(self, *, port: int = 0) -> None:
        """Begin to scrape and to serve."""
        app = web.Application()
        for path, answer in (
            ("query", self._query),
            ("query_range", self._query_range),
            ("series", self._series),
            ("labels", self._labels),
        ):
            app.router.add_get(f"/api/v1/{path}", _answering(answer))
            app.router.add_post(f"/api/v1/{path}", _answering(answer))
        app.router.add_get("/api/v1/label/{name}/values", _answering(self._label_values))
        app.router.add_get("/api/v1/targets", _answering(self._targets))
        app.router.add_get("/api/v1/status/buildinfo", _answering(self._build))
        app.router.add_get("/-/ready", _ready)
        self._server = await serve(app, port=port)
        self._task = begin(self._scrape_forever())

    async def stop(self) -> None:
        """Stop scraping and serving. Safe to call twice."""
        if self._task is not None:
            await end(self._task)
        if self._server is not None:
            await self._server.stop()

    async def _scrape_forever(self) -> None:
        async with ClientSession(timeout=SCRAPE_TIMEOUT) as session:
            while True:
                began = time.monotonic()
                targets = self._discovery()
                for gone in self._seen.keys() - set(targets):
                    self._finish(gone)
                await asyncio.gather(*(self._scrape(session, target) for target in targets))
                await asyncio.sleep(max(0.0, SCRAPE_SECONDS - (time.monotonic() - began)))

    async def _scrape(self, session: ClientSession, target: Target) -> None:
        at = time.time()
        try:
            async with session.get(f"http://{target.address}/metrics") as answer:
                text = await answer.text() if answer.ok else None
        except (ClientError, TimeoutError):
            text = None
        labels = {**dict(target.labels), "instance": target.address}
        self._samples.append(labels_of(labels, "up"), Sample(at, 1.0 if text else 0.0))
        found: set[Labels] = set()
        for family in text_string_to_metric_families(text or ""):
            for sample in family.samples:
                series = labels_of({**sample.labels, **labels}, sample.name)
                self._samples.append(series, Sample(at, float(sample.value)))
                found.add(series)
        for series in self._seen.get(target, set()) - found:
            self._samples.end(series, at)
        self._seen[target] = found

    def _finish(self, target: Target) -> None:
        at = time.time()
        up = labels_of({**dict(target.labels), "instance": target.address}, "up")
        for series in (*self._seen.pop(target), up):
            self._samples.end(series, at)

    def _query(self, parameters: Parameters, _: str) -> JsonValue:
        at = _time(_one(parameters, "time", str(time.time())))
        value = self._evaluator.at(_parse(_one(parameters, "query")), at)
        if not isinstance(value, dict):
            return {"resultType": "scalar", "result": [at, _text(value)]}
        rows: list[JsonValue] = [
            {"metric": dict[str, JsonValue](series), "value": [at, _text(v)]}
            for series, v in value.items()
        ]
        return {"resultType": "vector", "result": rows}

    def _query_range(self, parameters: Parameters, _: str) -> JsonValue:
        expression = _parse(_one(parameters, "query"))
        start, end = (_time(_one(parameters, name)) for name in ("start", "end"))
        step = _duration(_one(parameters, "step"))
        if step <= 0 or end < start or (end - start) / step > MAX_POINTS:
            raise BadQueryError(f"no range of at most {MAX_POINTS} points: {start=} {end=} {step=}")
        rows: dict[Labels, list[JsonValue]] = {}
        for index in range(int((end - start) / step) + 1):
            moment = start + index * step
            for series, value in _as_vector(self._evaluator.at(expression, moment)).items():
                rows.setdefault(series, []).append([moment, _text(value)])
        result: list[JsonValue] = [
            {"metric": dict[str, JsonValue](series), "values": values}
            for series, values in rows.items()
        ]
        return {"resultType": "matrix", "result": result}

    def _series(self, parameters: Parameters, _: str) -> JsonValue:
        return [dict[str, JsonValue](series) for series in self._matching(parameters)]

    def _labels(self, parameters: Parameters, _: str) -> JsonValue:
        return list[JsonValue](sorted({k for s in self._matching(parameters) for k, _ in s}))

    def _label_values(self, parameters: Parameters, name: str) -> JsonValue:
        found = {v for s in self._matching(parameters) for k, v in s if k == name}
        return list[JsonValue](sorted(found))

    def _targets(self, _: Parameters, __: str) -> JsonValue:
        active: list[JsonValue] = [
            {
                "labels": {**dict[str, JsonValue](target.labels), "instance": target.address},
                "scrapeUrl": f"http://{target.address}/metrics",
                "health": "up" if series else "down",
            }
            for target, series in self._seen.items()
        ]
        return {"activeTargets": active, "droppedTargets": []}

    def _build(self, _: Parameters, __: str) -> JsonValue:
        return {"version": "0.0.0-recorder", "application": "warroom metrics recorder"}

    def _matching(self, parameters: Parameters) -> list[Labels]:
        """The series that any of the `match[]` selectors names; all without one."""
        selectors = parameters.get("match[]", ['{__name__=~".+"}'])
        found: dict[Labels, None] = {}
        for text in selectors:
            selector = _parse(text)
            if not isinstance(selector, ast.VectorSelector):
                raise BadQueryError(f"not a series selector: {text}")
            found.update(dict.fromkeys(self._evaluator.series(selector)))
        return list(found)


def _answering(
    answer: Callable[[Parameters, str], JsonValue],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Answer in Prometheus' envelope, refusals too."""

    async def handler(request: web.Request) -> web.StreamResponse:
        form = await request.post() if request.method == "POST" else request.query
        parameters = {key: [str(v) for v in form.getall(key)] for key in form}
        try:
            data = answer(parameters, request.match_info.get("name", ""))
        except (BadQueryError, ValueError) as error:
            return _refusal(400, "bad_data", error)
        except UnsupportedQueryError as error:
            return _refusal(422, "execution", error)
        return web.json_response({"status": "success", "data": data})

    return handler


def _refusal(status: int, kind: str, error: Exception) -> web.Response:
    body = {"status": "error", "errorType": kind, "error": str(error)}
    return web.json_response(body, status=status)


async def _ready(_: web.Request) -> web.StreamResponse:
    return web.Response(text="Ready.\n")


def _one(parameters: Parameters, name: str, default: str | None = None) -> str:
    values = parameters.get(name) or ([default] if default is not None else [])
    if not values:
        raise BadQueryError(f"the parameter {name!r} is missing")
    return values[0]


def _parse(text: str) -> ast.Expr:
    try:
        return ast.parse(text)
    except ValueError as error:
        raise BadQueryError(f"parse error: {error}") from error


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return datetime.fromisoformat(text).timestamp()


def _duration(text: str) -> float:
    if re.fullmatch(r"[\d.]+", text):
        return float(text)
    return ast.parse_duration(text).total_seconds()


def _as_vector(value: Value) -> dict[Labels, float]:
    return value if isinstance(value, dict) else {(): value}


def _text(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else f"{value:.15g}"
