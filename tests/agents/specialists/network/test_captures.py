"""Every failure mode has a capture that shows it and one that only looks like it."""

import pytest

from agents.domain.claims import VerdictStatus
from agents.specialists.network import network_specialist
from tests.agents.specialists.network.diagnosing import (
    CAPTURES,
    answer_to,
    open_capture,
    supported,
    verdicts_on,
)

ELSEWHERE = {path.parents[1].name for path in CAPTURES.parent.glob("[ce][hx]*/*/for/capture.yaml")}
"""Modes of the change and external domains, which have tests of their own."""
MODES = sorted({mode for one in network_specialist().checks for mode in one.modes} - ELSEWHERE)


def test_every_mode_that_a_check_can_name_has_its_pair_of_captures() -> None:
    """A mode without a look-alike is a mode nobody knows to be told apart."""
    pairs = {path.parents[1].name for path in CAPTURES.glob("*/for/capture.yaml")}
    look_alikes = {path.parents[1].name for path in CAPTURES.glob("*/against/capture.yaml")}

    assert pairs == look_alikes == set(MODES)


@pytest.mark.parametrize("mode", MODES)
def test_the_mode_leads_once_its_claims_are_measured_again(mode: str) -> None:
    """Responders act on the first line of the synthesis; symptoms of it may stand below."""
    capture = open_capture(mode, "for")

    standing = supported(capture)

    origins = [one.cause.failure_mode for one in standing if one.caused_by is None]
    assert origins == [mode]


@pytest.mark.parametrize("mode", MODES)
def test_every_claim_about_the_mode_holds_when_measured_again(mode: str) -> None:
    """A claim that cannot be re-measured is an assertion, and assertions are not posted."""
    capture = open_capture(mode, "for")
    answer = answer_to(capture)

    verdicts = verdicts_on(answer, capture.telemetry)

    claims = {c.id: c.text for h in answer.hypotheses for c in h.claims}
    doubtful = {
        claims[id_]: (verdict.status, verdict.observed, verdict.reason)
        for id_, verdict in verdicts.items()
        if id_ in claims and verdict.status is not VerdictStatus.HOLDS
    }
    assert claims
    assert doubtful == {}


@pytest.mark.parametrize("mode", MODES)
def test_what_only_looks_like_the_mode_is_not_blamed_on_it(mode: str) -> None:
    """A false alarm in the room costs the minutes that the true cause needs."""
    answer = answer_to(open_capture(mode, "against"))

    assert mode not in {h.cause.failure_mode for h in answer.hypotheses}


@pytest.mark.parametrize("mode", MODES)
def test_no_check_breaks_on_these_captures(mode: str) -> None:
    """A check that fails inside leaves a hole that looks like health."""
    gaps = [g for side in ("for", "against") for g in answer_to(open_capture(mode, side)).gaps]

    assert [gap.text for gap in gaps if "failed inside" in gap.text] == []
