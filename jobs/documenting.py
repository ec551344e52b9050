"""The room to meet in and the documents that remain."""

from agents.domain.base import Producer
from agents.domain.events import PostmortemDrafted, PullRequestOpened, RoomOpened
from agents.errors import PeerRefused
from agents.ports import Job
from jobs.dispatching import deliver_job
from jobs.engine import Engine
from jobs.outbox import ROOM, deliver

SCRIBE = Producer(name="scribe")


def open_room(engine: Engine, job: Job) -> None:
    """Find or create the incident's channel, be in it and say the first thing at once."""
    state = engine.state(job.incident_id)
    if state.channel or state.incident is None:
        return
    if engine.room is None:
        raise PeerRefused("There is no room to open: this worker has no Slack token.")
    wanted = engine.plan_room(state.incident)
    opened = engine.room.open(wanted.name, wanted.topic)
    engine.record(job.incident_id, RoomOpened(channel=opened.channel, name=opened.name))
    engine.wake(job.incident_id)
    deliver(engine, deliver_job(job.incident_id, ROOM))


def draft_postmortem(engine: Engine, job: Job) -> None:
    """Write the postmortem from the journal and offer it, with its runbook, as pull requests."""
    state = engine.state(job.incident_id)
    events = engine.journal.read(job.incident_id)
    postmortem, changes = engine.draft_postmortem(state, events, engine.clock())
    engine.record(job.incident_id, PostmortemDrafted(postmortem=postmortem), actor=SCRIBE)
    if engine.code_host is None:
        raise PeerRefused("There is no code host to offer the postmortem to.")
    opened = [PullRequestOpened(pull_request=engine.code_host.offer(one)) for one in changes]
    engine.record(job.incident_id, *opened, actor=SCRIBE)
    engine.wake(job.incident_id)
