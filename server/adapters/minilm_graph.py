"""Writes all-MiniLM-L6-v2 as an ONNX graph: token ids in, unit vector out."""

from pathlib import Path

import numpy as np

from server.adapters.bert_graph import GraphWriter, Precision, Shape

WIDTH = 384
_SHAPE = Shape(layers=6, heads=12)


def graph(weights: Path, precision: Precision) -> bytes:
    """The ONNX model of the weights in a safetensors file, with input `ids` (1, tokens) and output `vector`."""
    from onnx import TensorProto, helper
    from safetensors import safe_open

    with safe_open(weights, "numpy") as tensors:
        writer = GraphWriter(tensors, _SHAPE, precision)
        hidden = writer.encoder("ids")
        axis = writer.constant("tokens_axis", np.array([1], np.int64))
        mean = writer.add("ReduceMean", [hidden, axis], ["mean"], keepdims=0)
        writer.add("LpNormalization", [mean], ["vector"], axis=1, p=2)
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT32, [1, "tokens"])]
    outputs = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, WIDTH])]
    return writer.model("all-MiniLM-L6-v2", inputs, outputs)
