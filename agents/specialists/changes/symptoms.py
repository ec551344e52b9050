"""What is wrong, since when, and in which words: from log lines, spans, metrics and the alert."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median

from agents.domain.base import EntityRef, Window
from agents.domain.readings import LogLine, Series, Span
from agents.specialists.changes.text import Masking, template

_QUIET_SHARE = 0.25
"""How much of a series, from its beginning, shows what is usual."""
_FEWEST = 6
_NOISE = 6.0
_LEAST_MOVE = 0.2
_LASTING = 3
COMPLAINING_LEVELS = ("fatal", "critical", "error", "warning", "warn")
"""The levels at which programs say that something is wrong."""
_MANY = 5.0


@dataclass(frozen=True)
class Symptom:
    """One thing that began to show."""

    kind: str
    """`log`, `metric`, `span` or `alert`."""
    entity: EntityRef | None
    text: str
    """Its words, with the names of entities hidden."""
    quote: str
    """The same for people."""
    onset: datetime
    weight: float
    """How much it says about the mechanism, from 0 to 1."""
    rises: bool = True
    before: float = 0.0
    after: float = 0.0
    """Levels of a metric, numbers of log lines."""
    name: str = ""
    """The metric's."""

    @property
    def earlier(self) -> bool:
        """Whether it also showed, less, before its onset."""
        return self.kind == "log" and self.before > 0


def log_symptoms(complaints: Iterable[LogLine], mask: Masking, told: Window) -> Iterator[Symptom]:
    """Yield what logs complain of now and did not complain of before, within a window."""
    groups: dict[tuple[str, str], list[LogLine]] = defaultdict(list)
    for line in complaints:
        name = line.entity.key if line.entity else ""
        groups[name, template(line.message)].append(line)
    quiet_until = told.start + (told.end - told.start) * _QUIET_SHARE
    total = max((len(several) for several in groups.values()), default=1)
    for (_, text), several in groups.items():
        onset = _log_onset(several, quiet_until)
        if onset is None:
            continue
        masked = mask(text)
        told_of_others = masked.count("~") > 0
        weight = (0.6 + 0.4 * len(several) / total) * (0.5 if told_of_others else 1.0)
        yield Symptom(
            kind="log",
            entity=several[0].entity,
            text=masked,
            quote=several[0].message[:200],
            onset=onset,
            weight=weight,
            before=float(sum(line.timestamp < onset for line in several)),
            after=float(sum(line.timestamp >= onset for line in several)),
        )


def _log_onset(lines: Sequence[LogLine], quiet_until: datetime) -> datetime | None:
    """Return when a kind of line became frequent, or None if it always was."""
    times = sorted(line.timestamp for line in lines)
    early = [moment for moment in times if moment < quiet_until]
    late = [moment for moment in times if moment >= quiet_until]
    if not late or (early and len(late) < _MANY * len(early)):
        return None
    return times[len(early) :][0]


def metric_symptoms(series: Iterable[Series], mask: Masking) -> Iterator[Symptom]:
    """Yield the metrics that left what was usual for them, and stayed away."""
    for one in series:
        if one.name.lower().endswith(("_bucket", "_created")):
            continue
        moved = move_of(one)
        if moved is None:
            continue
        onset, before, after = moved
        shown = f"{one.name} went from {before:.4g} to {after:.4g}"
        yield Symptom(
            kind="metric",
            entity=one.entity,
            text=mask(one.name.replace("_", " ")) + " " + mask(one.name),
            quote=shown,
            onset=onset,
            weight=0.6,
            rises=after > before,
            before=before,
            after=after,
            name=one.name,
        )


def move_of(series: Series) -> tuple[datetime, float, float] | None:
    """Return when a series left its usual range for good, with its level before and after."""
    values = series.values
    early = values[: max(_FEWEST, int(len(values) * _QUIET_SHARE))]
    if len(values) < 2 * _FEWEST:
        return None
    if _always_grows(early):
        return None
    usual = median(early)
    noise = median(abs(value - usual) for value in early) * 1.4826
    room = max(_NOISE * noise, abs(usual) * _LEAST_MOVE, 1e-9)
    for way in (1.0, -1.0):
        start = _left_at(values, usual, room, way)
        if start is not None and start >= len(early) // 2:
            after = median(values[start:])
            at = datetime.fromtimestamp(series.times[start], UTC)
            return at, usual, after
    return None


def _always_grows(values: Sequence[float]) -> bool:
    """Tell whether a series grows step by step from the beginning: a counter, not a level."""
    steps = [later - earlier for earlier, later in pairwise(values)]
    return bool(steps) and min(steps) >= 0 and sum(step > 0 for step in steps) > len(steps) / 2


def _left_at(values: Sequence[float], usual: float, room: float, way: float) -> int | None:
    """Return where the values leave the room around the usual to one side until they end."""
    beyond = [way * (value - usual) > room for value in values]
    start = len(beyond)
    misses = 0
    for place in range(len(beyond) - 1, -1, -1):
        if beyond[place]:
            start = place
        else:
            misses += 1
            if misses > max(1, (len(beyond) - place) // 8):
                break
    lasting = sum(beyond[start:])
    return start if lasting >= _LASTING else None


def span_symptoms(spans: Iterable[Span], mask: Masking, since: datetime) -> Iterator[Symptom]:
    """Yield what failed spans say of themselves."""
    for span in spans:
        if span.status.casefold() in {"ok", "unset", ""} or span.start < since:
            continue
        told = [f"{value}" for value in span.attributes.values() if isinstance(value, str)]
        yield Symptom(
            kind="span",
            entity=EntityRef(kind="service", name=span.service),
            text=mask(" ".join([span.operation, *told])),
            quote=f"{span.service} {span.operation} {' '.join(told)}"[:200],
            onset=span.start,
            weight=0.5,
        )


def edges(spans: Iterable[Span]) -> set[tuple[str, str]]:
    """Return who calls whom, by the traces."""
    known = {(span.trace_id, span.span_id): span.service for span in spans}
    found: set[tuple[str, str]] = set()
    for span in spans:
        caller = known.get((span.trace_id, span.parent_id))
        if caller and caller != span.service:
            found.add((caller, span.service))
    return found


def cut(series: Series, window: Window) -> Series:
    """Return the part of a series that lies in a window."""
    start, end = window.start.timestamp(), window.end.timestamp()
    kept = [
        (time, value)
        for time, value in zip(series.times, series.values, strict=True)
        if start <= time <= end
    ]
    times, values = tuple(time for time, _ in kept), tuple(value for _, value in kept)
    return series.model_copy(update={"times": times, "values": values})
