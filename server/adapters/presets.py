"""The table of vLLM presets: how a model of a given size is run on the GPUs there are."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any, Final

import orjson

from server.errors import WrongSetting

_GIB: Final = 1024**3
_SIZE: Final = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)\s?b(?![a-z])", re.IGNORECASE)
_HEADER_LIMIT: Final = 64 * 1024**2
_FP8_CAPABILITY: Final = (8, 0)  # older GPUs have no kernels for 8-bit weights
_ALIASES: Final = {"13b": "14B", "13/14b": "14B"}


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU; memory in GiB; `capability` is CUDA's."""

    index: int
    name: str
    memory: float
    capability: tuple[int, int] = (9, 0)


@dataclass(frozen=True, slots=True)
class Preset:
    """How vLLM is run.

    `billions` is the size of the class's models. `bf16`, `fp8` and `awq` are the GiB of GPU memory that one takes in
    that precision: weights, a cache for some answers at once, and vLLM itself. `quantization` and `gpus` (those the
    model is spread over) are what `choose` decided.
    """

    name: str
    billions: float
    bf16: float
    fp8: float
    awq: float
    max_model_len: int
    max_num_seqs: int
    gpu_memory_utilization: float = 0.90
    quantization: str = ""
    gpus: tuple[int, ...] = ()

    @property
    def is_cpu(self) -> bool:
        """Whether this is the preset for machines without a GPU."""
        return self.name == "cpu"

    def arguments(self) -> list[str]:
        """The preset as vLLM's command line has it."""
        found = ["--max-model-len", str(self.max_model_len), "--max-num-seqs", str(self.max_num_seqs)]
        if self.is_cpu:
            return [*found, "--enforce-eager"]
        found += ["--gpu-memory-utilization", str(self.gpu_memory_utilization)]
        if len(self.gpus) > 1:
            found += ["--tensor-parallel-size", str(len(self.gpus))]
        if self.quantization:
            found += ["--quantization", self.quantization]
        return found


# Weights at 2, 1 and 0.6 bytes a parameter, an eighth more for the cache, and 2 GiB for vLLM and CUDA.
PRESETS: Final = (
    #      class  billions bf16  fp8  awq  length  answers at once
    Preset("0.6B", 0.6, 3.5, 3.0, 2.5, 16384, 128),
    Preset("1.7B", 1.7, 6.0, 4.0, 3.5, 16384, 128),
    Preset("4B", 4.0, 11.0, 7.0, 5.0, 16384, 96),
    Preset("8B", 8.2, 20.0, 11.0, 8.0, 16384, 64),
    Preset("14B", 14.8, 33.0, 18.0, 12.0, 16384, 48),
    Preset("32B", 32.8, 71.0, 37.0, 23.0, 16384, 48),
    Preset("70B", 70.6, 150.0, 76.0, 47.0, 16384, 32),
)
CPU: Final = Preset("cpu", 0.0, 0.0, 0.0, 0.0, 4096, 8)


def choose(preset: str, model: str, gpus: Sequence[Gpu]) -> Preset:
    """The preset for a model, which is a folder or a hub id. `preset` is a name of the table, or `auto`.

    Weights are kept in bf16 if they fit, over as many GPUs as that takes; else they are quantized to fp8 while they
    are loaded. A model that fits in no way is spread over all GPUs all the same: vLLM then says what it lacks.

    Raises:
        WrongSetting: there is no preset of that name.
    """
    config = _config(model)
    if preset.lower() == "cpu" or (preset.lower() == "auto" and not gpus):
        return _within(CPU, config)
    billions = parameters(model)
    chosen = _by_size(billions) if preset.lower() == "auto" else _by_name(preset)
    chosen = _scaled(chosen, billions) if preset.lower() == "auto" else chosen
    quantized = _quantized(config)
    placed, _ = _place(chosen, gpus, ("awq",) if quantized == "awq" else ("fp8",) if quantized else ("bf16", "fp8"))
    if placed is None:
        placed = replace(chosen, quantization="fp8", gpus=_indexes(_groups(gpus)[-1] if gpus else ()))
    if quantized:
        placed = replace(placed, quantization="")  # vLLM reads it from the model
    return _within(placed, config)


def fits(gpus: Sequence[Gpu]) -> list[tuple[Preset, bool, str]]:
    """For every preset, whether models of its class run here, and why."""
    rows = []
    for preset in PRESETS:
        placed, why = _place(preset, gpus, ("bf16", "fp8", "awq"))
        rows.append((placed or preset, placed is not None, why))
    return [*rows, (CPU, True, "needs no GPU; slow beyond 1 billion parameters")]


def find_gpus() -> list[Gpu]:
    """The NVIDIA GPUs that CUDA_VISIBLE_DEVICES allows; none without a driver, or without nvidia-ml-py to ask it."""
    try:
        import pynvml
    except ImportError:
        return []
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        found = [_gpu(pynvml, index) for index in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError:
        return []
    finally:
        pynvml.nvmlShutdown()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None or not re.fullmatch(r"\s*(\d+\s*(,\s*\d+\s*)*)?", visible):  # unset, or GPUs by UUID
        return found
    return [gpu for gpu in found if str(gpu.index) in re.findall(r"\d+", visible)]


def parameters(model: str) -> float:
    """Billions of parameters: from the weights' headers if `model` is a folder, else from a name such as org/Name-8B.

    0.0 if neither tells.
    """
    folder = Path(model)
    if folder.is_dir():
        weights = sorted(folder.glob("*.safetensors"))
        found = sum(_parameters_of(path) for path in weights) / 1e9
        if found:
            return found
    sizes = [float(size) for size in _SIZE.findall(model.rstrip("/").rpartition("/")[2])]
    return max(sizes, default=0.0)


def _gpu(pynvml: Any, index: int) -> Gpu:
    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    name = pynvml.nvmlDeviceGetName(handle)
    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
    return Gpu(index, str(name), pynvml.nvmlDeviceGetMemoryInfo(handle).total / _GIB, (major, minor))


def _parameters_of(weights: Path) -> int:
    """Parameters in a safetensors file, by its header; packed 4-bit weights count as what they stand for."""
    with weights.open("rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        if size > _HEADER_LIMIT:
            return 0
        try:
            header = orjson.loads(stream.read(size))
            tensors = [(name, one["dtype"], one["shape"]) for name, one in header.items() if name != "__metadata__"]
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
            return 0
    return sum(prod(shape) * (8 if dtype == "I32" and "weight" in name else 1) for name, dtype, shape in tensors)


def _config(model: str) -> dict[str, Any]:
    """The model's config.json; empty where it cannot be read."""
    try:
        found = orjson.loads((Path(model) / "config.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _quantized(config: dict[str, Any]) -> str:
    """How the weights are quantized already: awq for any 4 bits, fp8 for any 8, or not at all."""
    stated = config.get("quantization_config")
    if not isinstance(stated, dict):
        return ""
    return "awq" if "4" in str(stated.get("bits", stated)) else "fp8"


def _by_name(name: str) -> Preset:
    wanted = _ALIASES.get(name.lower(), name).lower()
    for preset in PRESETS:
        if preset.name.lower() == wanted:
            return preset
    known = ", ".join([*(preset.name for preset in PRESETS), "cpu", "auto"])
    raise WrongSetting(setting="LECTERN_PRESET", detail=f"there is no preset {name!r}; there are {known}.")


def _by_size(billions: float) -> Preset:
    """The smallest class that holds such a model; the 8B class if the size is not known."""
    if not billions:
        return _by_name("8B")
    return next((preset for preset in PRESETS if billions <= preset.billions * 1.1), PRESETS[-1])


def _scaled(preset: Preset, billions: float) -> Preset:
    """The preset with the needs of a model that is larger than every class."""
    factor = billions / preset.billions
    if factor <= 1.1:
        return preset
    return replace(preset, bf16=preset.bf16 * factor, fp8=preset.fp8 * factor, awq=preset.awq * factor)


def _place(preset: Preset, gpus: Sequence[Gpu], precisions: Sequence[str]) -> tuple[Preset | None, str]:
    """The preset in the first precision that fits, over the fewest GPUs; and why, or why not."""
    if not gpus:
        return None, "there is no NVIDIA GPU"
    groups = _groups(gpus)
    needs = {"bf16": preset.bf16, "fp8": preset.fp8, "awq": preset.awq}
    for precision in precisions:
        if precision == "fp8" and min(gpu.capability for gpu in gpus) < _FP8_CAPABILITY:
            continue
        for group in groups:
            if needs[precision] <= _memory(group) * preset.gpu_memory_utilization:
                over = f"{len(group)} × {group[-1].name}" if len(group) > 1 else group[0].name
                why = f"{precision} needs {needs[precision]:g} GiB; {over} has {_memory(group):.0f}"
                return replace(preset, quantization="fp8" if precision == "fp8" else "", gpus=_indexes(group)), why
    smallest = precisions[-1]
    there = max(_memory(group) for group in groups)
    return None, f"even {smallest} needs {needs[smallest]:g} GiB of which vLLM may use 90 %; there are {there:.0f}"


def _groups(gpus: Sequence[Gpu]) -> list[list[Gpu]]:
    """The largest GPU, the two largest, four …: attention heads divide evenly over those."""
    largest = sorted(gpus, key=lambda gpu: (-gpu.memory, gpu.index))
    return [largest[: 1 << power] for power in range(len(largest).bit_length())]


def _memory(group: Sequence[Gpu]) -> float:
    """GiB that a model spread evenly over the group can take."""
    return min(gpu.memory for gpu in group) * len(group)


def _indexes(group: Sequence[Gpu]) -> tuple[int, ...]:
    return tuple(sorted(gpu.index for gpu in group))


def _within(preset: Preset, config: dict[str, Any]) -> Preset:
    """The preset with no longer context than the model has."""
    nested = config.get("text_config")
    stated = {**(nested if isinstance(nested, dict) else {}), **config}
    longest = stated.get("max_position_embeddings")
    if isinstance(longest, int) and 0 < longest < preset.max_model_len:
        return replace(preset, max_model_len=longest)
    return preset
