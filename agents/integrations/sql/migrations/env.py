"""Alembic's entry point: migrates over the connection that `upgrade` hands it."""

from alembic import context

from agents.integrations.sql.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
