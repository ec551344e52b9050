"""Every failure mode that a check names, on a recording of it and on one that only seems so."""

from pathlib import Path

import pytest

from agents.domain.failure_modes.database import DATABASE_MODES
from agents.domain.hypotheses import Hypothesis
from agents.integrations.capture.reader import Capture, load_capture
from agents.specialists.database import CHECKS
from tests.agents.specialists.database.support import ask, supported

CAPTURES = Path(__file__).parents[3] / "captures" / "database"
RECORDED = sorted(folder.name for folder in CAPTURES.iterdir())


def diagnosed(side: str, mode: str) -> tuple[Capture, dict[str, Hypothesis]]:
    """Ask about a recording and keep what re-measuring supports."""
    capture = load_capture(CAPTURES / mode / side)
    answer = ask(
        capture.telemetry,
        capture.now,
        window=capture.window,
        alert=capture.alert,
        topology=capture.topology,
    )
    return capture, supported(capture.telemetry, answer)


def test_every_mode_that_a_check_names_has_a_pair_of_recordings() -> None:
    """A check that was never seen to fire, or never seen to hold back, is a guess."""
    named = {mode for one in CHECKS for mode in one.modes}

    assert set(RECORDED) == named
    assert named == {mode.name for mode in DATABASE_MODES}


@pytest.mark.parametrize("mode", RECORDED)
def test_a_recorded_fault_is_named_and_holds_when_measured_again(mode: str) -> None:
    """The responder gets the cause with figures that were read twice."""
    _, found = diagnosed("for", mode)

    assert mode in found
    assert found[mode].cause.entity.key == "database/shop-db"
    assert {"database/shop-db", "service/checkout", "service/storefront"} == {
        entity.key for entity in found[mode].explains
    }


@pytest.mark.parametrize("mode", RECORDED)
def test_what_only_looks_like_the_fault_is_not_called_it(mode: str) -> None:
    """A wrong cause costs the responder more time than none."""
    _, found = diagnosed("against", mode)

    assert mode not in found


def test_the_root_of_the_queue_is_blamed_and_not_the_schema_change_in_its_middle() -> None:
    """Ending the queued ALTER TABLE would free readers for a moment and leave the cause."""
    _, found = diagnosed("for", "lock_contention")

    contention = found["lock_contention"]

    assert contention.details["pid"] == 4711
    assert contention.details["queued_ddl_pid"] == 4712
    assert contention.details["waiting_sessions"] == 6
    assert contention.details["application_name"] == "schema-migration"


def test_the_migration_that_took_the_lock_is_named_and_not_the_unrelated_deploy() -> None:
    """The person who can stop it is found through the change."""
    _, found = diagnosed("for", "lock_contention")

    assert found["lock_contention"].change_ref == "migration-0042"


def test_sessions_in_a_lock_queue_do_not_count_as_slow_statements() -> None:
    """They do nothing but wait; tuning them would be wasted effort."""
    _, found = diagnosed("for", "lock_contention")

    assert set(found) == {"lock_contention"}


def test_a_client_that_holds_most_slots_is_named() -> None:
    """The responder must know whose pool to restart."""
    _, found = diagnosed("for", "connection_exhaustion")

    assert found["connection_exhaustion"].details["application_name"] == "checkout-worker"
    assert found["connection_exhaustion"].details["idle"] == 97
