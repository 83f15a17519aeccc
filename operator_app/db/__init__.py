"""The encrypted database: engine, keys, tables, revisions, migrations, backup."""
