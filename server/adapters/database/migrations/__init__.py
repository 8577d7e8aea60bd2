"""The steps that bring the tables to their newest version, by Alembic."""
