"""vLLM's engine where there is no vLLM: the command it would run, and what it does when that fails."""

import asyncio
import sys
from pathlib import Path

import pytest

from server.adapters.presets import CPU, Gpu, choose
from server.adapters.vllm import VllmEngine, find_python, server_command, server_environment
from server.errors import EngineUnavailable, WrongSetting
from server.model import Prompt
from server.settings import Settings

PROMPT = Prompt({"model": "m", "messages": []}, "?", (), "en")


def engine(**fields: object) -> VllmEngine:
    settings = Settings.read(**{"model": "org/Tiny-1B", "vllm_python": sys.executable, **fields})
    return VllmEngine(settings, gpus=[], first_pause=0.01)


def test_the_command_names_the_model_on_loopback_and_ends_with_the_arguments() -> None:
    command = server_command(Path("/x/python"), "/models/M", "M", ["--port", "4242", "--chat-template", "a b.jinja"])
    assert command[:3] == ["/x/python", "-m", "vllm.entrypoints.openai.api_server"]
    assert command[-4:] == ["--port", "4242", "--chat-template", "a b.jinja"]
    for name, value in {"--model": "/models/M", "--served-model-name": "M", "--host": "127.0.0.1"}.items():
        assert command[command.index(name) + 1] == value


async def test_arguments_that_cannot_be_split_stop_the_start() -> None:
    with pytest.raises(WrongSetting, match="LECTERN_VLLM_ARGS"):
        await engine(vllm_args="--chat-template 'open").start()


def test_the_environment_holds_the_key_and_nothing_of_lecterns() -> None:
    inherited = {"PATH": "/bin", "LECTERN_ENGINE_KEY": "e", "LECTERN_INDEX_TOKEN": "t", "VLLM_CPU_KVCACHE_SPACE": "7"}
    found = server_environment(inherited, "k", "org/M-8B", CPU)
    assert not [name for name in found if name.startswith("LECTERN_")]
    assert (found["PATH"], found["VLLM_API_KEY"], found["VLLM_CPU_KVCACHE_SPACE"]) == ("/bin", "k", "7")
    assert found["VLLM_NO_USAGE_STATS"] == found["DO_NOT_TRACK"] == "1"


def test_a_model_in_a_folder_needs_no_network(tmp_path: Path) -> None:
    assert server_environment({}, "k", str(tmp_path), CPU)["HF_HUB_OFFLINE"] == "1"
    assert "HF_HUB_OFFLINE" not in server_environment({}, "k", "org/M-8B", CPU)


def test_the_chosen_cards_are_the_ones_it_sees() -> None:
    cards = [Gpu(0, "Small", 8), Gpu(1, "Large", 24)]
    found = server_environment({}, "k", "org/M-8B", choose("auto", "org/M-8B", cards))
    assert (found["CUDA_VISIBLE_DEVICES"], found["CUDA_DEVICE_ORDER"]) == ("1", "PCI_BUS_ID")


def test_the_stated_python_is_taken_if_it_is_there(tmp_path: Path) -> None:
    assert find_python(Path(sys.executable)) == Path(sys.executable)
    assert find_python(tmp_path / "python") is None


async def test_without_vllm_it_fails_and_says_what_to_install(tmp_path: Path) -> None:
    found = engine(vllm_python=tmp_path / "python")
    await found.start()
    assert found.state().phase == "failed"
    assert "LECTERN_VLLM_PYTHON" in found.state().detail
    with pytest.raises(EngineUnavailable, match="no Python with vLLM"):
        await found.stream(PROMPT)
    await found.stop()


async def test_an_unknown_preset_stops_the_start() -> None:
    with pytest.raises(WrongSetting, match="9B"):
        await engine(preset="9B").start()


async def test_a_server_that_never_starts_is_given_up_with_its_reason() -> None:
    found = engine()
    await found.start()
    seen = set()
    while found.state().phase != "failed":
        seen.add(found.state().phase)
        await asyncio.sleep(0.01)
    state = found.state()
    assert seen == {"starting", "restarting"}
    assert state.restarts == 4
    assert "No module named" in state.detail
    assert "vllm" in state.detail
    assert any("No module named" in line for line in state.log_tail)
    with pytest.raises(EngineUnavailable, match="No module named"):
        await found.complete(PROMPT)
    await found.stop()
    assert found.state().phase == "stopped"


async def test_while_it_starts_questions_are_told_to_wait() -> None:
    found = engine()
    await found.start()
    with pytest.raises(EngineUnavailable, match="starting") as caught:
        await found.stream(PROMPT)
    assert int(caught.value.headers["Retry-After"]) > 0
    assert await found.models() == ["org/Tiny-1B"]
    assert found.context_tokens("org/Tiny-1B") == 4096
    await found.stop()


async def test_a_folder_is_served_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "my-model").mkdir()
    assert await engine(model=str(tmp_path / "my-model") + "/").models() == ["my-model"]
