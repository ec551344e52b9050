"""Modes of the change and external domains: a capture that shows each, and a look-alike."""

from pathlib import Path

import pytest

from agents.domain.claims import VerdictStatus
from agents.domain.failure_modes import CHANGE_MODES, EXTERNAL_MODES
from agents.integrations.capture.reader import load_capture
from agents.specialists.network import network_specialist
from tests.agents.specialists.network.diagnosing import answer_to, supported, verdicts_on

CAPTURES = Path(__file__).parents[3] / "captures"
FOLDERS = sorted(path.parents[1] for path in CAPTURES.glob("[ce][hx]*/*/for/capture.yaml"))
NAMED = [folder.name for folder in FOLDERS]


def test_every_mode_of_the_two_domains_is_checked_and_has_its_pair_of_captures() -> None:
    """A mode without a look-alike is a mode nobody knows to be told apart."""
    checked = {mode for one in network_specialist().checks for mode in one.modes}
    listed = {mode.name for mode in (*CHANGE_MODES, *EXTERNAL_MODES)}
    pairs = {path.parents[1].name for path in CAPTURES.glob("*/*/for/capture.yaml")}
    look_alikes = {path.parents[1].name for path in CAPTURES.glob("*/*/against/capture.yaml")}

    assert listed <= checked
    assert listed <= pairs & look_alikes


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMED)
def test_the_mode_leads_once_its_claims_are_measured_again(folder: Path) -> None:
    """Responders act on the first line of the synthesis; symptoms of it may stand below."""
    standing = supported(load_capture(folder / "for"))

    origins = [one.cause.failure_mode for one in standing if one.caused_by is None]
    assert origins == [folder.name]


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMED)
def test_every_claim_about_the_mode_holds_when_measured_again(folder: Path) -> None:
    """A claim that cannot be re-measured is an assertion, and assertions are not posted."""
    capture = load_capture(folder / "for")
    answer = answer_to(capture)

    verdicts = verdicts_on(answer, capture.telemetry)

    mine = [h for h in answer.hypotheses if h.cause.failure_mode == folder.name]
    held = {verdicts[claim.id].status for h in mine for claim in h.claims}
    forbidden = {verdicts[claim.id].status for h in mine for claim in h.forbids}
    assert held == {VerdictStatus.HOLDS}
    assert VerdictStatus.HOLDS not in forbidden


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMED)
def test_what_only_looks_like_the_mode_is_not_blamed_on_it(folder: Path) -> None:
    """An innocent change that is rolled back costs the minutes that the true cause needs."""
    standing = supported(load_capture(folder / "against"))

    assert folder.name not in {one.cause.failure_mode for one in standing}


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMED)
def test_the_change_that_is_blamed_is_named(folder: Path) -> None:
    """A responder rolls back by reference; "a deploy" without one cannot be rolled back."""
    leader = supported(load_capture(folder / "for"))[0]

    assert bool(leader.change_ref) == leader.cause.failure_mode.startswith("bad_")
