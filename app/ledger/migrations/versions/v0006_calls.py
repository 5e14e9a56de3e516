"""The window of calls to HubSpot that all processes share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; SQLite has them too, empty, so that there is one schema."""
    op.create_table(
        "calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("lane", sa.String(16), nullable=False),
        sa.Column("left_at", sa.BigInteger, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
    )
    op.create_index("calls_by_lane", "calls", ["lane", "answered_at"])
    op.create_table(
        "call_pauses",
        sa.Column("lane", sa.String(16), primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
