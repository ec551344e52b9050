"""Recorded time series: tidy CSV and OpenMetrics text."""

import csv
import io
import math
import re
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
    reader = csv.reader(io.StringIO(text))
    header = tuple(next(reader, ()))
    for column in _REQUIRED:
        if column not in header:
            raise Place(file, 1, column).wrong("is missing from the header")
    identifying = tuple(column for column in header if column not in {"timestamp", "value"})
    places = tuple(header.index(column) for column in identifying)
    at, of_value = header.index("timestamp"), header.index("value")

    @cache
    def seconds(stamp: str) -> float:
        return moment(stamp, zone, Place(file, reader.line_num, "timestamp")).timestamp()

    samples: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    for row in reader:
        if not row:
            continue
        if len(row) != len(header):
            raise Place(file, reader.line_num).wrong(f"has not the {len(header)} columns of line 1")
        of_series = samples.setdefault(tuple([row[place] for place in places]), [])
        value = number(row[of_value], Place(file, reader.line_num, "value"))
        if value is not None:
            of_series.append((seconds(row[at]), value))
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
    samples: list[_Sample]


_EXEMPLAR = re.compile(r" # \{[^}]*\} \S+( \S+)?$")
_UNIT = re.compile(r"# UNIT (\S+) (\S+)")
_SUFFIX = re.compile(r"_(total|bucket|sum)$")
"""What samples add to the name of a family whose unit they share."""
_END = "# EOF"


def series_from_openmetrics(text: str, file: str) -> tuple[Series, ...]:
    """Read OpenMetrics text whose samples carry timestamps.

    Samples keep their own names and labels, so histograms are there as `<name>_bucket` with `le`,
    `<name>_sum` and `<name>_count`.
    """
    lines = text.rstrip().splitlines()
    if not lines or lines[-1] != _END:
        raise Place(file, len(lines) or None).wrong(
            f"is not OpenMetrics: the last line is no {_END}"
        )
    samples: dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[float, float]]] = {}
    units: dict[str, str] = {}
    for number_of_line, line in enumerate(lines, start=1):
        if line.startswith("#"):
            if found := _UNIT.match(line):
                units[found[1]] = found[2]
            continue
        sample = _sample(line, Place(file, number_of_line))
        of_series = samples.setdefault((sample.name, tuple(sample.labels.items())), [])
        if math.isfinite(sample.value) and sample.timestamp is not None:
            of_series.append((float(sample.timestamp), float(sample.value)))
    return tuple(
        _series_of_samples(name, units.get(_SUFFIX.sub("", name), ""), dict(labels), sorted(points))
        for (name, labels), points in samples.items()
    )


def _sample(line: str, place: Place) -> _Sample:
    """Read one sample.

    Each line is given to the library as a text of its own: over a whole text it takes the samples
    of later scrapes of one histogram for duplicates, and leaves them out.
    """
    alone = [_EXEMPLAR.sub("", line), _END]
    try:
        families = openmetrics.text_fd_to_metric_families(alone)  # pyright: ignore[reportUnknownMemberType]
        (family,) = cast("Iterator[_Family]", families)
    except ValueError as broken:
        raise place.wrong(f"is not OpenMetrics: {broken}") from None
    (sample,) = family.samples
    if sample.timestamp is None:
        raise place.at(sample.name).wrong("has no timestamp")
    return sample


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
