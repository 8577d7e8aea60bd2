"""The container files name pinned images, settings there are, and no password."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.monitor.metrics import Metrics
from server.settings import Settings

DOCKER = Path(__file__).parents[3] / "docker"
YAML_FILES = sorted([*DOCKER.glob("**/*.yaml"), *DOCKER.glob("**/*.yml")])
yaml: Any = pytest.importorskip("yaml")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
    return found


def images() -> list[str]:
    lines = [path.read_text("utf-8") for path in [*YAML_FILES, DOCKER / "Dockerfile"]]
    return [image for text in lines for image in re.findall(r"^\s*(?:image:|FROM)\s+(\S+)", text, re.MULTILINE)]


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.name)
def test_file_is_yaml(path: Path) -> None:
    assert all(isinstance(document, dict) for document in yaml.safe_load_all(path.read_text("utf-8")))


@pytest.mark.parametrize("image", images())
def test_image_is_pinned_to_a_version(image: str) -> None:
    name, colon, tag = image.rpartition(":")
    assert colon
    assert name
    assert re.search(r"\d", tag)


@pytest.mark.parametrize("path", [*YAML_FILES, DOCKER / "Dockerfile"], ids=lambda path: path.name)
def test_settings_named_there_exist(path: Path) -> None:
    known = {f"LECTERN_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"LECTERN_[A-Z_]*[A-Z]", path.read_text("utf-8"))) <= known


def test_no_password_stands_in_the_compose_file() -> None:
    for name, service in compose()["services"].items():
        for variable, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|SECRET|TOKEN", variable) and not variable.endswith("__FILE"):
                assert re.search(r"\$\{\w+:\?", value), (name, variable)


def test_ports_are_published_to_this_machine_only() -> None:
    published = [port for service in compose()["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_services_and_volumes_that_are_named_exist() -> None:
    found = compose()
    for service in found["services"].values():
        assert set(service.get("depends_on", {})) <= set(found["services"])
        assert set(service.get("secrets", [])) <= set(found["secrets"])
        named = [volume.split(":")[0] for volume in service.get("volumes", [])]
        assert {volume for volume in named if re.fullmatch(r"\w+", volume)} <= set(found["volumes"])


def test_dashboard_asks_for_metrics_there_are() -> None:
    dashboard = json.loads((DOCKER / "grafana" / "lectern.json").read_text("utf-8"))
    asked = {
        re.sub("_bucket$", "", name)
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"lectern_\w+", target["expr"])
    }
    text = Metrics().text().decode()
    known = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    assert asked
    assert asked <= known


def test_image_holds_only_locked_packages() -> None:
    text = (DOCKER / "Dockerfile").read_text("utf-8")
    installs = [line for line in text.splitlines() if "uv pip install" in line]
    assert installs
    assert all("--no-deps" in line for line in installs)
