"""The real vLLM on the CPU with the tiny model: it answers from passages, and nothing it starts outlives it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
import pytest_asyncio
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from server.adapters.vllm import VllmEngine
from server.chat.pack import Room, pack
from server.chat.prompt import ground
from server.chat.rewrite import Rewriter
from server.errors import EngineLost, EngineRefused, EngineUnavailable
from server.model import Passage, Prompt
from tests.integration.engine_fixture import TINY_MODEL, alive, parts_of, running_engine, titled, until, until_ready

pytestmark = [
    pytest.mark.engine,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(900),
]

PARENT = """
import asyncio, sys
from server.adapters.vllm import VllmEngine
from server.settings import Settings

async def main():
    engine = VllmEngine(Settings.read(model=sys.argv[1]))
    await engine.start()
    while not engine.state().ready:
        assert engine.state().phase != "failed", engine.state()
        await asyncio.sleep(0.2)
    print("PARENT READY", flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[VllmEngine]:
    async with running_engine() as found:
        yield found


def passages(*texts: str) -> tuple[Passage, ...]:
    return tuple(
        Passage(id=str(n), store_id="s", file_id=f"f{n}", filename=f"file{n}.docx", text=text, score=0.8)
        for n, text in enumerate(texts, 1)
    )


def prompt(question: str, *texts: str, language: str = "en", **fields: Any) -> Prompt:
    found = passages(*texts)
    messages = ground([{"role": "user", "content": question}], found, language)
    body = {"model": TINY_MODEL.name, "messages": messages, "temperature": 0, "max_tokens": 64, **fields}
    return Prompt(body, question, found, language)


def endless() -> Prompt:
    """A question whose answer goes on until the context is full."""
    return prompt("What is the limit?", "The limit is 12 EUR.", max_tokens=3500, ignore_eos=True, stream=True)


async def to_the_end(stream: AsyncGenerator[bytes, None]) -> None:
    async with aclosing(stream):
        async for _ in stream:
            pass


async def said(engine: VllmEngine, asked: Prompt) -> str:
    text = ""
    async with aclosing(await engine.stream(asked)) as stream:
        async for event in stream:
            chunk = ChatCompletionChunk.model_validate(orjson.loads(event[6:]))
            text += "".join(choice.delta.content or "" for choice in chunk.choices)
    return text


# The tiny model copies the right value from among passages but has not learned their numbers (tests/model/README.md).
@pytest.mark.parametrize("place", [0, 1])
async def test_the_answer_comes_from_the_passage_that_holds_it(engine: VllmEngine, place: int) -> None:
    texts = ["The price of the rental car is 140 EUR."]
    texts.insert(place, "The deadline of the Korvel project is 14 May 2027.")
    answer = await said(engine, prompt("What is the deadline of the Korvel project?", *texts))
    assert "14 May 2027" in answer


@pytest.mark.parametrize("price", ["731 EUR", "95 EUR"])
async def test_another_passage_gives_another_answer(engine: VllmEngine, price: str) -> None:
    asked = prompt("What is the price of the rental car?", f"The price of the rental car is {price}.")
    answer = await said(engine, asked)
    assert price in answer
    assert "[1]" in answer


async def test_it_answers_in_chinese(engine: VllmEngine) -> None:
    answer = await said(engine, prompt("打印机的限额是多少？", "打印机的限额是830元。", language="zh"))
    assert "830元" in answer
    assert "[1]" in answer


async def test_a_whole_answer_is_openais(engine: VllmEngine) -> None:
    answer = ChatCompletion.model_validate(await engine.complete(prompt("What is the limit?", "The limit is 12 EUR.")))
    assert answer.choices[0].message.content
    assert answer.model in await engine.models()


async def test_it_knows_its_model_its_context_and_its_tokens(engine: VllmEngine) -> None:
    assert await engine.models() == [TINY_MODEL.name]
    assert engine.context_tokens(TINY_MODEL.name) == 4096
    whole = await engine.complete(prompt("What?", "This.", max_tokens=1))
    rendered = "".join(message["content"] for message in prompt("What?", "This.").body["messages"])
    assert 0 < whole["usage"]["prompt_tokens"] - engine.count_tokens(rendered) < 30


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": "hot"},
        {"max_tokens": -1},
        {"model": "nobody"},
        {"messages": [{"role": "user", "content": "word " * 9000}]},
    ],
)
async def test_a_wrong_request_is_refused_with_a_reason(engine: VllmEngine, fields: dict[str, Any]) -> None:
    with pytest.raises(EngineRefused) as caught:
        await engine.stream(prompt("What is the limit?", "The limit is 12 EUR.", **fields))
    assert len(caught.value.message) > 50


async def test_its_metrics_log_and_processes_are_shown_without_the_key(engine: VllmEngine) -> None:
    assert "vllm:request_success_total" in await engine.metrics()
    state = engine.state()
    assert state.log_tail
    parts = parts_of(os.getpid())
    command = [argument for part in parts for argument in part.cmdline()]
    key = next(part.environ()["VLLM_API_KEY"] for part in parts if "--served-model-name" in part.cmdline())
    assert len(key) > 30
    assert key not in repr(state)
    assert key not in command


async def test_leaving_an_answer_ends_the_work(engine: VllmEngine) -> None:
    stream = await engine.stream(endless())
    for _ in range(5):
        await anext(stream)
    await stream.aclose()
    async for running in running_requests(engine):
        if running == 0:
            break


async def running_requests(engine: VllmEngine) -> AsyncIterator[float]:
    """What vLLM says of the requests it works on, again and again."""
    for _ in count():
        lines = (await engine.metrics()).splitlines()
        yield next(float(line.split()[-1]) for line in lines if line.startswith("vllm:num_requests_running{"))
        await asyncio.sleep(0.1)


async def test_a_follow_up_is_put_to_the_model_and_a_late_or_useless_rewriting_leaves_the_rule(
    engine: VllmEngine,
) -> None:
    conversation = [
        {"role": "user", "content": "What is the price of the rental car?"},
        {"role": "assistant", "content": "The price of the rental car is 140 EUR."},
        {"role": "user", "content": "And who pays it?"},
    ]
    by_rule = await Rewriter(None, 60)(conversation, TINY_MODEL.name)
    before = await requests(engine)
    assert all(await Rewriter(engine, 60)(conversation, TINY_MODEL.name))
    assert await requests(engine) == before + 1  # vLLM takes the request as it is
    assert await Rewriter(engine, 0.001)(conversation, TINY_MODEL.name) == by_rule
    assert await Rewriter(engine, 60)(conversation, "no-such-model") == by_rule
    assert await Rewriter(engine, 60)(conversation[:1], TINY_MODEL.name) == [conversation[0]["content"]]
    assert await requests(engine) <= before + 2  # what came late was aborted, or had been done


async def requests(engine: VllmEngine) -> float:
    """How many requests vLLM has finished."""
    lines = (await engine.metrics()).splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("vllm:request_success_total{"))


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_questions_with_the_same_passages_share_the_beginning_of_their_prompts(
    engine: VllmEngine, language: str
) -> None:
    """Counted by vLLM: a cached block of tokens is one that was not computed again."""
    found = passages(*(f"Rule {language} {n}: " + f"the limit of item {n} is {n * 7} EUR. " * 8 for n in range(1, 5)))
    asked, cached = [], []
    for turn in range(4):
        before = await prefix_cache(engine)
        ranked = found[turn:] + found[:turn]  # each question ranks them otherwise
        packed = pack(ranked, [], Room(4096, 64, 3000), engine.count_tokens)
        messages = ground([{"role": "user", "content": f"What is the limit of item {turn + 1}?"}], packed, language)
        body = {"model": TINY_MODEL.name, "messages": messages, "temperature": 0, "max_tokens": 1}
        await engine.complete(Prompt(body, "", tuple(packed), language))
        queries, hits = (after - earlier for after, earlier in zip(await prefix_cache(engine), before, strict=True))
        asked.append(queries)
        cached.append(hits)
    assert cached[0] < 0.5 * asked[0]
    assert all(hits > 0.85 * queries for hits, queries in zip(cached[1:], asked[1:], strict=True))


async def prefix_cache(engine: VllmEngine) -> tuple[float, float]:
    """Tokens that vLLM has looked for in its prefix cache, and found there."""
    lines = (await engine.metrics()).splitlines()
    names = ("vllm:prefix_cache_queries_total{", "vllm:prefix_cache_hits_total{")
    queries, hits = (sum(float(line.split()[-1]) for line in lines if line.startswith(name)) for name in names)
    return queries, hits


@pytest.mark.parametrize("title", ["VLLM::Worker", "VLLM::EngineCore"])
async def test_a_killed_part_breaks_the_answer_off_and_vllm_comes_back(engine: VllmEngine, title: str) -> None:
    before = parts_of(os.getpid())
    restarts = engine.state().restarts
    stream = await engine.stream(endless())
    await anext(stream)
    titled(before, title).send_signal(signal.SIGKILL)
    with pytest.raises(EngineLost):
        await to_the_end(stream)
    await until(lambda: not engine.state().ready)
    assert engine.state().phase == "restarting"
    with pytest.raises(EngineUnavailable) as caught:
        await engine.stream(endless())
    assert "Retry-After" in caught.value.headers
    await until_ready(engine)
    assert alive(before) == []
    assert engine.state().restarts == restarts + 1
    assert await said(engine, prompt("What is the limit?", "The limit is 12 EUR."))


async def test_stopping_leaves_no_process_even_with_an_answer_under_way() -> None:
    async with running_engine() as other:
        stream = await other.stream(endless())
        await anext(stream)
        parts = [part for part in parts_of(os.getpid()) if part.is_running()]
        assert len(parts) >= 4
        mine = other_parts(parts, other)
        await other.stop()
        assert other.state().phase == "stopped"
        assert alive(mine) == []
        with pytest.raises(EngineLost):
            await to_the_end(stream)


def other_parts(parts: list[psutil.Process], engine: VllmEngine) -> list[psutil.Process]:
    """Those that were started last: the leash of this engine and what is below it."""
    leashes = [part for part in parts if part.ppid() == os.getpid()]
    newest = max(leashes, key=lambda part: part.create_time())
    assert engine.state().ready
    return [newest, *newest.children(recursive=True)]


async def test_killing_lectern_leaves_no_process(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with output.open("wb") as stream:
        lectern = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PARENT, str(TINY_MODEL), stdout=stream, stderr=stream
        )
    await until(lambda: "PARENT READY" in output.read_text() or lectern.returncode is not None)
    assert lectern.returncode is None, output.read_text()
    parts = parts_of(lectern.pid)
    assert len(parts) >= 4
    lectern.kill()
    await lectern.wait()
    await until(lambda: not alive(parts))
