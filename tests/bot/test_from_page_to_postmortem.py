"""The faces and the engine together: a page comes in, people read it in Slack, a document goes out.

The specialists are scripted and one process does every job; journal, decisions, outbox, Slack, the
webhook receiver and the Git repository are the real ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlparse

import pytest
from slack_sdk import WebClient

from agents.domain.events import Event
from agents.domain.hypotheses import Answer
from agents.domain.learning import Postmortem
from agents.domain.plans import Roster
from agents.domain.readings import Series
from agents.domain.state import IncidentState, Phase
from agents.integrations.git.code_host import LocalGitCodeHost
from agents.integrations.slack.room import SlackRoom
from agents.knowledge.postmortems import draft_postmortem
from agents.ports import DocumentChange
from agents.specialists.framework import Assignment
from agents.testing.pager import Paged
from bot.workspace.seen import SeenMessage
from templates.docs import postmortem_change
from templates.pagerduty import pager_messages
from templates.slack import room_messages
from tests.bot.war_room import BOT_TOKEN, Faces, faces
from tests.bot.webhooks.receiving import event
from tests.jobs.rig import Bench, a_bench, members
from tests.templates.example import LOCKS, WINDOW, at

CHANNEL = "inc-checkout"
PAGED = "PT4KHLK"
ROUNDS = 40


def database_finds_the_lock(assignment: Assignment) -> Answer:
    """Answer as the database specialist would."""
    return Answer(question_id=assignment.question.id, hypotheses=(LOCKS,))


def documents(
    state: IncidentState, events: tuple[Event, ...], now: datetime
) -> tuple[Postmortem, tuple[DocumentChange, ...]]:
    """Write the postmortem."""
    postmortem = draft_postmortem(state, events, now)
    return postmortem, (postmortem_change(postmortem),)


@dataclass
class Story:
    """One incident, from both sides."""

    bench: Bench
    faces: Faces

    @property
    def state(self) -> IncidentState:
        """The one incident."""
        [incident_id] = self.bench.journal.incident_ids()
        return self.bench.engine.state(incident_id)

    def work_until(self, phase: Phase) -> None:
        """Let the engine work until the incident has come so far and all of it was said."""
        for _ in range(ROUNDS):
            self.bench.clock.move(2.5)
            self.bench.queue.release()
            self.bench.engine.wake(self.state.incident_id)
            self.bench.work_off()
            if self.state.phase is phase and not self.bench.queue.waiting:
                return
        pytest.fail(f"{self.state.phase} after {ROUNDS} rounds, not {phase}")

    def read(self) -> list[SeenMessage]:
        """Read the channel as a person does."""
        self.faces.on_call.join(CHANNEL)
        return [m for m in self.faces.on_call.messages(CHANNEL) if m.subtype is None]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """Put the engine behind the faces."""
    bench = a_bench({"database": database_finds_the_lock}, Roster(members=members(database=("*",))))
    bench.clock.now = at(0)
    bench.pager.incidents[PAGED] = Paged()
    times = tuple(WINDOW.start.timestamp() + 60 * minute for minute in range(30))
    bench.telemetry.series = [
        Series(name=name, times=times, values=(value,) * len(times))
        for name, value in (("blocked_sessions", 14.0), ("lock_waits", 42.0))
    ]
    with faces(bench.journal, bench.queue, bench.clock) as seen:
        slack = WebClient(BOT_TOKEN, base_url=f"{seen.workspace.url}/api/")
        bench.change(
            room=SlackRoom(slack),
            room_messages=room_messages,
            pager_messages=pager_messages,
            draft_postmortem=documents,
            code_host=LocalGitCodeHost(tmp_path / "runbooks.git", bench.clock),
        )
        yield Story(bench, seen)


def test_a_page_becomes_a_board_an_account_and_a_postmortem(story: Story) -> None:
    """The whole promise, as the responder sees it."""
    assert story.faces.page(event()).status_code == 202
    story.work_until(Phase.DIAGNOSED)

    read = story.read()
    assert [m.words.splitlines()[1] for m in read] == [
        "SEV1 · Storefront: checkout times out",
        "Likely cause found",
    ]
    assert story.faces.on_call.channel(CHANNEL).pins == [read[0].ts]
    assert read[0].reply_count == 2
    assert story.bench.pager.incidents[PAGED].status == "acknowledged"
    assert LOCKS.summary in story.bench.pager.incidents[PAGED].notes[0]

    story.faces.on_call.command("/warroom resolve the migration held a lock", CHANNEL)
    story.faces.on_call.wait_for_message(CHANNEL, lambda m: m.is_ephemeral)
    story.work_until(Phase.RESOLVED)

    [offered] = story.state.pull_requests
    page = Path(urlparse(offered.link).path).read_text(encoding="utf-8")
    assert "resolved it: the migration held a lock" in page
    assert any(offered.link in message.words for message in story.read())
    assert story.bench.pager.incidents[PAGED].status == "resolved"


def test_the_room_falls_silent_when_nothing_happens(story: Story) -> None:
    """A board that is edited without news runs into Slack's limits and tires its readers."""
    story.faces.page(event())
    story.work_until(Phase.DIAGNOSED)
    before = len(story.bench.journal.read(story.state.incident_id))

    for _ in range(5):
        story.bench.clock.move(0.5)
        story.bench.queue.release()
        story.bench.engine.wake(story.state.incident_id)
        story.bench.work_off()

    assert len(story.bench.journal.read(story.state.incident_id)) <= before + 1


def test_five_deliveries_of_a_page_make_one_room_and_one_set_of_messages(story: Story) -> None:
    """Whatever the pager repeats, people read everything once."""
    for _ in range(5):
        story.faces.page(event())
    story.work_until(Phase.DIAGNOSED)
    story.faces.page(event())
    story.bench.work_off()

    keys = [(m.metadata or {}).get("event_payload") for m in story.read()]
    assert keys == [{"key": "board"}, {"key": "synthesis"}]
