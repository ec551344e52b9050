"""One incident, one set of messages, nothing lost, nothing said twice: whatever happens."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agents.domain.events import QuestionAnswered
from agents.domain.plans import Policy
from jobs.embedded import RedisServer, start_redis
from tests.events import declared
from tests.jobs.faults.installation import Installation, kill
from tests.jobs.rig import INCIDENT, NAMES, ONE_LOOK
from tests.waiting import eventually

pytestmark = pytest.mark.processes

WHOLE = [
    ("board", "diagnosed: 4 of 4 answered"),
    ("synthesis", "revision 1, waiting for nobody"),
]


def an_installation(
    folder: Path, redis: RedisServer, policy: Policy | None = None, workers_per_queue: int = 1
) -> Installation:
    """Return an installation that is ready to run."""
    made = Installation(folder, redis.url, policy or ONE_LOOK, workers_per_queue)
    made.prepare()
    return made


def until_said(installation: Installation, expected: list[tuple[str, str]]) -> None:
    """Wait until the room says exactly this."""
    last: list[tuple[str, str]] = []

    def says_it() -> bool:
        last[:] = installation.room.said()
        return last == expected

    try:
        eventually(says_it, what=f"the room says {expected}", within_seconds=90)
    except AssertionError as late:
        late.add_note(f"it said {last}; on record: {installation.kinds()}")
        raise


def must_be_one_whole_incident(installation: Installation) -> None:
    """Check what holds after every fault."""
    journal, state = installation.journal, installation.state
    events = journal.read(INCIDENT)
    keys = Counter(event.body.key for event in events if event.body.key)
    answered = [event for event in events if isinstance(event.body, QuestionAnswered)]
    posted = Counter(key for key, _ in installation.room.said())
    assert journal.incident_ids() == (INCIDENT,)
    assert set(keys.values()) == {1}
    assert len(answered) == len(state.questions) == len(NAMES)
    assert set(posted.values()) == {1}
    assert journal.audit(INCIDENT) == ()


@pytest.mark.parametrize("victims", ["work-horse", "worker", "both"])
def test_a_worker_killed_in_the_middle_of_a_job_costs_nothing_but_time(
    tmp_path: Path, victims: str
) -> None:
    """Out of memory, a drained node, a deploy: the investigation goes on."""
    with start_redis(tmp_path / "redis") as redis:
        installation = an_installation(tmp_path, redis)
        installation.hold("kubernetes")
        with installation.running():
            installation.declare()
            installation.until_asked("kubernetes")
            ((horse, worker),) = installation.asked("kubernetes")
            kill(*{"work-horse": (horse,), "worker": (worker,), "both": (worker, horse)}[victims])

            eventually(
                lambda: len(installation.asked("kubernetes")) == 2,
                what="the question is asked again",
                within_seconds=90,
            )
            installation.let_go("kubernetes")
            until_said(installation, WHOLE)

        must_be_one_whole_incident(installation)


def test_a_worker_killed_between_posting_and_writing_it_down_does_not_post_again(
    tmp_path: Path,
) -> None:
    """The board in the channel twice: people would watch the dead one."""
    with start_redis(tmp_path / "redis") as redis:
        installation = an_installation(tmp_path, redis)
        installation.hold("board")
        with installation.running():
            installation.declare()
            ((horse, worker),) = eventually(
                lambda: installation.processes("posted-board"), what="the board is posted"
            )
            kill(worker, horse)
            installation.let_go("board")
            until_said(installation, WHOLE)

        must_be_one_whole_incident(installation)


@pytest.mark.parametrize("data", ["kept", "lost"])
def test_redis_restarted_in_the_middle_of_an_investigation_loses_nothing(
    tmp_path: Path, data: str
) -> None:
    """The journal is the truth: even a Redis that forgot everything is filled again from it."""
    append_only = data == "kept"
    redis = start_redis(tmp_path / "redis", append_only=append_only)
    installation = an_installation(tmp_path, redis)
    installation.hold(*NAMES)
    with installation.running():
        installation.declare()
        installation.until_asked(*NAMES)
        assert redis.process
        redis.process.kill()
        port = int(redis.url.rpartition(":")[2].partition("/")[0])

        with start_redis(tmp_path / "redis", port=port, append_only=append_only):
            installation.let_go(*NAMES)
            until_said(installation, WHOLE)

    must_be_one_whole_incident(installation)


def test_the_same_webhook_delivered_five_times_makes_one_incident(tmp_path: Path) -> None:
    """Pagers deliver at least once, and often more."""
    with start_redis(tmp_path / "redis") as redis:
        installation = an_installation(tmp_path, redis)
        with installation.running():
            with ThreadPoolExecutor(5) as deliveries:
                list(deliveries.map(installation.declare, [declared()] * 5))
            until_said(installation, WHOLE)

        must_be_one_whole_incident(installation)


def test_two_workers_of_every_queue_racing_for_one_incident_say_everything_once(
    tmp_path: Path,
) -> None:
    """Scaling out must not make the bot stutter."""
    with start_redis(tmp_path / "redis") as redis:
        installation = an_installation(tmp_path, redis, workers_per_queue=2)
        with installation.running():
            installation.declare()
            engine = installation.build("bot")
            eventually(
                lambda: engine.wake(INCIDENT) and len(installation.room.said()) == 2,
                what="the account, with everybody asking for it all the time",
                within_seconds=90,
            )
            until_said(installation, WHOLE)

        must_be_one_whole_incident(installation)


def test_a_specialist_that_never_answers_costs_its_part_and_its_late_answer_revises(
    tmp_path: Path,
) -> None:
    """People act on a partial account now rather than on a whole one too late."""
    with start_redis(tmp_path / "redis") as redis:
        installation = an_installation(
            tmp_path, redis, Policy(question_deadline_seconds=2, looks_at_most=1)
        )
        installation.hold("network")
        with installation.running():
            installation.declare()
            until_said(
                installation,
                [
                    ("board", "diagnosed: 3 of 4 answered"),
                    ("synthesis", "revision 1, waiting for network"),
                ],
            )

            installation.let_go("network")
            until_said(
                installation,
                [
                    ("board", "diagnosed: 4 of 4 answered"),
                    ("synthesis", "revision 2, waiting for nobody"),
                ],
            )

        must_be_one_whole_incident(installation)
