"""Why the ledger stays as fast with a hundred thousand deals: no query reads a whole table."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from app.domain.deal import DealId
from app.ledger import open_ledger
from app.ports import MAIN_CHANNEL, Priority

from .samples import MESSAGE, NOW, blocked, contact, deal, later, record

IN_ORDER_WITH_A_LIMIT = {
    "SCAN marks USING INDEX marks_in_claim_order",
    "SCAN dead_letters USING INDEX sqlite_autoindex_dead_letters_1",
}
"""Walks along an index from its beginning: claiming stops at its limit, replay wants everything."""


@pytest.fixture
def watched(sqlite_url):
    """A ledger and the statements that it runs, with their parameters."""
    ledger = open_ledger(sqlite_url)
    statements = {}

    def note(_connection, _cursor, statement, parameters, _context, is_many):
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            statements[statement] = parameters[0] if is_many else parameters

    event.listen(ledger._database._engine, "before_cursor_execute", note)
    yield ledger, statements
    ledger.close()


def a_day(ledger):
    """Everything that receiver, workers and sender ask of a ledger."""
    ledger.mark([deal(1), contact(2)], Priority.LIVE, NOW)
    claims = ledger.claim("w", NOW, 10)
    ledger.renew("w", claims, NOW)
    ledger.done("w", claims[:1], NOW)
    ledger.fail("w", claims[1], "no", None, NOW)
    ledger.replay([deal(1), contact(2)], NOW)
    ledger.record([record("1", links=(contact(2),), alert=blocked(), recheck_at=NOW)], NOW)
    ledger.record([record("1", links=(contact(3),))], NOW)
    ledger.mark_due_rechecks(later(1))
    (alert,) = ledger.alerts.due(NOW, 10)
    begun = ledger.alerts.begin(alert, NOW)
    ledger.alerts.sent(begun, MESSAGE, NOW)
    ledger.alerts.open_cards(DealId("1"))
    ledger.alerts.posted_since(MAIN_CHANNEL, NOW)
    ledger.alerts.open_group(MAIN_CHANNEL, NOW, 10)
    group = ledger.alerts.join("g", [alert], NOW)
    ledger.alerts.begin_group(group, NOW)
    ledger.alerts.group_shown(group, MESSAGE)
    ledger.recorded([DealId("1")])
    ledger.deals_linked_to([contact(2), deal(1)])
    ledger.purge([contact(3)], NOW)
    ledger.next_due(NOW)
    ledger.forget([DealId("1")], "gone", NOW)


def test_no_query_reads_a_whole_table(watched):
    """Each statement of a day finds its rows by an index."""
    ledger, statements = watched
    a_day(ledger)
    asked = dict(statements)
    tables = (
        "marks",
        "recent_looks",
        "dead_letters",
        "verdicts",
        "links",
        "alerts",
        "alert_groups",
    )
    tables += ("alert_groups", "alert_group_cards")
    scans = tuple(f"SCAN {table}" for table in tables)
    with ledger._database.reading() as connection:
        for statement, parameters in asked.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            slow = {row[3] for row in plan if row[3].startswith(scans)} - IN_ORDER_WITH_A_LIMIT
            assert not slow, statement
    assert len(asked) > 25
