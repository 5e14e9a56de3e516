from __future__ import annotations

import pytest

from app.ledger import open_ledger


@pytest.fixture
def ledger(database_url):
    """An empty ledger, on each database in turn."""
    opened = open_ledger(database_url, merge_seconds=1, max_wait_seconds=10, lease_seconds=30)
    yield opened
    opened.close()
