"""Alembic runs this: on the connection that it was handed, and on no other."""

from alembic import context

from trainer.records.table import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
