"""Runs the migrations on the connection that operator_app/db/migrate.py passes in.

Imports nothing from the application: a migration must mean the same in every later version.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    transaction_per_migration=False,
    transactional_ddl=True,
)
context.run_migrations()
