"""OpenAI's older completions by the official client, in front of a model server that says what a test tells it."""

from collections import defaultdict
from typing import Any

import openai
import orjson
import pytest
from openai.types import Completion

from tests.acceptance.conftest import NOWHERE, QUESTION
from tests.saying import chunks, text, whole
from tests.upstream import DONE, Upstream, events

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = (("up", None), ("on", "stop"))


@pytest.mark.parametrize("prompt", ["Once", ["Once", "Twice"], [1, 2, 3], [[1, 2], [3]]], ids=str)
async def test_a_completion_goes_to_the_model_as_it_is(official: Any, model_server: Upstream, prompt: Any) -> None:
    model_server.answer = text(" upon", " a time")
    sent: dict[str, Any] = {"n": 2, "echo": True, "suffix": "end", "logprobs": 2, "max_tokens": 3, "temperature": 0}
    answer = await official.completions.create(model="other", prompt=prompt, **sent, best_of=2, extra_body={"top_k": 2})
    assert [choice.text for choice in answer.choices] == [" upon", " a time"]
    assert model_server.paths[-1] == "/v1/completions"
    assert model_server.requests[-1][1] == {"model": "other", "prompt": prompt, "stream": False, "top_k": 2, **sent}


async def test_a_streamed_completion_passes(official: Any, model_server: Upstream) -> None:
    head = {"id": "c", "object": "text_completion", "created": 1, "model": "other"}
    parts = [{**head, "choices": [{"index": 0, "text": one, "finish_reason": end}]} for one, end in WORDS]
    model_server.answer = events(*(f"data: {orjson.dumps(one).decode()}\n\n" for one in parts), DONE)
    stream = await official.completions.create(model="other", prompt="Once", stream=True)
    assert "".join([one.choices[0].text async for one in stream]) == "upon"


@pytest.mark.parametrize(
    ("param", "fields"),
    [
        ("prompt", {"prompt": None}),
        ("prompt", {"prompt": []}),
        ("prompt", {"prompt": [[]]}),
        ("prompt", {"prompt": [-1]}),
        ("best_of", {"prompt": "a", "best_of": 3}),
        ("logprobs", {"prompt": "a", "logprobs": 21}),
        ("prompt", {"prompt": [1, 2], "model": "other@cars"}),
        ("prompt", {"prompt": ["a"] * 17, "model": "other@cars"}),
        ("suffix", {"prompt": "a", "suffix": "b", "model": "other@cars"}),
        ("logprobs", {"prompt": "a", "logprobs": 1, "model": "other@cars"}),
    ],
    ids=str,
)
async def test_a_wrong_field_of_a_completion_is_refused_by_its_name(
    official: Any, cars: str, param: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await official.post("/completions", body={"model": "other"} | fields, cast_to=object)
    assert (caught.value.param or "").split("[")[0] == param, caught.value.message


async def test_prompts_are_questions_where_documents_are_searched(
    official: Any, model_server: Upstream, cars: str
) -> None:
    question, elsewhere = QUESTION[0]["content"], NOWHERE[0]["content"]
    model_server.answer = whole({"content": "It is 140 EUR [1]."}, {"content": "It is 999 EUR [1]."})
    asked: dict[str, Any] = {"model": "other@cars", "prompt": [question, elsewhere], "n": 2, "echo": True}
    answer = Completion.model_validate((await official.completions.create(**asked)).model_dump())
    texts = [choice.text for choice in answer.choices]
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert texts[:2] == [f"{question}It is 140 EUR [1].", f"{question}It is 999 EUR."]
    assert texts[2] == texts[3]
    assert texts[2].startswith(f"{elsewhere}I found nothing")
    [note] = (answer.choices[0].model_extra or {})["annotations"]
    assert texts[0][note["index"] :] == "[1]."
    assert answer.usage is not None
    assert answer.usage.completion_tokens > 5

    model_server.answer = chunks(
        (0, {"role": "assistant", "content": "It is 140"}, None),
        (1, {"role": "assistant", "content": "It is 999 EUR ["}, None),
        (0, {"content": " EUR [1]."}, "stop"),
        (1, {"content": "1]."}, "stop"),
        usage=True,
    )
    options: Any = {"include_usage": True}
    found = [one async for one in await official.completions.create(**asked, stream=True, stream_options=options)]
    said: dict[int, str] = defaultdict(str)
    for one in found:
        for choice in one.choices:
            said[choice.index] += choice.text
    assert [said[index] for index in range(4)] == texts
    assert found[-1].choices == []
    assert found[-1].usage == answer.usage
    assert len({one.id for one in found}) == 1
    notes = [
        c.model_extra["annotations"] for one in found for c in one.choices if "annotations" in (c.model_extra or {})
    ]
    assert [len(one) for one in notes] == [1, 0]
