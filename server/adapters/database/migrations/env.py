"""What Alembic runs: the steps, in one transaction, on the connection that `Database.migrate` hands over.

A new step: `alembic.command.revision` with this folder as script_location and `--autogenerate`.
"""

from alembic import context

from server.adapters.database.schema import metadata
from server.adapters.database.serial import one_at_a_time

# Writing from the start: of several processes that start together one migrates and the others wait. Alembic does not
# expect SQLite to undo a change of tables and would commit after each step, letting another in between.
connection = context.config.attributes["connection"].execution_options(lectern_writes=True)
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=False,
)

with context.begin_transaction():
    one_at_a_time(connection, "lectern migrations")
    context.run_migrations()
