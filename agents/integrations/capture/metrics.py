"""Recorded time series: tidy CSV and OpenMetrics text."""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from functools import cache
from typing import Protocol, cast

from prometheus_client.openmetrics import parser as openmetrics

from agents.correlation.entities import entities_from_labels
from agents.domain.base import EntityRef
from agents.domain.readings import Series
from agents.integrations.capture.parsing import Place, moment, number

_COLUMNS = ("timestamp", "entity", "metric", "statistic", "unit", "value")
_REQUIRED = ("timestamp", "entity", "metric", "value")


def series_from_csv(text: str, file: str, zone: tzinfo) -> tuple[Series, ...]:
    """Read tidy CSV; further columns are labels, empty values and NaN are left out."""
    reader = csv.DictReader(io.StringIO(text))
    header = tuple(reader.fieldnames or ())
    for column in _REQUIRED:
        if column not in header:
            raise Place(file, 1, column).wrong("is missing from the header")
    identifying = tuple(column for column in header if column not in {"timestamp", "value"})

    @cache
    def seconds(stamp: str) -> float:
        return moment(stamp, zone, Place(file, reader.line_num, "timestamp")).timestamp()

    samples: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    for row in reader:
        if None in row or None in row.values():
            raise Place(file, reader.line_num).wrong(f"has not the {len(header)} columns of line 1")
        of_series = samples.setdefault(tuple(row[column] for column in identifying), [])
        value = number(row["value"], Place(file, reader.line_num, "value"))
        if value is not None:
            of_series.append((seconds(row["timestamp"]), value))
    return tuple(
        _series_of_row(dict(zip(identifying, identity, strict=True)), sorted(found))
        for identity, found in samples.items()
    )


def _series_of_row(row: Mapping[str, str], samples: list[tuple[float, float]]) -> Series:
    return Series(
        name=row["metric"],
        entity=EntityRef.parse(row["entity"]) if row["entity"] else None,
        statistic=row.get("statistic") or None,
        unit=row.get("unit", ""),
        labels={name: value for name, value in row.items() if name not in _COLUMNS and value},
        times=tuple(moment for moment, _ in samples),
        values=tuple(value for _, value in samples),
    )


class _Sample(Protocol):
    name: str
    labels: dict[str, str]
    value: float
    timestamp: float | None


class _Family(Protocol):
    unit: str
    samples: list[_Sample]


class _CountedLines:
    """Lines of a text, with the number of the one read last for error messages."""

    def __init__(self, text: str) -> None:
        self.number = 0
        self._lines = text.splitlines(keepends=True)

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            yield line


def series_from_openmetrics(text: str, file: str) -> tuple[Series, ...]:
    """Read OpenMetrics text whose samples carry timestamps.

    Samples keep their own names and labels, so histograms are there as `<name>_bucket` with `le`,
    `<name>_sum` and `<name>_count`.
    """
    lines = _CountedLines(text)
    samples: dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[float, float]]] = {}
    units: dict[str, str] = {}
    try:
        families = cast(
            "Iterator[_Family]",
            openmetrics.text_fd_to_metric_families(lines),  # pyright: ignore[reportUnknownMemberType]
        )
        for family in families:
            for sample in family.samples:
                if sample.timestamp is None:
                    raise Place(file, lines.number, sample.name).wrong("has no timestamp")
                units[sample.name] = family.unit
                of_series = samples.setdefault((sample.name, tuple(sample.labels.items())), [])
                if math.isfinite(sample.value):
                    of_series.append((float(sample.timestamp), float(sample.value)))
    except ValueError as broken:
        raise Place(file, lines.number).wrong(f"is not OpenMetrics: {broken}") from None
    return tuple(
        _series_of_samples(name, units[name], dict(labels), sorted(found))
        for (name, labels), found in samples.items()
    )


def _series_of_samples(
    name: str, unit: str, labels: dict[str, str], samples: list[tuple[float, float]]
) -> Series:
    return Series(
        name=name,
        entity=next(iter(entities_from_labels(labels)), None),
        unit=unit,
        labels=labels,
        times=tuple(moment for moment, _ in samples),
        values=tuple(value for _, value in samples),
    )
