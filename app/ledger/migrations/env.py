"""How Alembic reaches the database: through the connection that `schema.migrate` hands over.

It opens none of its own and commits nothing; the caller's transaction holds every step.
"""

from __future__ import annotations

from alembic import context

from app.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
)
context.run_migrations()
