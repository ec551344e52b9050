"""What the shop says about itself: JSON logs, spans and Prometheus metrics."""

import contextlib
import json
import secrets
import sys
import time
from collections.abc import Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from jobs.gameday.shop.settings import ServiceSettings

Attribute = str | int | float

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0)
TRACE_HEADER = "traceparent"
SERVER_ERROR = 500
CLIENT_ERROR = 400
QUIET_PATHS = ("/healthz", "/metrics")


@dataclass(frozen=True)
class SpanContext:
    """Where in which trace the present work belongs."""

    trace_id: str
    span_id: str

    def header(self) -> str:
        """The W3C header that carries the context to the next service."""
        return f"00-{self.trace_id}-{self.span_id}-01"


_current: ContextVar[SpanContext | None] = ContextVar("current_span", default=None)


class Telemetry:
    """Writes one process's logs and spans, and counts its requests."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._service = settings.role.value
        self._pod = settings.pod
        self._log_path = _line_file(settings.directory / "logs" / f"{self._service}.jsonl")
        self._span_path = _line_file(settings.directory / "traces" / "spans.jsonl")
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests",
            "Requests answered.",
            ["route", "method", "code"],
            registry=self.registry,
        )
        self._durations = Histogram(
            "http_request_duration_seconds",
            "Time to answer.",
            ["route", "method"],
            buckets=BUCKETS,
            registry=self.registry,
        )

    def gauge(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Expose a number that is read at every scrape."""
        Gauge(name, meaning, registry=self.registry).set_function(value)

    def log(self, level: str, message: str, **attributes: Attribute) -> None:
        """Write one line to the service's log, and to the container's output."""
        span = _current.get()
        line = {
            "timestamp": datetime.now(UTC).isoformat(),
            "entity": self._service,
            "level": level,
            "message": message,
            "trace_id": span.trace_id if span else None,
            "attributes": {"pod": self._pod, **attributes},
        }
        text = json.dumps(line)
        _append(self._log_path, text)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    @contextlib.contextmanager
    def span(self, operation: str, parent: SpanContext | None = None) -> Generator[SpanContext]:
        """Time a piece of work; what is done inside it becomes its child."""
        parent = parent or _current.get()
        context = SpanContext(
            parent.trace_id if parent else secrets.token_hex(16), secrets.token_hex(8)
        )
        token = _current.set(context)
        start, began, status = datetime.now(UTC), time.perf_counter(), "ok"
        try:
            yield context
        except BaseException:
            status = "error"
            raise
        finally:
            _current.reset(token)
            line = {
                "trace_id": context.trace_id,
                "span_id": context.span_id,
                "parent_id": parent.span_id if parent else None,
                "service": self._service,
                "operation": operation,
                "start": start.isoformat(),
                "duration_ms": round((time.perf_counter() - began) * 1000, 3),
                "status": status,
                "attributes": {"pod": self._pod},
            }
            _append(self._span_path, json.dumps(line))

    def middleware(self) -> Middleware:
        """Wrap every request in a span, a count and a log line."""

        @web.middleware
        async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path in QUIET_PATHS:
                return await handler(request)
            began = time.perf_counter()
            code = SERVER_ERROR
            try:
                with self.span(f"{request.method} {request.path}", _incoming(request)):
                    response = await self._answer(request, handler)
                    code = response.status
                    self._log_request(request, code, time.perf_counter() - began)
                    if code >= SERVER_ERROR:
                        raise _FailedError(response)
                    return response
            except _FailedError as failed:
                return failed.response
            finally:
                self._requests.labels(request.path, request.method, str(code)).inc()
                elapsed = time.perf_counter() - began
                self._durations.labels(request.path, request.method).observe(elapsed)

        return observe

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            return web.json_response({"error": refusal.text}, status=refusal.status)

    def _log_request(self, request: web.Request, code: int, seconds: float) -> None:
        level = "ERROR" if code >= SERVER_ERROR else "WARN" if code >= CLIENT_ERROR else "INFO"
        message = f"{request.method} {request.path} answered {code}"
        self.log(level, message, status=code, duration_ms=round(seconds * 1000, 1))

    async def metrics(self, _: web.Request) -> web.Response:
        """Answer a scrape."""
        return web.Response(body=generate_latest(self.registry), content_type="text/plain")


class _FailedError(Exception):
    """Carries a 5xx answer through its span, so that the span ends as an error."""

    def __init__(self, response: web.StreamResponse) -> None:
        super().__init__(response.status)
        self.response = response


def _incoming(request: web.Request) -> SpanContext | None:
    parts = request.headers.get(TRACE_HEADER, "").split("-")
    return SpanContext(parts[1], parts[2]) if len(parts) == 4 else None  # noqa: PLR2004


def _line_file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _append(path: Path, line: str) -> None:
    """One write per line, so that several processes may share a file."""
    with path.open("a") as file:
        file.write(f"{line}\n")
