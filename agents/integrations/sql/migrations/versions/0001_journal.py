"""Incidents, their events, and what tools returned."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.String, primary_key=True),
        sa.Column("declared_at", moment, nullable=False),
        sa.Column("closed_at", moment),
        sa.Column("head_sequence", sa.Integer, nullable=False),
        sa.Column("head_hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("incident_id", sa.String, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("actor", sa.JSON, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("key", sa.String),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("incident_id", "key", name="uq_events_incident_id_key"),
    )
    op.create_table(
        "blobs",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables and all they hold."""
    for table in ("blobs", "events", "incidents"):
        op.drop_table(table)
