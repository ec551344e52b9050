"""The engine as it is deployed: `python -m jobs`."""

import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis import Redis
from rq import Worker

from agents.domain.events import IncidentDeclared
from agents.domain.incidents import Incident
from agents.domain.plans import Member
from agents.domain.state import IncidentState, fold
from agents.errors import ScopeViolation
from agents.integrations import wiring
from agents.integrations.capture.reader import load_capture
from agents.integrations.redis.connecting import connect
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from agents.integrations.sql.recording import SqlRecording
from agents.settings import Settings
from jobs.__main__ import build_engine
from jobs.dispatching import SUPPORT_QUEUES
from jobs.embedded import ManagedProcess, start_redis
from tests.events import ACTOR
from tests.waiting import eventually

CAPTURE = Path(__file__).parent.parent / "captures" / "database" / "deadlocks" / "for"


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """Start a Redis."""
    with start_redis(tmp_path / "redis") as server:
        yield server.url


def workers(redis: Redis) -> set[str]:
    """Return the queues that have a living worker."""
    found = Worker.all(connection=redis)  # pyright: ignore[reportUnknownMemberType] - RQ's own gap
    return {name for worker in found for name in worker.queue_names()}


@pytest.mark.processes
def test_one_command_runs_every_queue_and_investigates(tmp_path: Path, redis_url: str) -> None:
    """This is what `warroom up` starts."""
    database_url = f"sqlite:///{tmp_path}/warroom.sqlite"
    environment = {
        "WARROOM_DATABASE_URL": database_url,
        "WARROOM_REDIS_URL": redis_url,
        "WARROOM_CAPTURE": str(CAPTURE),
    }
    alert = load_capture(CAPTURE).alert
    now = datetime.now(UTC)
    incident = Incident(title=alert.title, severity=alert.severity, declared_at=now, alert=alert)
    process = ManagedProcess(
        "jobs",
        (sys.executable, "-m", "jobs", "all"),
        log_path=tmp_path / "jobs.log",
        environment=environment,
    )
    with connect(redis_url) as redis, process:
        every = {*SUPPORT_QUEUES, *wiring.names()}
        process.wait_ready(lambda: workers(redis) == every, seconds=40)
        journal = SqlJournal(open_database(database_url))
        declared = IncidentDeclared(incident=incident)

        journal.append(incident.id, [declared], actor=ACTOR, at=now)

        def investigated() -> IncidentState | None:
            state = fold(incident.id, journal.read(incident.id))
            return state if state.synthesis else None

        state = eventually(investigated, what="an account", within_seconds=90)
        assert state
        answered = {answer.produced_by.name for answer in state.answers.values()}
        assert answered == every - {*SUPPORT_QUEUES}
        assert state.cost.tool_calls > 0
        process.stop(with_signal=signal.SIGTERM, seconds=20)
        assert process.exit_code == 0
        assert workers(redis) == set()


def settings(tmp_path: Path) -> Settings:
    """Return settings with every credential."""
    return Settings(
        database_url=f"sqlite:///{tmp_path}/warroom.sqlite",
        slack_bot_token=SecretStr("xoxb-1"),
        pagerduty_token=SecretStr("p"),
        pagerduty_from="oncall@example.com",
        git_repository=tmp_path / "documents.git",
        postgresql_urls=SecretStr("shop-db=postgresql://reader@127.0.0.1:1/shop"),
        postgresql_write_urls=SecretStr("shop-db=postgresql://writer@127.0.0.1:1/shop"),
        prometheus_url="http://127.0.0.1:1",
        probe_targets="checkout:80",
    )


@pytest.mark.parametrize(
    ("queue", "held"),
    [
        ("commander", set[str]()),
        ("clock", set[str]()),
        ("outbox", {"room", "pager"}),
        ("documents", {"code_host"}),
        ("actions", {"executors"}),
        ("database", {"inspectors"}),
        ("network", set[str]()),
    ],
)
def test_each_queue_holds_its_own_credentials_and_no_others(
    tmp_path: Path, queue: str, held: set[str]
) -> None:
    """Whoever takes over the worker that reads logs must not be able to end a session."""
    hands = wiring.hands(settings(tmp_path), queue)

    names = ("room", "pager", "code_host", "inspectors", "executors")
    assert {name for name in names if getattr(hands, name)} == held


def test_a_specialist_reads_its_own_sources_and_no_others(tmp_path: Path) -> None:
    """The database's password is not in the network specialist's process."""
    given = settings(tmp_path)
    roster = wiring.roster(given)

    def readable(member: Member | None) -> set[str]:
        assert member
        return {source.partition(":")[0] for source in wiring.telemetry(given, member).sources()}

    assert "rows" in readable(roster.member("database"))
    assert "rows" not in readable(roster.member("network"))
    assert "probe" in readable(roster.member("network"))
    assert "probe" not in readable(roster.member("database"))


def test_a_queue_that_reads_nothing_is_given_nothing(tmp_path: Path, redis_url: str) -> None:
    """The outbox talks; it has no business with telemetry."""
    given = settings(tmp_path)
    recording = SqlRecording(open_database(given.database_url))

    with connect(redis_url) as redis, pytest.raises(ScopeViolation, match="outbox reads nothing"):
        wiring.Readers(given, recording, redis).gated("outbox")


def test_channels_of_two_incidents_about_one_service_have_their_own_names(tmp_path: Path) -> None:
    """Two fires in one channel put neither out."""
    given = settings(tmp_path)
    plan = build_engine(given, "commander", open_database(given.database_url)).plan_room
    alert = load_capture(CAPTURE).alert.model_copy(update={"service": "Checkout API"})
    names = {
        plan(
            Incident(
                title=f"Incident {number}",
                severity=alert.severity,
                declared_at=datetime(2026, 11, 20, tzinfo=UTC),
                alert=alert,
            )
        ).name
        for number in range(2)
    }

    assert len(names) == 2
    assert all(name.startswith("inc-1120-checkout-api-") for name in names)
