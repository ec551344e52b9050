"""The HTTP API of Prometheus, and its errors as ours."""

from collections.abc import Mapping
from typing import TypeVar

import httpx
from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from agents.errors import CannotMeasure, PermissionMissing, RateLimited, SourceUnavailable

_UNAUTHORISED = frozenset({401, 403})
_BAD_QUERY = frozenset({400, 404, 413, 414, 422})
_TOO_MANY = 429


class Curve(BaseModel):
    """One series of a range query."""

    metric: dict[str, str]
    values: list[tuple[float, str]]


class Point(BaseModel):
    """One series of an instant query."""

    metric: dict[str, str]
    value: tuple[float, str]


_Read = TypeVar("_Read")
_CURVES = TypeAdapter(list[Curve])
_POINTS = TypeAdapter(list[Point])
_SERIES = TypeAdapter(list[dict[str, str]])
_NAMES = TypeAdapter(list[str])


class PrometheusApi:
    """Calls a Prometheus-compatible server; every call is a read."""

    def __init__(self, client: httpx.Client) -> None:
        """Keep the client; its base URL is the server's."""
        self._client = client

    def query(self, promql: str, at: float) -> list[Point]:
        """Evaluate an expression at one time; the expression must give a vector."""
        data = self._post("query", {"query": promql, "time": f"{at:.3f}"})
        return self._read(_POINTS, _result(data))

    def query_range(self, promql: str, start: float, end: float, step: int) -> list[Curve]:
        """Evaluate an expression at every step of a window."""
        span = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": str(step)}
        return self._read(_CURVES, _result(self._post("query_range", {"query": promql, **span})))

    def series(self, selector: str, start: float, end: float) -> list[dict[str, str]]:
        """Return the label sets that a selector finds in a window."""
        span = {"start": f"{start:.3f}", "end": f"{end:.3f}"}
        return self._read(_SERIES, self._post("series", {"match[]": selector, **span}))

    def metric_names(self) -> list[str]:
        """Return the name of every metric that there ever was."""
        return self._read(_NAMES, self._send("GET", "label/__name__/values", {}))

    def _post(self, path: str, form: Mapping[str, str]) -> JsonValue:
        return self._send("POST", path, form)

    def _send(self, method: str, path: str, form: Mapping[str, str]) -> JsonValue:
        address = f"/api/v1/{path}"
        try:
            answer = self._client.request(method, address, data=dict(form) or None)
        except httpx.HTTPError as failed:
            raise SourceUnavailable(
                f"Prometheus did not answer {address}: {failed}",
                remedy=f"check that {self._client.base_url} can be reached",
            ) from failed
        self._refuse(answer, address)
        try:
            body = TypeAdapter(dict[str, JsonValue]).validate_json(answer.content)
        except ValidationError as garbled:
            raise SourceUnavailable(f"{address} did not answer as Prometheus does") from garbled
        return body.get("data")

    def _refuse(self, answer: httpx.Response, address: str) -> None:
        """Raise what a failing status means to us."""
        if answer.is_success:
            return
        said = f"Prometheus answered {answer.status_code} to {address}: {answer.text[:300]}"
        if answer.status_code in _UNAUTHORISED:
            raise PermissionMissing(said, remedy="give the bot a token that may query Prometheus")
        if answer.status_code in _BAD_QUERY:
            raise CannotMeasure(said, remedy="ask for something this server can evaluate")
        if answer.status_code == _TOO_MANY:
            wait = answer.headers.get("Retry-After", "1")
            seconds = float(wait) if wait.isdigit() else 1.0
            raise RateLimited(said, retry_after_seconds=seconds)
        raise SourceUnavailable(said, remedy="look at the server's own log")

    def _read(self, shape: TypeAdapter[_Read], value: JsonValue) -> _Read:
        try:
            return shape.validate_python(value)
        except ValidationError as garbled:
            raise CannotMeasure("Prometheus answered in a shape we do not know") from garbled


def _result(data: JsonValue) -> JsonValue:
    return data.get("result") if isinstance(data, dict) else None
