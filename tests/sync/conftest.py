from __future__ import annotations

import pytest

from tests.loop.rig import rig_on_copy, template


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A migrated database to copy."""
    return template(tmp_path_factory.mktemp("sweep"))


@pytest.fixture
def rig(empty_database, tmp_path):
    """An installation before its first sweep."""
    built = rig_on_copy(empty_database, tmp_path / "sweep.sqlite3", baseline=False)
    yield built
    built.close()
