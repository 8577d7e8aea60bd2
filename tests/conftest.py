"""What tests share: a database of each kind, and a sealed place for files."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.adapters.blobs import Blobs
from server.adapters.database.engine import Database
from server.adapters.database.file_keys import FileKeys
from server.adapters.database.packed import PackedObjects
from server.adapters.database.schema import metadata
from server.vault.keyring import Keyring
from server.vault.master import open_master_key

_NO_POSTGRES = (
    "These tests need PostgreSQL's programs (initdb, pg_ctl) on PATH or under /usr/lib/postgresql; "
    "on Debian: apt-get install postgresql"
)


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of this test run, reached by a socket that only its user and root can open."""

    folder: Path

    def create(self, name: str) -> str:
        """A new database's URL."""
        import psycopg

        with psycopg.connect(host=str(self.folder), user="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"


def _programs() -> Path:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")]
    if on_path := shutil.which("pg_ctl"):
        found.append(Path(on_path).resolve().parent)
    found = [folder for folder in found if (folder / "initdb").exists()]
    if not found:
        pytest.fail(_NO_POSTGRES, pytrace=False)
    return max(found, key=lambda folder: [int(part) for part in folder.parent.name.split(".") if part.isdigit()])


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="lectern-pg-"))
    user = None
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        user = "postgres"
        shutil.chown(folder, user, user)

    def run(*command: str) -> None:
        log = folder / "output"
        with log.open("ab") as output:
            code = subprocess.run(
                command, user=user, group=user, extra_groups=[] if user else None, cwd=folder, stdout=output,
                stderr=output, stdin=subprocess.DEVNULL, check=False, env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            ).returncode  # fmt: skip
        assert code == 0, f"{command[0]} failed: {log.read_text()}"

    data = folder / "data"
    control = str(programs / "pg_ctl")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
    try:
        run(str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync")
        run(control, "start", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", options)
        try:
            yield Cluster(folder)
        finally:
            run(control, "stop", "-D", str(data), "-m", "immediate")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, as it is after migration, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "lectern.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(cluster: Cluster) -> Iterator[Database]:
    """A migrated database that the tests use one after the other."""
    database = Database(cluster.create("lectern"))
    database.migrate()
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty, migrated database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "lectern.db")
        return f"sqlite:///{tmp_path / 'lectern.db'}"
    migrated: Database = request.getfixturevalue("migrated_postgresql")
    with migrated.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))
    return migrated.url.render_as_string(hide_password=False)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated SQLite database in the folder `data`, for what does not depend on the kind of database."""
    (tmp_path / "data").mkdir(mode=0o700)
    path = Path(shutil.copy(migrated_sqlite, tmp_path / "data" / "lectern.db"))
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def keyring(sqlite: Database, tmp_path: Path) -> Keyring:
    """Keys of the folder `data`."""
    return Keyring(*open_master_key(tmp_path / "data"), FileKeys(sqlite))


@pytest.fixture
def blobs(keyring: Keyring, sqlite: Database, tmp_path: Path) -> Blobs:
    """Sealed files in the folder `data`."""
    return Blobs(tmp_path / "data" / "files", keyring, keyring.secret("object names"), PackedObjects(sqlite))
