from __future__ import annotations

import pytest

from tests.loop.rig import Rig, rig_on_copy, template


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A migrated database that tests copy, because migrating takes longer than they do."""
    return template(tmp_path_factory.mktemp("ledger"))


@pytest.fixture
def rig(empty_database, tmp_path):
    """The loop after its baseline."""
    built = rig_on_copy(empty_database, tmp_path / "loop.sqlite3")
    yield built
    built.close()


@pytest.fixture
def fresh_rig(empty_database, tmp_path):
    """The loop of an installation whose first sweep has not been done."""
    built = rig_on_copy(empty_database, tmp_path / "fresh.sqlite3", baseline=False)
    yield built
    built.close()


__all__ = ["Rig"]
