"""The journal, the queues and their workers, and the files that are read as sources."""

from collections.abc import Callable, Iterator

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker

from agents.errors import WarroomError
from agents.integrations.capture.reader import load_capture
from agents.integrations.files.telemetry import FileTelemetry, WatchedFiles
from agents.settings import Settings
from agents.specialists.framework import Specialist
from bot.commands.doctor.finding import Finding, fine, left_out, problem
from bot.commands.records import verify_journal

_SUPPORT_QUEUES = ("commander", "outbox", "actions", "documents")


def journal_findings(settings: Settings) -> Iterator[Finding]:
    """Check that the journal can be read and that its chains are whole."""
    try:
        audited = verify_journal(settings, None)
    except WarroomError as failed:
        yield problem("Journal", failed, failed.remedy)
        return
    if audited.complaints:
        remedy = "see `warroom audit verify`, and restore the journal from a backup"
        yield problem("Journal", f"{len(audited.complaints)} breaks in its chains", remedy)
    else:
        yield fine("Journal", f"{audited.incidents} incidents, chains whole")


def queue_findings(settings: Settings, specialists: tuple[Specialist, ...]) -> Iterator[Finding]:
    """Check Redis, and that each queue has a worker."""
    client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - redis-py's own gap
        settings.redis_url, socket_timeout=3.0, socket_connect_timeout=2.0
    )
    try:
        workers = Worker.all(connection=client)  # pyright: ignore[reportUnknownMemberType]
        served = {name for worker in workers for name in worker.queue_names()}
    except RedisError as failed:
        yield problem("Redis", failed, "start Redis, or set WARROOM_REDIS_URL")
        return
    finally:
        client.close()
    yield fine("Redis", "answers")
    for queue in (*_SUPPORT_QUEUES, *(one.member.name for one in specialists)):
        if queue in served:
            yield fine(f"Queue {queue}", "has a worker")
        else:
            remedy = f"start one: python -m jobs worker {queue}"
            yield problem(f"Queue {queue}", "nobody works on it", remedy)


def file_findings(settings: Settings) -> Iterator[Finding]:
    """Check the files that are read as sources, and the capture that stands in for all."""
    watched = watched_files(settings)
    wanted = {
        "logs": ("Log files", "WARROOM_LOG_FILES", watched.logs),
        "traces": ("Span files", "WARROOM_TRACE_FILES", watched.traces),
        "topology": ("Topology", "WARROOM_TOPOLOGY_FILE", watched.topology),
        "changes": ("Changes", "WARROOM_CHANGES_FILE", watched.changes),
    }
    telemetry = FileTelemetry(watched)
    there = telemetry.sources()
    for source, (part, setting, given) in wanted.items():
        if not given:
            yield left_out(part, f"set {setting}")
        elif source in there:
            yield fine(part, str(given))
        else:
            yield problem(part, f"no file at {given}", f"correct {setting}")
    if "topology" in there:
        yield from _readable("Topology's content", telemetry.topology)
    if settings.capture is not None:
        folder = settings.capture
        yield from _readable("Capture", lambda: load_capture(folder))


def watched_files(settings: Settings) -> WatchedFiles:
    """Return the files that the settings name."""
    return WatchedFiles(
        logs=_listed(settings.log_files),
        traces=_listed(settings.trace_files),
        topology=settings.topology_file,
        changes=settings.changes_file,
    )


def _listed(globs: str) -> tuple[str, ...]:
    return tuple(glob.strip() for glob in globs.split(",") if glob.strip())


def _readable(part: str, read: Callable[[], object]) -> Iterator[Finding]:
    try:
        read()
    except WarroomError as failed:
        yield problem(part, failed, failed.remedy)
    else:
        yield fine(part, "can be read")
