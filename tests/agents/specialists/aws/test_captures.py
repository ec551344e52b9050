"""Every failure mode that a check names, on a recording of it and on one that only seems so."""

from pathlib import Path

import pytest

from agents.domain.failure_modes.aws import AWS_MODES
from agents.domain.hypotheses import Hypothesis
from agents.integrations.capture.reader import load_capture
from agents.specialists.aws import AWS_CHECKS
from tests.agents.specialists.aws.support import ask, supported

CAPTURES = Path(__file__).parents[3] / "captures" / "aws"
RECORDED = sorted(folder.name for folder in CAPTURES.iterdir())


def diagnosed(side: str, mode: str) -> dict[str, Hypothesis]:
    """Ask about a recording and keep what re-measuring supports."""
    capture = load_capture(CAPTURES / mode / side)
    answer = ask(
        capture.telemetry,
        capture.now,
        window=capture.window,
        alert=capture.alert,
        topology=capture.topology,
    )
    assert not [gap.text for gap in answer.gaps if "failed inside" in gap.text]
    return supported(capture.telemetry, answer)


def test_every_mode_that_a_check_names_has_a_pair_of_recordings() -> None:
    """A check that was never seen to fire, or never seen to hold back, is a guess."""
    named = {mode for one in AWS_CHECKS for mode in one.modes}
    sides = {mode: {side.name for side in (CAPTURES / mode).iterdir()} for mode in RECORDED}

    assert set(RECORDED) == named
    assert {mode.name for mode in AWS_MODES} <= named
    assert all(found == {"for", "against"} for found in sides.values())


@pytest.mark.parametrize("mode", RECORDED)
def test_a_recorded_fault_is_named_and_holds_when_measured_again(mode: str) -> None:
    """The responder gets the cause with figures that were read twice."""
    found = diagnosed("for", mode)

    assert mode in found
    assert {"service/checkout", "service/storefront"} <= {
        entity.key for entity in found[mode].explains
    }


@pytest.mark.parametrize("mode", RECORDED)
def test_what_only_looks_like_the_fault_is_not_called_it(mode: str) -> None:
    """A wrong cause costs the responder more time than none."""
    assert mode not in diagnosed("against", mode)


def test_the_reason_that_aws_gives_for_a_target_is_quoted() -> None:
    """“Unhealthy” sends people searching; “answers 500” sends them to the right place."""
    found = diagnosed("for", "unhealthy_targets_response_code")

    hypothesis = found["unhealthy_targets_response_code"]

    assert "Health checks failed with these codes: [500]" in hypothesis.summary
    assert hypothesis.cause.entity.key == "target_group/checkout"


def test_the_change_that_fits_is_named_and_not_the_snapshot_before_it() -> None:
    """Something always changed lately; only what can have done it is worth a look."""
    found = diagnosed("for", "bad_config_change")

    change = found["bad_config_change"]

    assert change.change_ref == "f3-1"
    assert change.details["operation"] == "UpdateFunctionConfiguration20150331v2"


def test_who_took_the_permission_away_is_named_with_the_denial() -> None:
    """The way back leads through the change."""
    denied = diagnosed("for", "iam_access_denied")["iam_access_denied"]

    assert denied.change_ref == "d0-0"
    assert "policy-pipeline called DeleteRolePolicy" in denied.summary


def test_the_exit_code_of_the_tasks_is_told() -> None:
    """It tells a crash from a missing image before anybody opens a console."""
    ended = diagnosed("for", "ecs_task_failures")["ecs_task_failures"]

    assert "runs 0 of 3 tasks" in ended.summary
    assert "exit code 1" in ended.summary
