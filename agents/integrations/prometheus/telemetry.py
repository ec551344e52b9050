"""Prometheus as a source of metrics."""

import math
from collections.abc import Iterable

import httpx
from pydantic import SecretStr

from agents.correlation.entities import entities_from_labels
from agents.domain.base import Window
from agents.domain.measures import Measure, Measurement, MetricSelector, Reduction
from agents.domain.readings import Series
from agents.errors import CannotMeasure, NoSuchSource
from agents.integrations.prometheus import promql
from agents.integrations.prometheus.api import Curve, Point, PrometheusApi
from agents.telemetry import AbsentTelemetry, measure_by_reading

_POINTS_AIMED_AT = 300
_SERIES_AT_MOST = 5000
_RATE_SECONDS = 60
"""Least range that a rate is taken over; more than two scrapes nearly everywhere."""
_NOTHING = {Reduction.COUNT: 0}
"""What a reduction gives when no sample is there; the others give nothing."""
_READ_PATH = "prometheus:/api/v1/query"


class PrometheusTelemetry(AbsentTelemetry):
    """Reads series by range queries, and measures by instant queries at the window's end.

    So a claim is measured on another path than the one that a specialist read. An entity is found
    by the labels in `promql.ENTITY_LABELS`. Percentiles (`statistic="p95"`) are taken from
    `<name>_bucket`, or from a summary's `quantile` label; `Average` from `_sum` and `_count`.
    """

    def __init__(
        self,
        url: str,
        *,
        bearer_token: SecretStr | None = None,
        timeout_seconds: float = 15.0,
        client: httpx.Client | None = None,
    ) -> None:
        """Keep the address; nothing is connected before the first question."""
        token = bearer_token.get_secret_value() if bearer_token else ""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = client or httpx.Client(
            base_url=url.rstrip("/"), headers=headers, timeout=timeout_seconds
        )
        self._api = PrometheusApi(self._client)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def sources(self) -> frozenset[str]:
        """Name what can be read."""
        return frozenset({"metrics"})

    def metrics(self, selector: MetricSelector, window: Window) -> tuple[Series, ...]:
        """Return the matching series, sampled at steps that suit the window.

        Raises:
            CannotMeasure: there are too many series to read at once.
        """
        matchers = self._matchers(selector, window)
        if matchers is None:
            return ()
        step = max(1, math.ceil(window.seconds / _POINTS_AIMED_AT))
        expression = self._expression(selector, matchers, window, max(4 * step, _RATE_SECONDS))
        if expression is None:
            return ()
        start, end = window.start.timestamp(), window.end.timestamp()
        curves = self._api.query_range(expression, start, end, step)
        if len(curves) > _SERIES_AT_MOST:
            raise CannotMeasure(
                f"{selector.name} matches {len(curves)} series, at most {_SERIES_AT_MOST} are read",
                remedy="name an entity or labels",
            )
        found = (_series(curve, selector) for curve in curves)
        return tuple(series for series in found if series.values)

    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Evaluate a measure by one instant query at the window's end, where PromQL can.

        Raises:
            NoSuchSource: there is no metric of that name here.
            CannotMeasure: Prometheus refused the query.
        """
        expression = self._pushed_down(measure, window)
        if expression is None:
            return measure_by_reading(self, measure, window, "prometheus")
        end = window.end.timestamp()
        try:
            points = self._api.query(expression, end)
        except CannotMeasure:
            if promql.pooled(measure.reduce, "") is not None:
                raise
            points = []
        if len(points) > 1 or (not points and promql.pooled(measure.reduce, "") is None):
            # Percentiles and ends of several series are pooled by plain arithmetic.
            return measure_by_reading(self, measure, window, "prometheus")
        return Measurement(
            value=_number(points[0]) if points else _NOTHING.get(measure.reduce),
            samples=self._samples(measure, window),
            read_path=_READ_PATH,
            excerpt=expression[:400],
        )

    def _pushed_down(self, measure: Measure, window: Window) -> str | None:
        """Return a measure as one expression, or None where PromQL has none for it."""
        own = self._one_value(measure, window)
        if own is None or measure.divided_by is None:
            return own
        below = self._pushed_down(measure.divided_by, window)
        return f"({own}) / ({below})" if below else None

    def _one_value(self, measure: Measure, window: Window) -> str | None:
        selector = measure.selector
        if not isinstance(selector, MetricSelector):
            raise NoSuchSource(f"no such source: {selector.source}")
        ranged = self._ranged(measure, window)
        if ranged is None:
            return None
        return promql.pooled(measure.reduce, ranged) or (
            promql.of_one_series(measure.reduce, ranged) if measure.divided_by is None else None
        )

    def _ranged(self, measure: Measure, window: Window) -> str | None:
        """Return the samples that a measure is about, as a range selector."""
        selector = measure.selector
        if not isinstance(selector, MetricSelector) or selector.statistic is not None:
            return None
        matchers = self._matchers(selector, window.shifted(-measure.shifted_back_seconds))
        if matchers is None:
            self._must_know(selector)
            return None
        chosen = promql.vector(selector.name, selector.labels, matchers)
        return promql.over(chosen, window.seconds, measure.shifted_back_seconds)

    def _samples(self, measure: Measure, window: Window) -> int:
        """Count the samples of a measure; where there are none, its metric must at least exist."""
        ranged = self._ranged(measure, window)
        counted = f"sum(count_over_time({ranged}))"
        points = self._api.query(counted, window.end.timestamp()) if ranged else []
        number = _number(points[0]) if points else None
        if not number and isinstance(measure.selector, MetricSelector):
            self._must_know(measure.selector)
        own = int(number or 0)
        below = measure.divided_by
        return own if below is None else min(own, self._samples(below, window))

    def _must_know(self, selector: MetricSelector) -> None:
        if promql.is_exact(selector) and selector.name not in self._api.metric_names():
            raise NoSuchSource(
                f"Prometheus has no metric {selector.name}",
                remedy=f"scrape a target that exposes {selector.name}",
            )

    def _matchers(self, selector: MetricSelector, window: Window) -> list[str] | None:
        """Return the matchers for the selector's entity; None when no series is about it."""
        if selector.entity is None:
            return []
        names = [selector.name]
        if selector.statistic is not None:
            names.extend(f"{selector.name}_{part}" for part in ("bucket", "count"))
        start, end = window.start.timestamp(), window.end.timestamp()
        series = (
            labels
            for name in names
            for labels in self._api.series(promql.vector(name, selector.labels), start, end)
        )
        return promql.entity_matchers(selector.entity, series)

    def _expression(
        self, selector: MetricSelector, matchers: Iterable[str], window: Window, seconds: int
    ) -> str | None:
        """Return the instant vector that a selector means; None for an unknown statistic."""
        if selector.statistic is None:
            return promql.vector(selector.name, selector.labels, matchers)
        of_labels = [promql.matcher(label, value) for label, value in selector.labels.items()]
        every = [*of_labels, *matchers]
        share = promql.percentile_of(selector.statistic)
        if share is None:
            is_mean = selector.statistic.lower() in {"average", "avg", "mean"}
            return promql.mean_of_histogram(selector.name, every, seconds) if is_mean else None
        buckets = promql.vector(f"{selector.name}_bucket", selector.labels, matchers)
        if self._api.series(buckets, window.start.timestamp(), window.end.timestamp()):
            return promql.quantile_of_histogram(selector.name, every, share, seconds)
        quantile = promql.matcher("quantile", f"{share:g}")
        return promql.vector(selector.name, selector.labels, [*matchers, quantile])


def _series(curve: Curve, selector: MetricSelector) -> Series:
    labels = {key: value for key, value in curve.metric.items() if key != "__name__"}
    samples = [(at, value) for at, text in curve.values if math.isfinite(value := float(text))]
    entities = entities_from_labels(labels)
    return Series(
        name=curve.metric.get("__name__", selector.name),
        entity=selector.entity or next(iter(entities), None),
        statistic=selector.statistic,
        labels=labels,
        times=tuple(at for at, _ in samples),
        values=tuple(value for _, value in samples),
    )


def _number(point: Point) -> float | None:
    value = float(point.value[1])
    return value if math.isfinite(value) else None
