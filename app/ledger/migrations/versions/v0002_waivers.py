"""Waivers: documented deviations, kept after they ended so that they can be listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of waivers."""
    op.create_table(
        "waivers",
        sa.Column("deal_id", sa.String(64), primary_key=True),
        sa.Column("criterion", sa.String(64), primary_key=True),
        sa.Column("until", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("source", sa.String(320), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("granted_by", sa.Text, nullable=False),
        sa.Column("policy_version", sa.Text, nullable=False),
        sa.Column("note_id", sa.String(64)),
        sa.Column("granted_at", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.String(16)),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_index("waivers_by_end", "waivers", ["ended_at", "until"])
