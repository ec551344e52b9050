"""What a benchmark's figures mean, told on answers that are easy to check by hand."""

import pytest

from agents.integrations.benchmarks.case import Answer
from bot.commands.bench.scoring import (
    CaseResult,
    Effort,
    Truth,
    calibration_error,
    hit_rate,
    score_case,
    scoreboard,
)

RIGHT = frozenset({"right"})


def answers(*given: tuple[str, float]) -> list[Answer]:
    """Return answers in their order."""
    return [Answer(text=text, confidence=confidence) for text, confidence in given]


def result(truth: Truth, *given: tuple[str, float]) -> CaseResult:
    """Score one case."""
    effort = Effort(seconds=0.5, tool_calls=3)
    return score_case(("id", "a/b", "a"), truth, answers(*given), effort)


@pytest.mark.parametrize(
    ("given", "depth", "expected"),
    [
        ([("right", 0.9), ("other", 0.5)], 1, 1.0),
        ([("other", 0.9), ("right", 0.5)], 1, 0.0),
        ([("other", 0.9), ("right", 0.5)], 3, 1.0),
        ([("other", 0.5), ("right", 0.5)], 1, 0.5),
        ([("a", 0.9), ("b", 0.5), ("c", 0.5), ("right", 0.5)], 3, pytest.approx(2 / 3)),
        ([], 5, 0.0),
    ],
)
def test_equal_confidence_is_a_tie_that_a_fair_coin_breaks(
    given: list[tuple[str, float]], depth: int, expected: float
) -> None:
    """Luck in the order of equals must not look like knowledge."""
    assert hit_rate(answers(*given), RIGHT, depth) == expected


def test_naming_no_cause_is_an_abstention_where_there_is_one() -> None:
    """Silence must cost something, or the safest specialist is one that never speaks."""
    one = result(Truth(accepted=RIGHT))

    assert (one.abstained, one.top1, one.confident_error) == (True, 0.0, False)


def test_naming_no_cause_is_right_where_nothing_is_wrong() -> None:
    """A quiet window in which somebody is blamed costs a responder's night."""
    quiet = Truth(accepted=frozenset())

    assert result(quiet).top1 == 1.0
    assert result(quiet, ("anyone", 0.9)).confident_error


def test_a_wrong_answer_given_surely_is_counted_apart() -> None:
    """Responders act on what is said surely."""
    assert result(Truth(accepted=RIGHT), ("wrong", 0.81)).confident_error
    assert not result(Truth(accepted=RIGHT), ("wrong", 0.79)).confident_error


def test_an_alias_is_right_but_told_apart() -> None:
    """A list and its labels that disagree must not decide the score unseen."""
    truth = Truth(accepted=frozenset({"label", "alias"}), aliases=frozenset({"alias"}))

    one = result(truth, ("alias", 0.9))

    assert (one.top1, one.top1_exact) == (1.0, 0.0)


def test_calibration_is_how_far_confidence_lies_from_what_came_true() -> None:
    """Nine in ten must come true nine times in ten."""
    truth = Truth(accepted=RIGHT)

    sure = [result(truth, ("right", 1.0)), result(truth, ("wrong", 1.0))]

    assert calibration_error(sure) == pytest.approx(0.5)
    assert calibration_error([result(truth)]) == 0.0


def test_a_scoreboard_sums_up_by_category_and_leaves_out_what_a_set_does_not_have() -> None:
    """A figure that means nothing for a set is not printed as zero."""
    truth = Truth(accepted=RIGHT)

    board = scoreboard("any", [result(truth, ("right", 0.9))], has_decoys=False)

    printed = board.model_dump(exclude_none=True)
    assert printed["by_category"]["a"]["top1"] == 1.0
    assert not {"specificity", "decoys_blamed"} & printed["summary"].keys()
