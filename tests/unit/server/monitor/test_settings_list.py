"""The settings as they are told: all of them, and no secret."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.monitor.settings_list import setting_objects
from server.settings import GROUPS, Settings

CANARY = "canary-7f3a91"
SECRETS = [name for name, field in Settings.model_fields.items() if not field.repr]
REFERENCE = Path(__file__).parents[4] / "docs" / "reference" / "settings.md"


def told(**settings: Any) -> dict[str, dict[str, Any]]:
    objects = setting_objects(Settings.read(**settings))
    return {one["id"]: one for one in objects}


def test_what_holds_a_secret_is_known_as_such() -> None:
    named = {name for name in Settings.model_fields if re.search(r"_(key|token|secret)$", name)}
    assert set(SECRETS) == named - {"tls_key"}  # a path


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_never_told_only_whether_it_is_set(name: str) -> None:
    objects = told(**{name: CANARY})
    assert CANARY not in json.dumps(objects)
    assert (objects[name]["set"], objects[name]["secret"], objects[name]["value"]) == (True, True, None)
    assert told()[name]["set"] is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", f"postgresql://lectern:{CANARY}@db/lectern"),
        ("database_url", f"postgresql://db/lectern?user=lectern&password={CANARY}"),
        ("index_uri", f"https://user:{CANARY}@milvus:19530"),
        ("engine_url", f"https://host/v1?code={CANARY}"),
        ("embedder_url", f"https://someone:{CANARY}@host/v1"),
        ("reranker", f"https://host/v1?api_key={CANARY}&x={CANARY}"),
        ("vllm_args", f"--max-model-len 4096 --api-key {CANARY}"),
        ("vllm_args", f"--api-key={CANARY} --enforce-eager"),
        ("vllm_args", f"--hf-token '{CANARY}'"),
        ("vllm_args", f"--api-key  sk-{CANARY}"),
        ("vllm_args", f"--api-key abc {CANARY} --enforce-eager"),
        ("vllm_args", f'--api-key "two words {CANARY}"'),
        ("vllm_args", f"'--api-key=two words {CANARY}'"),
        ("vllm_args", f'--api-key "--odd {CANARY}" {CANARY}'),
        ("vllm_args", f'"--api-key" {CANARY}'),
        ("vllm_args", f"--api-key 'open {CANARY}"),
        ("vllm_args", f"--model s3://{CANARY}@host/x"),
        ("database_url", f"postgresql://lectern:pa/{CANARY}@db/lectern"),
        ("database_url", f"postgresql://lectern:pa@{CANARY}@db/lectern"),
        ("database_url", f"postgresql://lectern:pa {CANARY}@db/lectern"),
        ("database_url", f"postgresql://lectern:pa?x={CANARY}/{CANARY}@db/lectern"),
        ("database_url", f"postgresql://db/lectern?password=a@{CANARY}"),
        ("engine_url", f"https://{CANARY}@host/v1"),
    ],
)
def test_secrets_within_other_settings_are_taken_out(name: str, value: str) -> None:
    setting = told(**{name: value})[name]
    assert CANARY not in json.dumps(setting)
    assert setting["changed"]
    assert setting["value"]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        (
            "vllm_args",
            "--max-model-len 4096 --api-key a b --seed 1",
            "--max-model-len 4096 --api-key=[secret] --seed 1",
        ),
        ("vllm_args", "--rope '{\"a\": 1}'", "--rope '{\"a\": 1}'"),
        ("database_url", "postgresql://u:p@db:5432/lectern", "postgresql://[secret]@db:5432/lectern"),
        ("engine_url", "http://127.0.0.1:9000/v1", "http://127.0.0.1:9000/v1"),
    ],
)
def test_what_is_no_secret_is_told(name: str, value: str, shown: str) -> None:
    assert told(**{name: value})[name]["value"] == shown


def test_other_values_are_told_as_they_are() -> None:
    objects = told(port=9000, data="/srv/数据", clean="none", ocr=False)
    assert [objects[name]["value"] for name in ("port", "data", "clean", "ocr")] == [9000, "/srv/数据", "none", False]
    assert (objects["port"]["default"], objects["port"]["changed"]) == (8000, True)
    assert (objects["host"]["changed"], objects["log_format"]["value"]) == (False, "console")


def test_every_setting_is_in_one_group_as_on_its_reference_page() -> None:
    names = [name for group in GROUPS.values() for name in group]
    assert sorted(names) == sorted(Settings.model_fields)
    sections = re.split(r"^## ", REFERENCE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    written = [
        tuple(name.lower() for name in re.findall(r"^\| `LECTERN_(\w+)`", one, re.MULTILINE)) for one in sections
    ]
    assert [one for one in written if one] == list(GROUPS.values())
