"""What people ask for in Slack, whom not to mention, names to find deals by, what alerts led to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alert_outcomes",
        sa.Column("deal_id", sa.String(64), primary_key=True),
        sa.Column("criterion", sa.String(64), primary_key=True),
        sa.Column("alerted_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("fixed_at", sa.BigInteger),
    )
    op.create_index("alert_outcomes_by_age", "alert_outcomes", ["alerted_at"])
    op.create_index("alert_outcomes_open", "alert_outcomes", ["deal_id", "fixed_at"])
    op.create_table(
        "errands",
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
    op.create_index("errands_by_due", "errands", ["due_at"])
    op.create_index("errands_by_age", "errands", ["taken_at"])
    op.create_table(
        "snoozes",
        sa.Column("deal_id", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "deal_names",
        sa.Column("deal_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
