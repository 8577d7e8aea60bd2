"""What the portal takes from npm is locked, and built the same way by set-up and by the image."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PORTAL = ROOT / "server" / "portal"


def test_every_package_is_locked_to_one_version_with_its_checksum() -> None:
    wanted = json.loads((PORTAL / "package.json").read_text())
    for version in [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    locked = json.loads((PORTAL / "package-lock.json").read_text())["packages"]
    for name, package in locked.items():
        assert not name or package["integrity"].startswith("sha512-"), name


def test_no_script_of_a_package_runs_at_set_up() -> None:
    for path in ("docker/setup.sh", "docker/Dockerfile"):
        installs = [line for line in (ROOT / path).read_text().splitlines() if re.search(r"\bci\b.*--no-audit", line)]
        assert installs, path
        assert all("--ignore-scripts" in line for line in installs), path


def test_what_is_built_is_part_of_a_wheel_and_not_of_the_repository() -> None:
    assert '"portal/built/**"' in (ROOT / "pyproject.toml").read_text()
    assert "/server/portal/built/" in (ROOT / ".gitignore").read_text().splitlines()
    assert (PORTAL / "built" / "libraries" / "preact.js").exists()
    assert (PORTAL / "built" / "widget.js").exists()
    licences = (PORTAL / "built" / "LICENCES.txt").read_text()
    for name in json.loads((PORTAL / "package.json").read_text())["dependencies"]:
        assert re.search(rf"^{name} \d", licences, re.MULTILINE) or name == "esbuild", name
