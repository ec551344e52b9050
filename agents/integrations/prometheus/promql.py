"""Selectors and measures as PromQL."""

import re
from collections.abc import Iterable, Mapping

from agents.domain.base import EntityRef
from agents.domain.measures import MetricSelector, Reduction

ENTITY_LABELS: Mapping[str, tuple[str, ...]] = {
    "service": ("service", "service_name", "app", "app_kubernetes_io_name", "application", "job"),
    "pod": ("pod", "pod_name", "kubernetes_pod_name"),
    "node": ("node", "nodename", "kubernetes_node", "instance"),
    "database": ("database", "db_instance", "dbinstance_identifier", "datname", "server"),
    "deployment": ("deployment",),
    "namespace": ("namespace", "kubernetes_namespace"),
    "instance": ("instance_id", "instance"),
}
"""Which labels may name an entity of a kind, the likeliest first: the first one that a metric has
with the entity's name is taken. Another kind is looked for under its own name."""
NAMESPACE_LABELS = ("namespace", "kubernetes_namespace")

_PLAIN_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_PERCENTILE = re.compile(r"[pP](\d{1,2}(?:\.\d+)?)")
_POOLED = {
    Reduction.MAX: "max(max_over_time({}))",
    Reduction.MIN: "min(min_over_time({}))",
    Reduction.SUM: "sum(sum_over_time({}))",
    Reduction.MEAN: "sum(sum_over_time({0})) / sum(count_over_time({0}))",
    Reduction.COUNT: "sum(count_over_time({}))",
    Reduction.INCREASE: "sum(increase({}))",
    Reduction.RATE: "sum(rate({}))",
}
_OF_ONE_SERIES = {
    Reduction.LAST: "last_over_time({})",
    Reduction.P50: "quantile_over_time(0.5, {})",
    Reduction.P95: "quantile_over_time(0.95, {})",
    Reduction.P99: "quantile_over_time(0.99, {})",
}
"""PromQL cannot pool these over several series."""


def quoted(text: str) -> str:
    """Return a text as a PromQL string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def matcher(label: str, value: str) -> str:
    """Return a matcher for one label; `*` in the value stands for any characters."""
    if "*" not in value:
        return f"{label}={quoted(value)}"
    pattern = ".*".join(re.escape(part) for part in value.split("*"))
    if not value.strip("*"):
        pattern = ".+"  # Prometheus refuses a selector that the empty text would match
    return f"{label}=~{quoted(pattern)}"


def vector(name: str, labels: Mapping[str, str], further: Iterable[str] = ()) -> str:
    """Return an instant vector selector; a name with `*` leaves out the buckets of histograms."""
    matchers = [matcher(label, value) for label, value in labels.items()]
    if _PLAIN_NAME.fullmatch(name):
        return f"{name}{{{', '.join([*matchers, *further])}}}"
    named = [matcher("__name__", name)]
    if "*" in name and not name.endswith("_bucket"):
        named.append('__name__!~".*_bucket"')
    return f"{{{', '.join([*named, *matchers, *further])}}}"


def percentile_of(statistic: str | None) -> float | None:
    """Return the share that a statistic such as `p95` stands for."""
    found = _PERCENTILE.fullmatch(statistic or "")
    return float(found[1]) / 100 if found else None


def quantile_of_histogram(name: str, matchers: Iterable[str], share: float, seconds: int) -> str:
    """Return the quantile of a histogram for each of its label sets."""
    buckets = f"{name}_bucket{{{', '.join(matchers)}}}[{seconds}s]"
    return f"histogram_quantile({share:g}, sum without (instance) (rate({buckets})))"


def mean_of_histogram(name: str, matchers: Iterable[str], seconds: int) -> str:
    """Return the mean of a histogram or summary for each of its label sets."""
    inside = f"{{{', '.join(matchers)}}}[{seconds}s]"
    return f"rate({name}_sum{inside}) / rate({name}_count{inside})"


def over(vector_selector: str, seconds: float, shifted_back_seconds: float) -> str:
    """Return a range selector that ends so long ago."""
    offset = f" offset {shifted_back_seconds:.0f}s" if shifted_back_seconds else ""
    return f"{vector_selector}[{max(1, round(seconds))}s]{offset}"


def pooled(reduce: Reduction, ranged: str) -> str | None:
    """Return an expression for one value over all series, where PromQL has one."""
    form = _POOLED.get(reduce)
    return form.format(ranged) if form else None


def of_one_series(reduce: Reduction, ranged: str) -> str | None:
    """Return an expression that is right as long as there is a single series."""
    form = _OF_ONE_SERIES.get(reduce)
    return form.format(ranged) if form else None


def entity_matchers(entity: EntityRef, series: Iterable[Mapping[str, str]]) -> list[str] | None:
    """Return the matchers that pick an entity's series out of some; None when none are its own."""
    several = list(series)
    for label in ENTITY_LABELS.get(entity.kind, (entity.kind,)):
        own = [labels for labels in several if labels.get(label) == entity.name]
        if own:
            return [matcher(label, entity.name), *_namespace_matchers(entity, own)]
    return None


def _namespace_matchers(entity: EntityRef, own: Iterable[Mapping[str, str]]) -> list[str]:
    """Tell namespaces apart where the series know theirs."""
    if entity.namespace is None:
        return []
    spaces = (label for labels in own for label in NAMESPACE_LABELS if label in labels)
    label = next(spaces, None)
    return [matcher(label, entity.namespace)] if label else []


def is_exact(selector: MetricSelector) -> bool:
    """Tell whether a selector names one metric."""
    return "*" not in selector.name
