from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import orjson
import pytest
from safetensors.numpy import save_file

from server.adapters.presets import CPU, PRESETS, Gpu, choose, find_gpus, fits, parameters
from server.errors import WrongSetting


def gpus(*memory: float, capability: tuple[int, int] = (9, 0)) -> list[Gpu]:
    return [Gpu(index, "Card", size, capability) for index, size in enumerate(memory)]


def folder(path: Path, config: Mapping[str, object] | None = None, **tensors: tuple[int, ...]) -> str:
    save_file({name: np.zeros(shape, np.float16) for name, shape in tensors.items()}, path / "model.safetensors")
    (path / "config.json").write_bytes(orjson.dumps(config or {}))
    return str(path)


@pytest.mark.parametrize(
    ("model", "billions"),
    [
        ("Qwen/Qwen3-0.6B", 0.6),
        ("Qwen/Qwen3-8B-Instruct", 8),
        ("meta/Llama-3.1-70B", 70),
        ("org/Model-30B-A3B", 30),
        ("org/model-14b-awq", 14),
        ("org/phi", 0),
        ("8B/phi", 0),
        ("org/v8beta", 0),
        ("", 0),
    ],
)
def test_the_name_tells_the_size(model: str, billions: float) -> None:
    assert parameters(model) == billions


def test_the_weights_tell_the_size_of_a_folder(tmp_path: Path) -> None:
    assert parameters(folder(tmp_path, a=(1000, 300), b=(500,))) == pytest.approx(300_500 / 1e9)


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 8, b"\x04\x00\x00\x00\x00\x00\x00\x00[1]x", b"\x02\0\0\0\0\0\0\0[]"]
)
def test_damaged_weights_tell_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    assert parameters(str(tmp_path)) == 0


@pytest.mark.parametrize(
    ("model", "cards", "name", "quantization", "spread"),
    [
        ("a/M-0.6B", (6.0,), "0.6B", "", 1),
        ("a/M-8B", (24.0,), "8B", "", 1),
        ("a/M-8B", (16.0,), "8B", "fp8", 1),
        ("a/M-8B", (16.0, 16.0), "8B", "", 2),
        ("a/M-13B", (40.0,), "14B", "", 1),
        ("a/M-14B", (24.0,), "14B", "fp8", 1),
        ("a/M-32B", (80.0,), "32B", "", 1),
        ("a/M-70B", (80.0, 80.0), "70B", "fp8", 2),
        ("a/M-70B", (80.0, 80.0, 80.0), "70B", "fp8", 2),
        ("a/M-70B", (48.0,) * 4, "70B", "", 4),
        ("a/unknown", (24.0,), "8B", "", 1),
    ],
)
def test_auto_chooses_by_size_and_memory(
    model: str, cards: tuple[float, ...], name: str, quantization: str, spread: int
) -> None:
    preset = choose("auto", model, gpus(*cards))
    assert (preset.name, preset.quantization, len(preset.gpus)) == (name, quantization, spread)


def test_a_model_too_large_for_all_cards_is_tried_in_the_smallest_way() -> None:
    preset = choose("auto", "a/M-405B", gpus(24, 24))
    assert (preset.name, preset.quantization, len(preset.gpus)) == ("70B", "fp8", 2)


def test_the_largest_card_is_taken_first() -> None:
    assert choose("auto", "a/M-8B", gpus(8, 80)).gpus == (1,)
    assert choose("auto", "a/M-70B", gpus(80, 8, 80)).gpus == (0, 2)


def test_old_cards_are_not_given_8_bit_weights() -> None:
    shown = {preset.name: fit for preset, fit, _ in fits(gpus(16, capability=(7, 0)))}
    assert shown["1.7B"]
    reason = next(why for preset, _, why in fits(gpus(16, capability=(7, 0))) if preset.name == "8B")
    assert reason.startswith("awq")


def test_no_card_means_the_cpu() -> None:
    assert choose("auto", "a/M-8B", []) == CPU
    assert "--enforce-eager" in CPU.arguments()


def test_a_stated_preset_is_kept() -> None:
    assert choose("13B", "a/M-8B", gpus(80)).name == "14B"
    assert choose("CPU", "a/M-8B", gpus(80)) == CPU
    assert choose("4b", "a/M-8B", []).name == "4B"


def test_an_unknown_preset_is_told() -> None:
    with pytest.raises(WrongSetting, match=r"LECTERN_PRESET.*'9B'.*0\.6B.*70B.*cpu"):
        choose("9B", "a/M-8B", gpus(80))


def test_the_context_is_no_longer_than_the_models(tmp_path: Path) -> None:
    assert choose("auto", folder(tmp_path, {"max_position_embeddings": 2048}), []).max_model_len == 2048
    assert choose("8B", folder(tmp_path, {"max_position_embeddings": 2048}), gpus(80)).max_model_len == 2048
    nested = {"text_config": {"max_position_embeddings": 1024}}
    assert choose("8B", folder(tmp_path, nested), gpus(80)).max_model_len == 1024
    assert choose("8B", folder(tmp_path, {"max_position_embeddings": 10**6}), gpus(80)).max_model_len == 16384


@pytest.mark.parametrize("config", [{"max_position_embeddings": "long"}, {"text_config": None}, {"text_config": 5}])
def test_an_odd_config_does_no_harm(tmp_path: Path, config: dict[str, object]) -> None:
    assert choose("8B", folder(tmp_path, config), gpus(80)).max_model_len == 16384


def test_a_quantized_model_is_not_quantized_again(tmp_path: Path) -> None:
    config = {"quantization_config": {"quant_method": "awq", "bits": 4}}
    preset = choose("14B", folder(tmp_path, config), gpus(16))
    assert (preset.quantization, len(preset.gpus)) == ("", 1)
    assert "--quantization" not in preset.arguments()


def test_what_was_decided_reaches_the_command_line() -> None:
    arguments = choose("auto", "a/M-70B", gpus(80, 80)).arguments()
    assert arguments[arguments.index("--tensor-parallel-size") + 1] == "2"
    assert arguments[arguments.index("--quantization") + 1] == "fp8"


def test_doctor_is_told_what_fits_and_why() -> None:
    shown = {preset.name: (fit, why) for preset, fit, why in fits(gpus(24))}
    assert list(shown) == ["0.6B", "1.7B", "4B", "8B", "14B", "32B", "70B", "cpu"]
    assert shown["8B"] == (True, "bf16 needs 20 GiB; Card has 24")
    assert shown["14B"][0]
    assert shown["14B"][1].startswith("fp8 needs 18")
    assert not shown["70B"][0]
    assert "47 GiB" in shown["70B"][1]


def test_without_a_card_only_the_cpu_fits() -> None:
    assert [preset.name for preset, fit, _ in fits([]) if fit] == ["cpu"]
    assert all(why for _, _, why in fits([]))


def test_needs_grow_with_size_and_precision() -> None:
    for smaller, larger in pairwise(PRESETS):
        assert (smaller.bf16, smaller.fp8, smaller.awq) < (larger.bf16, larger.fp8, larger.awq)
    for preset in PRESETS:
        assert preset.bf16 > preset.fp8 > preset.awq > 0.6 * preset.billions / 1.074


def test_looking_for_cards_fails_on_no_machine() -> None:
    assert all(gpu.memory > 0 for gpu in find_gpus())
