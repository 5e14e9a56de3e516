"""The first schema: marks, dead letters, verdicts, links, alerts and facts.

Times are microseconds since 1970-01-01 UTC. There is no way down: going back means restoring the
backup from before the upgrade.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    _marks()
    _dead_letters()
    _verdicts()
    _alerts()
    op.create_table(
        "facts",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _key() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("object_id", sa.String(64), primary_key=True),
    )


def _marks() -> None:
    op.create_table(
        "marks",
        *_key(),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("first_marked_at", sa.BigInteger, nullable=False),
        sa.Column("last_marked_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("claimed_by", sa.String(128)),
        sa.Column("claimed_generation", sa.BigInteger),
        sa.Column("claimed_until", sa.BigInteger),
    )
    op.create_index("marks_in_claim_order", "marks", ["priority", "due_at", "first_marked_at"])
    op.create_index("marks_by_lease", "marks", ["claimed_until", "due_at"])
    op.create_table("recent_looks", *_key(), sa.Column("looked_at", sa.BigInteger, nullable=False))
    op.create_index("recent_looks_by_age", "recent_looks", ["looked_at"])


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        *_key(),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("first_marked_at", sa.BigInteger, nullable=False),
        sa.Column("died_at", sa.BigInteger, nullable=False),
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("deal_id", sa.String(64), primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("policy_version", sa.Text, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("judged_at", sa.BigInteger, nullable=False),
        sa.Column("recheck_at", sa.BigInteger),
    )
    op.create_index("verdicts_by_recheck", "verdicts", ["recheck_at"])
    op.create_table("links", sa.Column("deal_id", sa.String(64), primary_key=True), *_key())
    op.create_index("links_by_object", "links", ["kind", "object_id"])


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("deal_id", sa.String(64), primary_key=True),
        sa.Column("wish", sa.Text),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("shown_card", sa.Text),
        sa.Column("shown_version", sa.BigInteger),
        sa.Column("channel", sa.String(64)),
        sa.Column("ts", sa.String(64)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("claimed_until", sa.BigInteger),
    )
    op.create_index("alerts_by_due", "alerts", ["due_at"])
    op.create_index("alerts_by_lease", "alerts", ["claimed_until"])
