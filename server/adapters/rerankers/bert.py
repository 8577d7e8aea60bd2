"""Writes a BERT or RoBERTa that classifies pairs of texts as an ONNX graph: token ids and segments in, logits out."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from server.adapters.bert_graph import GraphWriter, Precision, Shape
from server.errors import WrongSetting

# Architecture -> how its tensors begin.
_PREFIXES: Final = {
    "BertForSequenceClassification": "bert.",
    "RobertaForSequenceClassification": "roberta.",
    "XLMRobertaForSequenceClassification": "roberta.",
}
_EXPORT: Final = "optimum-cli export onnx --model MODEL --task text-classification FOLDER"


def graph_of(folder: Path, config: dict[str, Any]) -> bytes:
    """The ONNX model of the folder's model.safetensors, with the inputs `input_ids` and, of a BERT, `token_type_ids`
    (1, tokens) and the output `logits` (1, labels).

    Raises:
        WrongSetting: there are no such weights, or the model is of another kind.
    """
    from onnx import TensorProto, helper
    from safetensors import SafetensorError, safe_open

    weights = folder / "model.safetensors"
    kind = next((name for name in config.get("architectures") or () if name in _PREFIXES), None)
    if kind is None or not weights.exists() or not _is_plain(config):
        detail = f"{folder} holds neither an ONNX model nor the model.safetensors of a BERT or RoBERTa that classifies"
        raise WrongSetting(setting="LECTERN_RERANKER", detail=f"{detail}. To make one: {_EXPORT}")
    is_bert = kind.startswith("Bert")
    try:
        shape = Shape(
            int(config["num_hidden_layers"]),
            int(config["num_attention_heads"]),
            float(config.get("layer_norm_eps", 1e-12)),
            _PREFIXES[kind],
            first_position(config),
        )
        with safe_open(weights, "numpy") as tensors:
            writer = GraphWriter(tensors, shape, Precision.FP32)
            hidden = writer.encoder("input_ids", "token_type_ids" if is_bert else "")
            token = writer.add("Gather", [hidden, writer.constant("first", np.array(0, np.int64))], ["token"], axis=1)
            dense, last = (
                ("bert.pooler.dense", "classifier") if is_bert else ("classifier.dense", "classifier.out_proj")
            )
            pooled = writer.add("Tanh", [writer.linear(token, [dense], "dense")], ["pooled"])
            writer.linear(pooled, [last], "logits")
            labels = len(writer.weight(f"{last}.bias"))
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        detail = f"{weights} is not what config.json says: {type(error).__name__} {error}"
        raise WrongSetting(setting="LECTERN_RERANKER", detail=detail) from None
    names = ["input_ids", "token_type_ids"] if is_bert else ["input_ids"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT32, [1, "tokens"]) for name in names]
    return writer.model(kind, inputs, [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, labels])])


def first_position(config: dict[str, Any]) -> int:
    """Where the first token stands: RoBERTa counts positions from behind that of its padding token."""
    is_roberta = "roberta" in str(config.get("model_type", "")) or any(
        "Roberta" in str(name) for name in config.get("architectures") or ()
    )
    return int(config.get("pad_token_id") or 1) + 1 if is_roberta else 0


def _is_plain(config: dict[str, Any]) -> bool:
    position = config.get("position_embedding_type") or "absolute"
    return config.get("hidden_act", "gelu") == "gelu" and position == "absolute"
