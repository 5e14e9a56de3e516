"""Alerts by recipient: several for one deal, attempts under way, and messages shared by many."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT = (
    "deal_id, wish, version, due_at, shown_card, shown_version, channel, ts, attempts, last_error,"
    " claimed_until"
)


def upgrade() -> None:
    """Rebuild the table of alerts under its new key, and make those of groups."""
    op.rename_table("alerts", "alerts_by_deal")
    op.create_table(
        "alerts",
        sa.Column("deal_id", sa.String(64), nullable=False),
        sa.Column("recipient", sa.String(128), nullable=False),
        sa.Column("wish", sa.Text),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("shown_card", sa.Text),
        sa.Column("shown_version", sa.BigInteger),
        sa.Column("channel", sa.String(64)),
        sa.Column("ts", sa.String(64)),
        sa.Column("attempt_card", sa.Text),
        sa.Column("attempt_at", sa.BigInteger),
        sa.Column("posted_at", sa.BigInteger),
        sa.Column("group_id", sa.String(64)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("claimed_until", sa.BigInteger),
        # Named, because PostgreSQL keeps the old table's name for its own key until that is gone.
        sa.PrimaryKeyConstraint("deal_id", "recipient", name="alerts_by_recipient"),
    )
    op.execute(f"INSERT INTO alerts (recipient, {KEPT}) SELECT '', {KEPT} FROM alerts_by_deal")  # noqa: S608 - names only
    op.drop_table("alerts_by_deal")
    op.create_index("alerts_in_due_order", "alerts", ["due_at"])
    op.create_index("alerts_by_claim", "alerts", ["claimed_until"])
    op.create_index("alerts_by_post", "alerts", ["recipient", "posted_at"])
    op.create_table(
        "alert_groups",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("recipient", sa.String(128), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("joined_at", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.String(64)),
        sa.Column("ts", sa.String(64)),
        sa.Column("attempt_at", sa.BigInteger),
    )
    op.create_index("alert_groups_by_age", "alert_groups", ["recipient", "joined_at"])
    op.create_table(
        "alert_group_cards",
        sa.Column("group_id", sa.String(64), primary_key=True),
        sa.Column("deal_id", sa.String(64), primary_key=True),
        sa.Column("card", sa.Text, nullable=False),
    )
