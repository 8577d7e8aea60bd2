"""Writes all-MiniLM-L6-v2 as an ONNX graph, straight from its weights: token ids in, unit vector out.

Matrices are stored as 7-bit integers, one scale per output column; activations are quantised while running. Seven bits,
because processors without VNNI instructions add pairs of products in 16 bits, which eight would overflow. The graph
takes one text at a time: the activations' scale covers a whole run, so a text's vector would else depend on its
neighbours in the batch. It also needs no padding and no mask that way.
"""

from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

LAYERS = 6
HEADS = 12
WIDTH = 384
_EPSILON = 1e-12
_INT_LIMIT = 63
_ORT_OPS = "com.microsoft"


class Precision(StrEnum):
    """How the matrices are stored."""

    INT8 = "int8"
    FP32 = "fp32"


def graph(weights: Path, precision: Precision) -> bytes:
    """The ONNX model of the weights in a safetensors file, with input `ids` (1, tokens) and output `vector`."""
    from onnx import TensorProto, helper
    from safetensors import safe_open

    with safe_open(weights, "numpy") as tensors:
        writer = _Writer(tensors, precision)
        hidden = writer.embeddings()
        for number in range(LAYERS):
            hidden = writer.layer(number, hidden)
        writer.pool(hidden)
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT32, [1, "tokens"])]
    outputs = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, WIDTH])]
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_ORT_OPS, 1)]
    made = helper.make_graph(writer.nodes, "all-MiniLM-L6-v2", inputs, outputs, writer.constants)
    return bytes(helper.make_model(made, opset_imports=opsets, ir_version=10).SerializeToString())


class _Writer:
    """Nodes and constants of the graph so far. Each step returns the name of its result."""

    def __init__(self, tensors: Any, precision: Precision) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._tensors = tensors
        self._precision = precision

    def embeddings(self) -> str:
        # Every text is of the first segment, whose vector is therefore added to the positions.
        positions = self._weight("embeddings.position_embeddings.weight")
        positions = positions + self._weight("embeddings.token_type_embeddings.weight")[0]
        inputs = [
            "ids",
            "",
            self._constant("words", self._weight("embeddings.word_embeddings.weight")),
            self._constant("positions", positions),
            "",
            self._constant("scale", self._weight("embeddings.LayerNorm.weight")),
            self._constant("shift", self._weight("embeddings.LayerNorm.bias")),
        ]
        node = ("EmbedLayerNormalization", inputs, ["hidden", "unmasked"])
        return self._add(*node, domain=_ORT_OPS, epsilon=_EPSILON)

    def layer(self, number: int, hidden: str) -> str:
        source, name = f"encoder.layer.{number}.", f"layer{number}/"
        parts = [f"{name}{part}" for part in ("query", "key", "value")]
        own = [f"{source}attention.self.{part}" for part in ("query", "key", "value")]
        together = self._linear(hidden, own, f"{name}attention_input")
        self._add("Split", [together], parts, axis=2, num_outputs=3)
        mixed = self._add("MultiHeadAttention", parts, [f"{name}attention"], domain=_ORT_OPS, num_heads=HEADS)
        mixed = self._linear(mixed, [f"{source}attention.output.dense"], f"{name}attention_output")
        hidden = self._add_and_normalise(mixed, hidden, f"{source}attention.output.LayerNorm", f"{name}attended")
        wide = self._linear(hidden, [f"{source}intermediate.dense"], f"{name}wide")
        wide = self._add("Gelu", [wide], [f"{name}gelu"], domain=_ORT_OPS)
        narrow = self._linear(wide, [f"{source}output.dense"], f"{name}narrow")
        return self._add_and_normalise(narrow, hidden, f"{source}output.LayerNorm", f"{name}hidden")

    def pool(self, hidden: str) -> None:
        axis = self._constant("tokens_axis", np.array([1], np.int64))
        mean = self._add("ReduceMean", [hidden, axis], ["mean"], keepdims=0)
        self._add("LpNormalization", [mean], ["vector"], axis=1, p=2)

    def _linear(self, hidden: str, sources: list[str], name: str) -> str:
        matrix = np.concatenate([self._weight(f"{source}.weight") for source in sources])
        bias = self._constant(f"{name}/bias", np.concatenate([self._weight(f"{source}.bias") for source in sources]))
        if self._precision == Precision.FP32:
            product = self._add("MatMul", [hidden, self._constant(f"{name}/matrix", matrix.T)], [f"{name}/product"])
            return self._add("Add", [product, bias], [name])
        scale = (np.abs(matrix).max(axis=1) / _INT_LIMIT).astype(np.float32)
        rounded = np.rint(matrix / scale[:, None]).astype(np.int8)
        inputs = [hidden, self._constant(f"{name}/matrix", rounded.T), self._constant(f"{name}/scale", scale), "", bias]
        return self._add("DynamicQuantizeMatMul", inputs, [name], domain=_ORT_OPS)

    def _add_and_normalise(self, change: str, hidden: str, source: str, name: str) -> str:
        # As two nodes: ONNX Runtime's fused SkipLayerNormalization takes ten times as long on the CPU.
        total = self._add("Add", [change, hidden], [f"{name}/sum"])
        scale = self._constant(f"{name}/scale", self._weight(f"{source}.weight"))
        shift = self._constant(f"{name}/shift", self._weight(f"{source}.bias"))
        return self._add("LayerNormalization", [total, scale, shift], [name], axis=-1, epsilon=_EPSILON)

    def _weight(self, name: str) -> Array:
        return np.asarray(self._tensors.get_tensor(name))

    def _constant(self, name: str, value: Array) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _add(self, operator: str, inputs: list[str], outputs: list[str], **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, outputs, name=outputs[0], **attributes))
        return outputs[0]
