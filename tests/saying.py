"""What a stand-in for a model server says: whole answers and streams in OpenAI's wire."""

from typing import Any

import orjson
from openai.types.chat import ChatCompletionChunk

from tests.upstream import DONE, Answer, events, status

HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "other"}
USAGE = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}


def whole(*messages: dict[str, Any], finish: str = "stop", logprobs: Any = None) -> Answer:
    """The whole answer, a choice for each of the messages."""
    choices = [
        {
            "index": n,
            "message": {"role": "assistant", "content": None, **one},
            "finish_reason": finish,
            "logprobs": logprobs,
        }
        for n, one in enumerate(messages)
    ]
    answer = {**HEAD, "object": "chat.completion", "choices": choices, "usage": USAGE}
    return status(200, orjson.dumps(answer).decode(), {"Content-Type": "application/json"})


def chunks(*deltas: tuple[int, dict[str, Any], str | None], usage: bool = False) -> Answer:
    """A stream of (choice, delta, finish_reason)."""
    sent = []
    for index, delta, finish in deltas:
        choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}
        sent.append({**HEAD, "choices": [choice]})
    if usage:
        sent.append({**HEAD, "choices": [], "usage": USAGE})
    return events(*(f"data: {orjson.dumps(one).decode()}\n\n" for one in sent), DONE)


def read(found: list[ChatCompletionChunk], index: int = 0) -> str:
    """What a choice of a stream said."""
    return "".join(c.delta.content or "" for one in found for c in one.choices if c.index == index)


def text(*texts: str) -> Answer:
    """The whole answer of an older completion."""
    choices = [{"index": n, "text": one, "finish_reason": "stop", "logprobs": None} for n, one in enumerate(texts)]
    answer = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "other", "choices": choices}
    return status(200, orjson.dumps(answer).decode(), {"Content-Type": "application/json"})
