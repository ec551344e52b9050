"""The numbers that people quote to each other."""

from templates.exhibits import exhibits
from tests.templates.example import Example


def test_numbers_stay_when_a_late_answer_comes() -> None:
    """The words "look at 3" must mean the same a minute later."""
    example = Example().declared().planned().database_answered()
    before = exhibits(example.state)

    after = exhibits(example.network_answered().state)

    assert [one.number for one in after] == [1, 2, 3, 4]
    assert [one.id for one in after[: len(before)]] == [one.id for one in before]


def test_a_claim_is_shown_with_its_verdict() -> None:
    """The figure belongs to the statement."""
    first = exhibits(Example().declared().planned().database_answered().state)[0]

    assert first.claim
    assert first.verdict
    assert first.verdict.observed == 14
    assert first.specialist == "database"
