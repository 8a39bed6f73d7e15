"""Alembic's entry: runs over the connection that the database hands in."""

import vuoro_hub.store.rows  # noqa: F401  (fills SQLModel.metadata)
from alembic import context
from sqlmodel import SQLModel

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
