"""The portal's modules, run by Node where no page is needed."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.issuer import node

PORTAL = Path(__file__).parents[4] / "server" / "portal"

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="package")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a script beside the portal's modules, as they are served; it finds what it is given in `given` and calls
    `tell` with what there is to tell."""
    folder = tmp_path_factory.mktemp("modules")
    shutil.copytree(PORTAL / "static", folder, dirs_exist_ok=True)
    shutil.copytree(PORTAL / "built" / "libraries", folder / "libraries")
    (folder / "package.json").write_text('{"type": "module"}')

    def ran(script: str, given: object = None) -> dict[str, Any]:
        head = "const given = JSON.parse(process.argv[2]); const tell = (what) => console.log(JSON.stringify(what));\n"
        (folder / "script.js").write_text(head + script)
        command = [node(), str(folder / "script.js"), json.dumps(given)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    return ran
