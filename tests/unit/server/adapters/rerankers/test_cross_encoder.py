"""Which folders are cross-encoders."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.adapters.rerankers.bert import graph_of
from server.adapters.rerankers.cross_encoder import CrossEncoder
from server.errors import WrongSetting
from tests.cross_encoder import write_cross_encoder

QUESTION, TEXTS = "How long is the journey?", ["Two hours by train.", "Bread is baked daily. " * 60, "年假 15"]


@pytest.mark.parametrize("fields", [{}, {"labels": 2}, {"roberta": True}])
def test_plain_models_work_as_they_come(tmp_path: Path, fields: dict[str, Any]) -> None:
    scores = CrossEncoder(write_cross_encoder(tmp_path / "m", **fields), 30.0).score(QUESTION, TEXTS)
    assert len(set(scores)) == len(TEXTS)
    assert all(0 < score < 1 for score in scores)


@pytest.mark.parametrize("place", ["model.onnx", "onnx/model.onnx"])
def test_an_exported_model_is_run_as_it_is(tmp_path: Path, place: str) -> None:
    folder = write_cross_encoder(tmp_path / "m")
    expected = CrossEncoder(folder, 30.0).score(QUESTION, TEXTS)
    path = folder / place
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(graph_of(folder, json.loads((folder / "config.json").read_text())))
    (folder / "model.safetensors").unlink()
    assert CrossEncoder(folder, 30.0).score(QUESTION, TEXTS) == pytest.approx(expected, abs=1e-5)


def test_a_folder_without_limits_in_its_tokenizer_takes_those_of_its_positions(tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path / "m", positions=64)
    (folder / "tokenizer_config.json").unlink()
    CrossEncoder(folder, 30.0).score(QUESTION, TEXTS)


def change(folder: Path, **fields: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "config.json").unlink(), "config.json cannot be read"),
        (lambda folder: (folder / "config.json").write_text("[]"), "no JSON object"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json cannot be read"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json cannot be read"),
        (lambda folder: (folder / "model.safetensors").unlink(), "optimum-cli export onnx"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\x00" * 100), "is not what config.json says"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"no model"), "no model that ONNX Runtime can run"),
        (lambda folder: change(folder, architectures=["DebertaV2ForSequenceClassification"]), "optimum-cli export"),
        (lambda folder: change(folder, architectures=None), "optimum-cli export"),
        (lambda folder: change(folder, hidden_act="relu"), "optimum-cli export"),
        (lambda folder: change(folder, num_hidden_layers=3), "is not what config.json says"),
        (lambda folder: change(folder, num_hidden_layers="many"), "is not what config.json says"),
    ],
)
def test_what_is_no_reranker_is_named(tmp_path: Path, spoil: object, said: str) -> None:
    folder = write_cross_encoder(tmp_path / "m")
    spoil(folder)  # type: ignore[operator]
    with pytest.raises(WrongSetting, match=said) as caught:
        CrossEncoder(folder, 30.0)
    assert "LECTERN_RERANKER" in str(caught.value)


def test_a_classifier_of_many_labels_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="3 labels"):
        CrossEncoder(write_cross_encoder(tmp_path / "m", labels=3), 30.0)
