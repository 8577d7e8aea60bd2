"""One server and one worker on PostgreSQL and a Milvus server, as where one machine is outgrown."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Cluster
from tests.serving import Serving, free_port, upload


@pytest.fixture
def milvus(tmp_path: Path) -> Iterator[str]:
    """The URI of a Milvus server: the engine of Milvus Lite over TCP."""
    from server.adapters.milvus_process import programs

    port, folder = free_port(), programs()
    command = [str(folder / "milvus"), str(tmp_path / "milvus.db"), f"127.0.0.1:{port}", "ERROR"]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder), "GLOG_logtostderr": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


def test_a_worker_elsewhere_reads_what_the_server_takes(
    tmp_path: Path, cluster: Cluster, milvus: str, note: Path
) -> None:
    settings = {"database_url": cluster.create("scaled"), "index_uri": milvus, "workers": "0"}
    serving = Serving(tmp_path / "data", **settings).wait()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
    environment |= {f"LECTERN_{name.upper()}": value for name, value in settings.items()}
    environment["LECTERN_DATA"] = str(serving.data)
    worker: subprocess.Popen[bytes] | None = None
    try:
        client = serving.client()
        store = client.vector_stores.create(name="scaled")
        file = client.files.create(file=note, purpose="assistants")
        client.vector_stores.files.create(store.id, file_id=file.id)
        time.sleep(2)
        assert client.vector_stores.files.retrieve(file.id, vector_store_id=store.id).status == "in_progress"
        worker = subprocess.Popen([sys.executable, "-m", "server", "worker"], env=environment)
        upload(client, store.id, note)
        assert client.vector_stores.files.retrieve(file.id, vector_store_id=store.id).status == "completed"
        found = client.vector_stores.search(store.id, query="When does the cantina open?")
        assert "11:45" in found.data[0].content[0].text
        worker.terminate()
        assert worker.wait(30) == 0
    finally:
        if worker is not None:
            worker.kill()
        assert serving.stop() == 0
