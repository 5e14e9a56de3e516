"""What sweeps corrected in HubSpot, so that it can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of corrections."""
    op.create_table(
        "corrections",
        sa.Column("run_id", sa.String(32), primary_key=True),
        sa.Column("contact", sa.String(64), primary_key=True),
        sa.Column("property", sa.String(128), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("criterion", sa.String(64), nullable=False),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.Column("undone_at", sa.BigInteger),
    )
    op.create_index("corrections_by_contact", "corrections", ["contact"])
