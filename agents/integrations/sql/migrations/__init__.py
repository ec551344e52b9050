"""Bringing a database to the present schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

_ADVISORY_LOCK = 7_926_013
"""An arbitrary number; every process that migrates asks PostgreSQL for the same lock."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate, all or nothing. Processes that start together wait for the first to finish."""
    writer = engine.execution_options(writes=True)
    with writer.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
