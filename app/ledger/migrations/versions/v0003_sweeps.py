"""Sweeps that are taken up again, copies of records, and what each night found of each deal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the nightly sweep."""
    op.add_column("verdicts", sa.Column("swept_in", sa.String(32)))
    op.create_table(
        "sweep_lease",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("holder", sa.String(160), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sweeps",
        sa.Column("run_id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("cursor", sa.String(64)),
        sa.Column("deals", sa.BigInteger, nullable=False),
        sa.Column("calls", sa.BigInteger, nullable=False),
        sa.Column("calls_saved", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
    )
    op.create_index("sweeps_by_start", "sweeps", ["started_at"])
    op.create_table(
        "copies",
        sa.Column("place", sa.String(16), primary_key=True),
        sa.Column("object_id", sa.String(64), primary_key=True),
        sa.Column("shape", sa.String(32), nullable=False),
        sa.Column("modified", sa.String(40), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("kept_at", sa.BigInteger, nullable=False),
    )
    op.create_index("copies_by_age", "copies", ["kept_at"])
    op.create_table(
        "sightings",
        sa.Column("deal_id", sa.String(64), primary_key=True),
        sa.Column("since", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("run_id", sa.String(32), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_index("sightings_by_end", "sightings", ["until"])
    op.create_index("sightings_by_run", "sightings", ["run_id"])
