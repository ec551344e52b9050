"""Kinds of log lines: which are new, which have multiplied, which have fallen silent.

Lines are put into kinds by Drain (He et al. 2017), so that ids and numbers do not make every line
its own kind. Drain is imported when lines are read, not when this module is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, cast

_FEWEST_NEW = 3
_TIMES = 5.0
_FEWEST_USUAL = 10
"""Lines of a kind in the baseline below which its silence is chance."""
_AT_MOST = 5000
"""Lines read of each stretch: kinds show in a sample, and storms are when this must be fast."""


class Turn(StrEnum):
    """What has become of a kind of line."""

    NEW = "new"
    MULTIPLIED = "multiplied"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class TurnedTemplate:
    """A kind of line that is not written as it used to be."""

    turn: Turn
    template: str
    """The kind, `<*>` standing for what varies."""
    example: str
    now: int
    expected: float
    """How many lines of the kind the baseline leads one to expect."""


class _Miner(Protocol):
    def add_log_message(self, message: str) -> dict[str, str | int]: ...


def turned_templates(
    before: Iterable[str], now: Iterable[str], *, part_of_baseline: float
) -> tuple[TurnedTemplate, ...]:
    """Return the kinds of lines that have turned, the newest and most frequent first.

    `part_of_baseline` is how long the present stretch is, as a part of the baseline's length.
    """
    earlier, one_in = _sampled(before)
    later, one_in_now = _sampled(now)
    miner = _miner()
    for line in (*earlier, *later):
        miner.add_log_message(line)
    # A kind is known by its final template only when all lines have been read.
    then = _counted((_kind(miner, line) for line in earlier), one_in)
    present = _counted((_kind(miner, line) for line in later), one_in_now)
    examples = {_kind(miner, line): line for line in (*earlier, *later)}
    turned = [
        TurnedTemplate(turn, kind, examples[kind], present[kind], then[kind] * part_of_baseline)
        for kind, turn in _turns(then, present, part_of_baseline)
    ]
    return tuple(sorted(turned, key=lambda one: (list(Turn).index(one.turn), -one.now)))


def _turns(then: Counter[str], present: Counter[str], part: float) -> Iterator[tuple[str, Turn]]:
    for kind in {**then, **present}:
        expected = then[kind] * part
        if not then[kind] and present[kind] >= _FEWEST_NEW:
            yield kind, Turn.NEW
        elif then[kind] and present[kind] >= max(_FEWEST_NEW, _TIMES * expected):
            yield kind, Turn.MULTIPLIED
        elif not present[kind] and expected >= _FEWEST_USUAL:
            yield kind, Turn.VANISHED


def _sampled(lines: Iterable[str]) -> tuple[list[str], int]:
    every = list(lines)
    one_in = -(-len(every) // _AT_MOST) or 1
    return every[::one_in], one_in


def _counted(kinds: Iterable[str], one_in: int) -> Counter[str]:
    return Counter({kind: number * one_in for kind, number in Counter(kinds).items()})


def _miner() -> _Miner:
    from drain3 import TemplateMiner  # noqa: PLC0415 - read only where there are lines
    from drain3.template_miner_config import TemplateMinerConfig  # noqa: PLC0415 - as above

    config = TemplateMinerConfig()
    config.profiling_enabled = False
    config.drain_extra_delimiters = ["=", ":", ","]
    return cast("_Miner", TemplateMiner(config=config))


def _kind(miner: _Miner, line: str) -> str:
    return str(miner.add_log_message(line)["template_mined"])
