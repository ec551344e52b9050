"""A symptom is put down to its origin by mechanism, path and order in time."""

from datetime import datetime, timedelta

import pytest

from agents.commander.chains import brings_about, on_one_path, origins, reaches, services_of
from agents.domain.base import EntityRef
from agents.domain.hypotheses import Hypothesis
from tests.agents.builders import (
    CHECKOUT,
    DATABASE,
    ONSET,
    STOREFRONT,
    TOPOLOGY,
    a_hypothesis,
)

_HOST = EntityRef(kind="host", name="elsewhere")


def _lock(
    entity: EntityRef = DATABASE,
    explains: tuple[EntityRef, ...] = (),
    onset: datetime | None = ONSET,
) -> Hypothesis:
    return a_hypothesis("lock_contention", entity, explains=explains, onset=onset)


def _errors(
    entity: EntityRef = STOREFRONT,
    explains: tuple[EntityRef, ...] = (),
    onset: datetime | None = ONSET,
) -> Hypothesis:
    return a_hypothesis(
        "http_upstream_errors", entity, by="network", explains=explains, onset=onset
    )


def test_a_lock_upstream_brings_about_the_errors_downstream() -> None:
    """The mechanism is known, the path is there, and it came first."""
    assert brings_about(_lock(), _errors(), TOPOLOGY)


def test_errors_do_not_bring_about_a_lock() -> None:
    """Mechanisms have a direction."""
    assert not brings_about(_errors(), _lock(), TOPOLOGY)


def test_a_cause_does_not_bring_itself_about() -> None:
    """The same cause found twice is one cause, not a chain."""
    assert not brings_about(_errors(), _errors(), TOPOLOGY)


def test_what_began_later_is_not_the_origin() -> None:
    """Order in time is the cheapest check there is."""
    late = _lock(onset=ONSET + timedelta(minutes=3))

    assert not brings_about(late, _errors(), TOPOLOGY)
    assert brings_about(_lock(onset=None), _errors(), TOPOLOGY)
    assert brings_about(_lock(), _errors(onset=None), TOPOLOGY)


def test_trouble_on_another_path_explains_nothing_here() -> None:
    """A lock in the newsletter's database does not fail the storefront."""
    newsletter = EntityRef(kind="service", name="newsletter")

    assert not brings_about(_lock(entity=newsletter), _errors(), TOPOLOGY)


@pytest.mark.parametrize(
    ("origin", "symptom"),
    [
        (_lock(entity=_HOST), _errors(_HOST)),
        (_lock(entity=_HOST, explains=(STOREFRONT,)), _errors()),
        (_lock(entity=_HOST), _errors(explains=(_HOST,))),
        (_lock(entity=DATABASE), _errors(CHECKOUT)),
    ],
)
def test_a_path_may_be_known_from_the_entities_themselves(
    origin: Hypothesis, symptom: Hypothesis
) -> None:
    """Half a topology is normal; what the specialists say of reach counts too."""
    assert on_one_path(origin, symptom, TOPOLOGY)


def test_services_come_from_the_entity_or_from_what_it_explains() -> None:
    """A database belongs to the service that lists it."""
    assert services_of(_lock(), TOPOLOGY) == {"checkout"}
    assert services_of(_lock(entity=_HOST, explains=(STOREFRONT,)), TOPOLOGY) == {"storefront"}
    assert services_of(_lock(entity=_HOST, explains=(_HOST,)), TOPOLOGY) == set()


def test_a_chain_never_runs_in_a_circle() -> None:
    """Two services that blame each other: the stronger hypothesis is the origin."""
    one = a_hypothesis("upstream_timeouts", CHECKOUT, explains=(STOREFRONT,))
    other = a_hypothesis("upstream_timeouts", STOREFRONT, explains=(CHECKOUT,))

    explained = origins([one, other, _lock()], TOPOLOGY)

    assert set(explained) == {one.id, other.id}
    assert not any(origin.id == symptom for symptom, origin in explained.items())


def test_reach_follows_the_topology_or_says_it_does_not_know() -> None:
    """Unknown is not the same as unreachable."""
    assert reaches(DATABASE, "storefront", TOPOLOGY) is True
    assert reaches(EntityRef(kind="service", name="newsletter"), "storefront", TOPOLOGY) is False
    assert reaches(_HOST, "storefront", TOPOLOGY) is None
    assert reaches(DATABASE, "unheard-of", TOPOLOGY) is None


def test_a_guess_does_not_account_for_what_was_measured() -> None:
    """Otherwise the least certain explanation would stand at the top."""
    guess, measured = _lock(), _errors()

    assert origins([measured, guess], TOPOLOGY)[measured.id] == guess
    assert origins([measured, guess], TOPOLOGY, doubtful={guess.id}) == {}
    assert set(origins([measured, guess], TOPOLOGY, doubtful={guess.id, measured.id}))
