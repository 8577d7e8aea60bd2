import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from server.adapters.database.engine import Database
from server.adapters.database.schema import metadata


def test_the_migrated_database_is_what_the_schema_says(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_keys_and_constraints_have_the_names_of_the_schema(database: Database) -> None:
    found = sa.inspect(database.engine)
    for table in metadata.sorted_tables:
        assert found.get_pk_constraint(table.name)["name"] == table.primary_key.name
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [key.name for key in table.primary_key]
        foreign = {(key["name"], key["options"].get("ondelete")) for key in found.get_foreign_keys(table.name)}
        assert foreign == {(key.name, key.ondelete) for key in table.foreign_key_constraints}


def test_migrating_again_changes_nothing(database: Database) -> None:
    database.migrate()
    database.migrate()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_migration_that_ends_half_way_leaves_nothing_behind(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    half = "migrated_half_way"
    url = f"sqlite:///{tmp_path / half}" if kind == "sqlite" else request.getfixturevalue("cluster").create(half)
    database = Database(url)

    def end(*arguments: object) -> None:
        if "CREATE TABLE packed_objects" in str(arguments[2]):
            raise InterruptedError

    sa.event.listen(database.engine, "before_cursor_execute", end)
    with pytest.raises(InterruptedError):
        database.migrate()
    assert sa.inspect(database.engine).get_table_names() == []

    sa.event.remove(database.engine, "before_cursor_execute", end)
    database.migrate()
    assert set(metadata.tables) < set(sa.inspect(database.engine).get_table_names())
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_together_migrate_once(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    script = (
        "import sys; from server.adapters.database.engine import Database\n"
        "database = Database(sys.argv[1]); sys.stdin.readline(); database.migrate(); database.close()"
    )
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'lectern.db'}"
    else:
        url = request.getfixturevalue("cluster").create("migrated_together")
    processes = [
        subprocess.Popen([sys.executable, "-c", script, url], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [(process.communicate()[1], process.returncode) for process in processes] == [("", 0)] * 3
