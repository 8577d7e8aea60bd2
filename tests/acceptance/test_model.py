"""Lectern with the real vLLM on the CPU and the tiny model: answers that can only come from the passage found."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import orjson
import psutil
import pytest

from tests.integration.engine_fixture import TINY_MODEL
from tests.response_events import heard
from tests.serving import Serving, upload

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

START_SECONDS = 400
RENTAL = "# Travel\n\nThe price of the rental car is {price} EUR. Reports are sent every month.\n"
CHINESE = "# 设备\n\n打印机的限额是{limit}元。报告每月提交。\n"
QUESTION = "What is the price of the rental car?"
QUESTION_ZH = "打印机的限额是多少？"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    started = Serving(tmp_path_factory.mktemp("model") / "data", model=str(TINY_MODEL))
    yield started.wait(START_SECONDS)
    assert started.stop() == 0


@pytest.fixture(scope="module")
def stores(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Name -> id: two stores that tell different prices, and one that tells nothing about either."""
    client, folder = serving.client(), tmp_path_factory.mktemp("documents")
    texts = {
        "first": RENTAL.format(price=140),
        "second": RENTAL.format(price=95),
        "third": CHINESE.format(limit=830),
        "fourth": CHINESE.format(limit="1,250"),
        "other": "# Cooking\n\nBoil the potatoes for twenty minutes and mash them with butter.\n",
    }
    found = {}
    for name, text in texts.items():
        found[name] = client.vector_stores.create(name=name).id
        path = folder / f"{name}.md"
        path.write_text(text)
        upload(client, found[name], path)
    return found


def ask(serving: Serving, store: str, question: str = QUESTION, **more: Any) -> Any:
    return serving.client().chat.completions.create(
        model=f"{TINY_MODEL.name}@{store}",
        messages=[{"role": "user", "content": question}],
        **{"temperature": 0, "max_tokens": 80, **more},
    )


def streamed(serving: Serving, store: str, question: str = QUESTION) -> tuple[str, list[dict[str, Any]]]:
    text, cited = "", []
    with ask(serving, store, question, stream=True) as stream:
        for event in stream:
            for choice in event.choices:
                text += choice.delta.content or ""
                cited += (choice.delta.model_extra or {}).get("annotations", [])
    return text, cited


@pytest.mark.parametrize(
    ("store", "question", "value"),
    [
        ("first", QUESTION, "140 EUR"),
        ("second", QUESTION, "95 EUR"),
        ("third", QUESTION_ZH, "830元"),
        ("fourth", QUESTION_ZH, "1,250元"),
    ],
)
def test_the_streamed_answer_holds_what_only_that_store_tells(
    serving: Serving, stores: dict[str, str], store: str, question: str, value: str
) -> None:
    text, cited = streamed(serving, stores[store], question)
    assert value in text
    assert [(c["filename"], c["marker"]) for c in cited] == [(f"{store}.md", 1)]
    assert value in cited[0]["quote"]


def test_the_whole_answer_is_the_streamed_one(serving: Serving, stores: dict[str, str]) -> None:
    answer = ask(serving, stores["first"])
    assert answer.choices[0].message.content == streamed(serving, stores["first"])[0]
    assert answer.usage.completion_tokens > 0


def test_a_store_that_tells_nothing_gives_not_found(serving: Serving, stores: dict[str, str]) -> None:
    text, cited = streamed(serving, stores["other"])
    assert "found nothing" in text
    assert cited == []


def test_sampling_fields_reach_the_model_and_wrong_ones_are_refused_by_it(serving: Serving) -> None:
    client = serving.client()
    ask_plain = {"model": TINY_MODEL.name, "messages": [{"role": "user", "content": "Hello"}]}
    answer = client.chat.completions.create(**ask_plain, max_tokens=3, n=2, logprobs=True, seed=7)  # type: ignore[call-overload]
    assert len(answer.choices) == 2
    assert answer.choices[0].logprobs.content
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(**ask_plain, temperature=-3)  # type: ignore[call-overload]


def test_older_completions_go_to_the_model_by_text_and_by_tokens(serving: Serving) -> None:
    client = serving.client()
    asked: dict[str, Any] = {"model": TINY_MODEL.name, "max_tokens": 4, "temperature": 0}
    by_text = client.completions.create(prompt=["The price", "Reports are"], logprobs=1, **asked)
    assert [choice.index for choice in by_text.choices] == [0, 1]
    logprobs = by_text.choices[0].logprobs
    assert logprobs is not None
    assert len(logprobs.tokens or []) == 4
    by_tokens = client.completions.create(prompt=[[5, 6, 7], [8]], echo=True, **asked)
    assert len(by_tokens.choices) == 2
    said = "".join(
        choice.text
        for part in client.completions.create(prompt="The price", stream=True, **asked)
        for choice in part.choices
    )
    assert said == by_text.choices[0].text
    with pytest.raises(openai.BadRequestError):
        client.completions.create(prompt="The price", suffix="end", **asked)


def test_an_older_completion_answers_from_documents(serving: Serving, stores: dict[str, str]) -> None:
    client, model = serving.client(), f"{TINY_MODEL.name}@{stores['first']}"
    answer = client.completions.create(model=model, prompt=QUESTION, temperature=0, max_tokens=80)
    assert "140 EUR" in answer.choices[0].text
    [note] = (answer.choices[0].model_extra or {})["annotations"]
    assert answer.choices[0].text[note["index"] :].startswith("[1]")


# vLLM refuses several choices where each would be the same.
STREAMED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}, "temperature": 0.01, "seed": 1}


def test_several_choices_stream_from_documents(serving: Serving, stores: dict[str, str]) -> None:
    said: dict[int, str] = {}
    usage = None
    with ask(serving, stores["first"], n=2, **STREAMED) as stream:
        for event in stream:
            usage = event.usage or usage
            for choice in event.choices:
                said[choice.index] = said.get(choice.index, "") + (choice.delta.content or "")
    assert len(said) == 2
    assert all("140 EUR [1]" in one for one in said.values())
    assert usage is not None
    assert usage.completion_tokens > 10


def engine_parts(serving: Serving) -> list[psutil.Process]:
    return [
        process for process in serving.family() if "EngineCore" in process.name() or "vllm" in process.name().lower()
    ]


def test_an_engine_killed_in_mid_stream_ends_the_answer_clearly_and_comes_back(
    serving: Serving, stores: dict[str, str]
) -> None:
    body = {
        "model": TINY_MODEL.name,
        "messages": [{"role": "user", "content": "Tell me everything."}],
        "stream": True,
        "max_tokens": 3000,
        "ignore_eos": True,
    }
    events: list[dict[str, Any]] = []
    with serving.http() as http, http.stream("POST", "/v1/chat/completions", json=body, timeout=60) as response:
        assert response.status_code == 200
        for line in response.iter_lines():
            if line.startswith("data: {"):
                events.append(orjson.loads(line[6:]))
            if len(events) == 5:
                for part in engine_parts(serving):
                    part.kill()
    assert events[-1]["error"]["code"] == "engine_lost"
    with serving.http() as http:
        refused = http.post("/v1/chat/completions", json=body | {"stream": False})
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
    wait_ready(serving, 503)  # once the watch has seen it
    wait_ready(serving, 200)
    assert "140 EUR" in streamed(serving, stores["first"])[0]
    with serving.http() as http:
        state = http.get("/v1/engine").json()
        metrics = http.get("/metrics").text
    assert state["restarts"] >= 1
    assert 'lectern_engine_ready{engine="vllm",phase="ready"} 1.0' in metrics
    assert 'lectern_stage_seconds_count{stage="first_token"}' in metrics


def wait_ready(serving: Serving, status: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if httpx.get(f"{serving.url}/readyz").status_code == status:
            return
        time.sleep(0.1)
    raise AssertionError(serving.log.read_text()[-4000:])


def test_while_the_model_is_down_quotes_stand_in_where_that_is_wished(tmp_path: Path) -> None:
    gone = str(tmp_path / "no-such-model")
    Path(gone).mkdir()
    serving = Serving(tmp_path / "data", model=gone, engine_down="extractive").wait(ready=False)
    try:
        client = serving.client()
        store = client.vector_stores.create(name="s")
        path = tmp_path / "rental.md"
        path.write_text(RENTAL.format(price=140))
        upload(client, store.id, path)
        answer = client.chat.completions.create(
            model=f"no-such-model@{store.id}", messages=[{"role": "user", "content": QUESTION}]
        )
        text = answer.choices[0].message.content or ""
        assert text.startswith("The language model is not available right now.")
        assert "140 EUR" in text
        assert (answer.model_extra or {})["knowledge"]["engine"] == "extractive"
    finally:
        serving.stop()


def test_a_response_of_the_model_is_told_in_order_and_goes_on(serving: Serving, stores: dict[str, str]) -> None:
    client = serving.client()
    asked: dict[str, Any] = {"model": f"{TINY_MODEL.name}@{stores['first']}", "temperature": 0, "max_output_tokens": 80}
    response = heard(client.responses.create(input=QUESTION, top_logprobs=1, stream=True, **asked))
    message: Any = response.output[1]
    assert "140 EUR" in response.output_text
    assert [one.filename for one in message.content[0].annotations] == ["first.md"]
    assert message.content[0].logprobs
    assert response.usage is not None
    assert response.usage.output_tokens > 0
    assert client.responses.create(input=QUESTION, **asked).output_text == response.output_text
    follow_up = client.responses.create(input="And the price?", previous_response_id=response.id, **asked)
    assert "140 EUR" in follow_up.output_text
