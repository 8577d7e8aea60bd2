"""Writes models of BERT's kind as ONNX graphs, straight from their weights.

Matrices are stored as they are or as 7-bit integers, one scale per output column; activations are then quantised while
running. Seven bits, because processors without VNNI instructions add pairs of products in 16 bits, which eight would
overflow. A graph takes one text at a time: the activations' scale covers a whole run, so a text's result would else
depend on its neighbours in the batch. It also needs no padding and no mask that way.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_INT_LIMIT = 63
_ORT_OPS = "com.microsoft"


class Precision(StrEnum):
    """How the matrices are stored."""

    INT8 = "int8"
    FP32 = "fp32"


@dataclass(frozen=True, slots=True)
class Shape:
    """What the weights do not tell. A model's own tensors are named with `prefix`; its first token is at
    `first_position`."""

    layers: int
    heads: int
    epsilon: float = 1e-12
    prefix: str = ""
    first_position: int = 0


class GraphWriter:
    """Nodes and constants of a graph so far. Each step returns the name of its result."""

    def __init__(self, tensors: Any, shape: Shape, precision: Precision) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._tensors = tensors
        self._shape = shape
        self._precision = precision

    def encoder(self, ids: str, segments: str = "") -> str:
        """Embeddings and all layers: token ids, and with them the segment of each token, in; (1, tokens, width) out.
        Without `segments` every token is of the first one."""
        hidden = self._embeddings(ids, segments)
        for number in range(self._shape.layers):
            hidden = self._layer(number, hidden)
        return hidden

    def model(self, name: str, inputs: list[Any], outputs: list[Any]) -> bytes:
        """The finished ONNX model."""
        from onnx import helper

        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_ORT_OPS, 1)]
        made = helper.make_graph(self.nodes, name, inputs, outputs, self.constants)
        return bytes(helper.make_model(made, opset_imports=opsets, ir_version=10).SerializeToString())

    def _embeddings(self, ids: str, segments: str) -> str:
        source = f"{self._shape.prefix}embeddings."
        positions = self.weight(f"{source}position_embeddings.weight")[self._shape.first_position :]
        of_segments = self.weight(f"{source}token_type_embeddings.weight")
        if not segments:  # the vector of the first is added to the positions
            positions = positions + of_segments[0]
        inputs = [
            ids,
            segments,
            self.constant("words", self.weight(f"{source}word_embeddings.weight")),
            self.constant("positions", positions),
            self.constant("segments", of_segments) if segments else "",
            self.constant("scale", self.weight(f"{source}LayerNorm.weight")),
            self.constant("shift", self.weight(f"{source}LayerNorm.bias")),
        ]
        node = ("EmbedLayerNormalization", inputs, ["hidden", "unmasked"])
        return self.add(*node, domain=_ORT_OPS, epsilon=self._shape.epsilon)

    def _layer(self, number: int, hidden: str) -> str:
        source, name = f"{self._shape.prefix}encoder.layer.{number}.", f"layer{number}/"
        parts = [f"{name}{part}" for part in ("query", "key", "value")]
        own = [f"{source}attention.self.{part}" for part in ("query", "key", "value")]
        together = self.linear(hidden, own, f"{name}attention_input")
        self.add("Split", [together], parts, axis=2, num_outputs=3)
        mixed = self.add(
            "MultiHeadAttention", parts, [f"{name}attention"], domain=_ORT_OPS, num_heads=self._shape.heads
        )
        mixed = self.linear(mixed, [f"{source}attention.output.dense"], f"{name}attention_output")
        hidden = self._add_and_normalise(mixed, hidden, f"{source}attention.output.LayerNorm", f"{name}attended")
        wide = self.linear(hidden, [f"{source}intermediate.dense"], f"{name}wide")
        wide = self.add("Gelu", [wide], [f"{name}gelu"], domain=_ORT_OPS)
        narrow = self.linear(wide, [f"{source}output.dense"], f"{name}narrow")
        return self._add_and_normalise(narrow, hidden, f"{source}output.LayerNorm", f"{name}hidden")

    def linear(self, hidden: str, sources: list[str], name: str) -> str:
        """A matrix product with bias; of several layers, the products side by side."""
        matrix = np.concatenate([self.weight(f"{source}.weight") for source in sources])
        bias = self.constant(f"{name}/bias", np.concatenate([self.weight(f"{source}.bias") for source in sources]))
        if self._precision == Precision.FP32:
            product = self.add("MatMul", [hidden, self.constant(f"{name}/matrix", matrix.T)], [f"{name}/product"])
            return self.add("Add", [product, bias], [name])
        scale = (np.abs(matrix).max(axis=1) / _INT_LIMIT).astype(np.float32)
        rounded = np.rint(matrix / scale[:, None]).astype(np.int8)
        inputs = [hidden, self.constant(f"{name}/matrix", rounded.T), self.constant(f"{name}/scale", scale), "", bias]
        return self.add("DynamicQuantizeMatMul", inputs, [name], domain=_ORT_OPS)

    def _add_and_normalise(self, change: str, hidden: str, source: str, name: str) -> str:
        # As two nodes: ONNX Runtime's fused SkipLayerNormalization takes ten times as long on the CPU.
        total = self.add("Add", [change, hidden], [f"{name}/sum"])
        scale = self.constant(f"{name}/scale", self.weight(f"{source}.weight"))
        shift = self.constant(f"{name}/shift", self.weight(f"{source}.bias"))
        return self.add("LayerNormalization", [total, scale, shift], [name], axis=-1, epsilon=self._shape.epsilon)

    def weight(self, name: str) -> Array:
        """A tensor of the file."""
        return np.asarray(self._tensors.get_tensor(name), dtype=np.float32)

    def constant(self, name: str, value: Array) -> str:
        """Puts an array into the graph."""
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, inputs: list[str], outputs: list[str], **attributes: Any) -> str:
        """Puts a node into the graph; returns its first output."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, outputs, name=outputs[0], **attributes))
        return outputs[0]
