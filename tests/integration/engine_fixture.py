"""The real vLLM with the tiny model, as the tests use it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import psutil
import pytest

from server.adapters.vllm import VllmEngine, find_python
from server.settings import Settings

TINY_MODEL = Path(__file__).resolve().parents[1] / "model" / "weights"
_NO_ENGINE = "vLLM is not installed: `make test` makes .venv-engine, or set LECTERN_VLLM_PYTHON"


def engine_settings(**overrides: object) -> Settings:
    """Settings under which the tiny model runs."""
    return Settings.read(model=str(TINY_MODEL), **overrides)


@asynccontextmanager
async def running_engine() -> AsyncIterator[VllmEngine]:
    """An engine that is ready; fails the test where vLLM is not installed."""
    if find_python(engine_settings().vllm_python) is None:
        pytest.fail(_NO_ENGINE, pytrace=False)
    engine = VllmEngine(engine_settings())
    await engine.start()
    try:
        await until_ready(engine)
        yield engine
    finally:
        await engine.stop()


async def until_ready(engine: VllmEngine) -> None:
    """Waits for the engine; fails the test if it gives up."""

    def ready() -> bool:
        state = engine.state()
        assert state.phase not in {"failed", "stopped"}, "\n".join((state.detail, *state.log_tail))
        return state.ready

    await until(ready)


async def until(condition: Callable[[], bool]) -> None:
    """Looks at the condition until it holds."""
    for _ in count():
        if condition():
            return
        await asyncio.sleep(0.1)


def parts_of(pid: int) -> list[psutil.Process]:
    """The processes of vLLM below this one: the leash, the API server, its engine and its worker."""
    found = psutil.Process(pid).children(recursive=True)
    leashes = [process for process in found if any(part.endswith("leash.py") for part in process.cmdline())]
    return [*leashes, *(child for leash in leashes for child in leash.children(recursive=True))]


def titled(parts: list[psutil.Process], title: str) -> psutil.Process:
    """The part whose title begins so."""
    return next(part for part in parts if "".join(part.cmdline()[:1]).startswith(title))


def alive(parts: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a zombie does not."""
    return [part for part in parts if part.is_running() and part.status() != psutil.STATUS_ZOMBIE]
