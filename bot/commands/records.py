"""Commands over the journal and the recording."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from agents.errors import JournalUnavailable, UnknownIncident
from agents.gateway.redaction import redact
from agents.integrations.capture.writer import Written, write_capture
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from agents.integrations.sql.recording import SqlRecording
from agents.settings import Settings


@dataclass(frozen=True, slots=True)
class Audited:
    """What a check of the audit trail showed."""

    incidents: int
    complaints: tuple[str, ...]
    """What is wrong, one sentence each, with the incident it is about."""


def capture_incident(settings: Settings, incident_id: str, folder: Path) -> Written:
    """Write a capture of an incident of this installation.

    Raises:
        UnknownIncident: the journal has no such incident.
        InvalidCapture: the folder has something in it already.
        JournalUnavailable: the journal cannot be read.
    """
    with _database(settings) as engine:
        return write_capture(
            folder, incident_id, journal=SqlJournal(engine), recording=SqlRecording(engine)
        )


def verify_journal(settings: Settings, incident_id: str | None) -> Audited:
    """Check the hash chains of the journal.

    Raises:
        UnknownIncident: the journal has no such incident.
        JournalUnavailable: the journal cannot be read.
    """
    with _database(settings) as engine:
        journal = SqlJournal(engine)
        known = journal.incident_ids()
        if incident_id is not None and incident_id not in known:
            raise UnknownIncident(f"the journal has no incident {incident_id}")
        chosen = known if incident_id is None else (incident_id,)
        complaints = [f"{one}: {wrong}" for one in chosen for wrong in journal.audit(one)]
    return Audited(incidents=len(chosen), complaints=tuple(complaints))


@contextmanager
def _database(settings: Settings) -> Generator[Engine]:
    """Open the journal's database; one that is not there is not made in passing."""
    remedy = "set WARROOM_DATABASE_URL; a new journal is made when the workers first start"
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise JournalUnavailable(f"there is no journal at {url.database}", remedy=remedy)
    engine = open_database(settings.database_url)
    try:
        yield engine
    except SQLAlchemyError as unread:
        where = url.render_as_string(hide_password=True)
        why = redact(str(unread.__cause__ or unread))
        message = f"the journal at {where} cannot be read: {why}"
        raise JournalUnavailable(message, remedy=remedy) from unread
    finally:
        engine.dispose()
