"""The engine that runs vLLM as processes of its own: starts them, watches them, starts them again, ends them."""

import asyncio
import os
import secrets
import shlex
import signal
import socket
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import structlog

from server.adapters import leash
from server.adapters.openai_wire import OpenAIWire
from server.adapters.presets import Gpu, Preset, choose, find_gpus
from server.adapters.tokens import TokenCounter
from server.adapters.vllm_log import LogTail
from server.errors import EngineUnavailable, LecternError, WrongSetting
from server.model import EngineState, Prompt
from server.settings import Settings

log = structlog.get_logger()

_ENVIRONMENT: Final = ".venv-engine"
_SERVER: Final = "vllm.entrypoints.openai.api_server"
_GRACE_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 1.0
_HEALTH_SECONDS: Final = 20.0
_UNHEALTHY: Final = 3
_SETTLED_SECONDS: Final = 120.0
_MOST_FAILURES: Final = 5
_LONGEST_PAUSE: Final = 60.0
_MODELS_SECONDS: Final = 10.0
_IDLE_SECONDS: Final = 600.0  # for the first token of a long prompt on a busy machine
_ENDED: Final = "one of its processes ended"


class VllmEngine:
    """Serves `settings.model` by vLLM on a loopback port, under a key that is new at every start.

    A process of vLLM that ends takes the others with it; answers under way break off with EngineLost, and vLLM is
    started again after 1, 2, 4 … 60 seconds. After five starts in a row that came to nothing the engine is `failed`
    until Lectern is started again; its detail then tells why.
    """

    def __init__(self, settings: Settings, gpus: Sequence[Gpu] | None = None, first_pause: float = 1.0) -> None:
        self._settings = settings
        self._first_pause = first_pause
        self._gpus = gpus
        self._served = _served_name(settings.model)
        self._further: list[str] = []
        self._count = TokenCounter(settings.model)
        self._preset: Preset | None = None
        self._log = LogTail()
        self._state = EngineState(self.name, "stopped", since=time.time())
        self._wire: OpenAIWire | None = None
        self._models: dict[str, int] = {}
        self._models_at = float("-inf")
        self._life: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """vllm."""
        return "vllm"

    @property
    def preset(self) -> Preset:
        """The preset it runs with. Raises WrongSetting."""
        if self._preset is None:
            gpus = find_gpus() if self._gpus is None else self._gpus
            self._preset = choose(self._settings.preset, self._settings.model, gpus)
        return self._preset

    async def start(self) -> None:
        """Begins to start vLLM. Raises WrongSetting if the preset is not known or the arguments cannot be split."""
        self._further = _split(self._settings.vllm_args)
        preset = await asyncio.to_thread(lambda: self.preset)
        python = await asyncio.to_thread(find_python, self._settings.vllm_python)
        if python is None:
            detail = f"no Python with vLLM was found: install it into {_ENVIRONMENT}, or set LECTERN_VLLM_PYTHON"
            self._enter("failed", detail)
            return
        self._enter("starting", f"loading {self._settings.model} with preset {preset.name}")
        self._life = asyncio.create_task(self._live(python, preset))

    async def stop(self) -> None:
        """Ends vLLM and waits until none of its processes is left."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
            self._life = None
        self._enter("stopped")

    def state(self) -> EngineState:
        """How it is, with the end of its log."""
        now = self._state
        return EngineState(now.name, now.phase, now.detail, now.restarts, now.since, self._log.lines())

    async def models(self) -> list[str]:
        """The model and the adapters vLLM has loaded; while it starts, the model."""
        if self._wire is not None and self._state.ready and time.monotonic() - self._models_at > _MODELS_SECONDS:
            with suppress(LecternError):
                await self._read_models(self._wire)
        return list(self._models) or [self._served]

    def context_tokens(self, model: str) -> int:
        """As vLLM tells; before it does, as the preset tells."""
        return self._models.get(model) or self.preset.max_model_len

    def count_tokens(self, text: str) -> int:
        """Exact where the model is a folder with its tokenizer."""
        return self._count(text)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[bytes, None]:
        """See `Engine.stream`."""
        return await self._ready_wire().stream(prompt.body)

    async def complete(self, prompt: Prompt) -> dict[str, Any]:
        """See `Engine.complete`."""
        return await self._ready_wire().complete(prompt.body)

    async def metrics(self) -> str:
        """vLLM's own metrics in Prometheus' text format. Raises EngineUnavailable."""
        return (await self._ready_wire().get("/metrics")).decode()

    def _ready_wire(self) -> OpenAIWire:
        if self._wire is None or not self._state.ready:
            waiting = {"starting": 15, "restarting": 15}.get(self._state.phase, 60)
            detail = f"{self._state.phase}: {self._state.detail}".rstrip(": ")
            raise EngineUnavailable(detail=detail, retry_after=waiting)
        return self._wire

    async def _live(self, python: Path, preset: Preset) -> None:
        """Runs vLLM again and again."""
        in_vain = hasty = 0  # starts in a row that came to nothing; lives in a row that were short
        while True:
            try:
                ready_seconds, reason = await self._run_once(python, preset)
            except OSError as error:
                ready_seconds, reason = 0.0, f"it cannot be started: {error}"
            in_vain = 0 if ready_seconds else in_vain + 1
            hasty = 0 if ready_seconds >= _SETTLED_SECONDS else hasty + 1
            if in_vain >= _MOST_FAILURES:
                log.error("The model server was given up", reason=reason, starts=in_vain)
                self._enter("failed", reason, restarts=self._state.restarts)
                return
            pause = min(self._first_pause * 2.0 ** max(0, hasty - 1), _LONGEST_PAUSE)
            log.warning("The model server ended", reason=reason, pause=pause)
            self._enter("restarting", reason, restarts=self._state.restarts + 1)
            await asyncio.sleep(pause)

    async def _run_once(self, python: Path, preset: Preset) -> tuple[float, str]:
        """One life of vLLM: how many seconds it was ready, and why it ended. Nothing of it is left afterwards."""
        port, key = _free_port(), secrets.token_urlsafe(32)
        arguments = ["--port", str(port), *preset.arguments(), *self._further]
        command = server_command(python, self._settings.model, self._served, arguments)
        self._log.hide([key, self._settings.engine_key, self._settings.index_token])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", leash.__file__, str(os.getpid()), str(_GRACE_SECONDS), *command,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env=server_environment(os.environ, key, self._settings.model, preset), start_new_session=True,
        )  # fmt: skip
        ended, reader = asyncio.create_task(process.wait()), asyncio.create_task(self._read_log(process))
        wire = OpenAIWire(f"http://127.0.0.1:{port}/v1", key, idle_seconds=_IDLE_SECONDS)
        began = 0.0
        try:
            await wire.open()
            reason = await self._await_ready(wire, ended)
            if not reason:
                began = time.monotonic()
                self._wire = wire
                self._enter("ready", preset.name, restarts=self._state.restarts)
                log.info("The model server is ready", model=self._served, preset=preset.name)
                reason = await self._await_end(wire, ended)
                self._enter("restarting", reason, restarts=self._state.restarts)
        finally:
            self._wire = None
            await wire.close()  # first: vLLM waits for its connections to close
            await asyncio.shield(_end(process))
            await asyncio.gather(ended, reader, return_exceptions=True)
        return time.monotonic() - began if began else 0.0, (self._log.cause() or reason) if reason == _ENDED else reason

    async def _await_ready(self, wire: OpenAIWire, ended: asyncio.Task[int]) -> str:
        """Waits until vLLM serves its model; returns why it will not, or nothing."""
        limit = time.monotonic() + self._settings.vllm_start_seconds
        while time.monotonic() < limit:
            await asyncio.wait([ended], timeout=_POLL_SECONDS / 2)
            if ended.done():
                return _ENDED
            with suppress(LecternError):
                await wire.get("/health", seconds=_HEALTH_SECONDS)
                await self._read_models(wire)
                return ""
        return f"it was not ready after {self._settings.vllm_start_seconds} seconds"

    async def _await_end(self, wire: OpenAIWire, ended: asyncio.Task[int]) -> str:
        """Waits until vLLM ends or does not answer for a while; returns why."""
        missed = 0
        while missed < _UNHEALTHY:
            await asyncio.wait([ended], timeout=_POLL_SECONDS)
            if ended.done():
                return _ENDED
            try:
                await wire.get("/health", seconds=_HEALTH_SECONDS)
                missed = 0
            except LecternError:
                missed += 1
        return "it did not answer three times in a row"

    async def _read_models(self, wire: OpenAIWire) -> None:
        self._models = await wire.models()
        self._models_at = time.monotonic()

    async def _read_log(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        rest = b""
        while received := await process.stdout.read(65536):
            *lines, rest = (rest + received).replace(b"\r", b"\n").split(b"\n")
            rest = rest[-65536:]
            for line in lines:
                self._log.add(line.decode("utf-8", "replace"))
        self._log.add(rest.decode("utf-8", "replace"))

    def _enter(self, phase: str, detail: str = "", restarts: int = 0) -> None:
        self._state = EngineState(self.name, phase, detail, restarts, time.time())


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends the leash, which ends vLLM; and the whole session, should the leash be gone before it could."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE_SECONDS + 15)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def find_python(stated: Path | None) -> Path | None:
    """The Python that has vLLM: the stated one, that of `.venv-engine` beside Lectern's own environment or in its
    source folder, or this one. None if there is none."""
    if stated is not None:
        return stated if stated.is_file() else None
    for folder in (Path(sys.prefix).parent, Path(__file__).resolve().parents[2]):
        python = folder / _ENVIRONMENT / "bin" / "python"
        if python.is_file():
            return python
    return Path(sys.executable) if find_spec("vllm") is not None else None


def server_command(python: Path, model: str, served: str, arguments: Sequence[str]) -> list[str]:
    """vLLM's command line; of an argument given twice, vLLM takes the last."""
    return [
        str(python), "-m", _SERVER, "--model", model, "--served-model-name", served, "--host", "127.0.0.1",
        "--disable-uvicorn-access-log", *arguments,
    ]  # fmt: skip


def server_environment(inherited: Mapping[str, str], key: str, model: str, preset: Preset) -> dict[str, str]:
    """vLLM's environment: none of Lectern's own settings, no telemetry, and no network for a model that is a folder."""
    found = {name: value for name, value in inherited.items() if not name.startswith("LECTERN_")}
    found |= {"VLLM_API_KEY": key, "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    found |= {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    if Path(model).exists():
        found |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    if preset.gpus:
        found |= {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": ",".join(map(str, preset.gpus))}
    if preset.is_cpu:
        found.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
        found.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")
    return found


def _split(arguments: str) -> list[str]:
    try:
        return shlex.split(arguments)
    except ValueError as error:
        raise WrongSetting(setting="LECTERN_VLLM_ARGS", detail=f"{error} in {arguments!r}") from None


def _served_name(model: str) -> str:
    """The last part of a folder's path, or the hub id as it is."""
    path = Path(model)
    return path.resolve().name if path.exists() else model


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
