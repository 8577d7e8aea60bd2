"""A cross-encoder in a folder, on the CPU by ONNX Runtime."""

import math
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from server.adapters.rerankers.bert import first_position, graph_of
from server.errors import RerankerUnavailable, WrongSetting

_SETTING: Final = "LECTERN_RERANKER"
_MOST_TOKENS: Final = 512
# A question takes at most this share of the tokens, so that something of the passage is always read.
_QUESTION_SHARE: Final = 0.5
_GRAPHS: Final = ("model.onnx", "onnx/model.onnx")
_TYPES: Final = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}


class CrossEncoder:
    """A text-classification model with one label (its logit tells relevance) or two (the second is "relevant").

    The folder is laid out as the Hugging Face hub does: config.json, tokenizer.json, and model.onnx, onnx/model.onnx or
    the model.safetensors of a plain BERT or RoBERTa. Each pair is a run of its own, as many at a time as there are
    `threads` (0: one per core): nothing is padded. Of a pair that is too long the end of the passage is not read.
    Safe to use from several threads.

    Raises:
        WrongSetting: there is no such model in the folder.
    """

    def __init__(self, folder: Path, seconds: float, threads: int = 0) -> None:
        self.name = folder.resolve().name
        self._seconds = seconds
        config = _json(folder / "config.json", needed=True)
        limit = _most_tokens(config, _json(folder / "tokenizer_config.json"))
        self._counter, self._tokenizer = _tokenizer(folder), _tokenizer(folder)
        self._most_of_question = int(limit * _QUESTION_SHARE)
        self._tokenizer.enable_truncation(limit, strategy="only_second")
        self._session = _open(folder, config)
        self._inputs = {each.name: _TYPES.get(each.type, np.int64) for each in self._session.get_inputs()}
        unknown = set(self._inputs) - {"input_ids", "attention_mask", "token_type_ids"}
        if unknown or "input_ids" not in self._inputs:
            raise WrongSetting(setting=_SETTING, detail=f"{folder} takes the inputs {', '.join(self._inputs)}")
        threads = threads or len(os.sched_getaffinity(0))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reranker") if threads > 1 else None
        labels = self._logits(self._pairs("?", ["?"])[0]).size
        if labels not in {1, 2}:
            raise WrongSetting(setting=_SETTING, detail=f"{folder} tells {labels} labels apart; a reranker has 1 or 2")

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker.score`. Raises RerankerUnavailable if it takes longer than the given seconds."""
        until = time.monotonic() + self._seconds
        pairs = self._pairs(question, texts)

        def relevance(pair: Any) -> float:
            if time.monotonic() > until:
                detail = f"{len(texts)} passages took longer than {self._seconds:g} seconds"
                raise RerankerUnavailable(reranker=self.name, detail=detail)
            return _probability(self._logits(pair))

        run = map if self._pool is None else self._pool.map
        return list(run(relevance, pairs))

    def _pairs(self, question: str, texts: Sequence[str]) -> list[Any]:
        question = self._shortened(_clean(question))
        encodings: list[Any] = self._tokenizer.encode_batch([(question, _clean(text)) for text in texts])
        return encodings

    def _shortened(self, question: str) -> str:
        tokens, most = self._counter.encode(question, add_special_tokens=False), self._most_of_question
        return question if len(tokens) <= most else question[: tokens.offsets[most][0]]

    def _logits(self, pair: Any) -> Any:
        given = {"input_ids": pair.ids, "attention_mask": pair.attention_mask, "token_type_ids": pair.type_ids}
        inputs = {name: np.array([given[name]], dtype) for name, dtype in self._inputs.items()}
        return self._session.run(None, inputs)[0].reshape(-1)


def _probability(logits: Any) -> float:
    margin = float(logits[-1] - logits[0]) if logits.size > 1 else float(logits[0])
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, margin))))


def _clean(text: str) -> str:
    # Halves of surrogate pairs, which a damaged document may hold, are no Unicode text.
    return text.encode("utf-8", "replace").decode()


def _json(path: Path, *, needed: bool = False) -> dict[str, Any]:
    if not needed and not path.exists():
        return {}
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise WrongSetting(setting=_SETTING, detail=f"{path} cannot be read ({error})") from None
    if not isinstance(found, dict):
        raise WrongSetting(setting=_SETTING, detail=f"{path} is no JSON object")
    return found


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # noqa: BLE001 - tokenizers raises nothing finer
        detail = f"{path} cannot be read ({error}); a tokenizer saved by transformers as a fast one has it"
        raise WrongSetting(setting=_SETTING, detail=detail) from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _most_tokens(config: dict[str, Any], tokenizer: dict[str, Any]) -> int:
    positions, own = config.get("max_position_embeddings"), tokenizer.get("model_max_length")
    limits = [positions - first_position(config) if isinstance(positions, int) else None, own, _MOST_TOKENS]
    return int(min(limit for limit in limits if isinstance(limit, int | float) and limit > 0))


def _open(folder: Path, config: dict[str, Any]) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    path = next((folder / name for name in _GRAPHS if (folder / name).exists()), None)
    model: Any = path
    if path is None:
        # ONNX Runtime's fused SkipLayerNormalization takes ten times as long on the CPU.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        model = graph_of(folder, config)
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - onnxruntime raises a dozen kinds; each means that it is no such model
        detail = f"{path or folder} is no model that ONNX Runtime can run ({str(error)[:200]})"
        raise WrongSetting(setting=_SETTING, detail=detail) from None
