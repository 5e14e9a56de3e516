"""Brings a database to this version's schema at start-up, once, whoever starts first.

All steps run in the one transaction of the connection given, so a migration that fails leaves the
database as it was. A database that is newer than this program is refused: an older program would
not know what it must not forget.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.ledger.database import Database
from app.ports import Terminal

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Make or upgrade the schema. Raises Terminal when the database is newer, or unusable."""
    with database.writing() as connection:
        database.lock_schema(connection)
        config = _config(connection)
        scripts = ScriptDirectory.from_config(config)
        current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        known = {script.revision for script in scripts.walk_revisions()}
        if current is not None and current not in known:
            message = (
                f"{database.place}: the database was written by a newer Dealgate (schema"
                f" {current}); start that version, or restore a backup from before the upgrade"
            )
            raise Terminal(message)
        command.upgrade(config, "head")


def revision(database: Database) -> str:
    """The version of the schema that a database has. Raises Failure."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision() or "none"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
