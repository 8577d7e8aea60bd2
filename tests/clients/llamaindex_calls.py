"""The usual calls of LlamaIndex's classes for OpenAI; what came of them goes to standard output as JSON.

Run in an environment of its own (docker/setup.sh): LlamaIndex holds OpenAI's client back to a version that Lectern's
own tests have left behind.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

import openai
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAIResponses
from llama_index.llms.openai_like import OpenAILike

QUESTION = "What is the price of the rental car?"
MODEL = "extractive@handbook"
EMBEDDER = "all-MiniLM-L6-v2"


def llm(place: dict[str, Any], model: str = MODEL) -> OpenAILike:
    """A chat model that calls tools."""
    return OpenAILike(model=model, is_chat_model=True, is_function_calling_model=True, **place)


def asked() -> list[ChatMessage]:
    """The question as a conversation."""
    return [ChatMessage(role="user", content=QUESTION)]


async def pieces(place: dict[str, Any]) -> list[str]:
    """What a stream says, read asynchronously."""
    return [one.delta or "" async for one in await llm(place).astream_chat(asked())]


def refused(place: dict[str, Any]) -> bool:
    """Whether a store that there is not is told by the client's own error."""
    try:
        llm(place, "extractive@nowhere").chat(asked())
    except openai.NotFoundError:
        return True
    return False


def of_a_store(place: dict[str, Any]) -> dict[str, Any]:
    """Answers from documents, and vectors."""
    responses = OpenAIResponses(model=MODEL, context_window=8192, **place)
    embedder = OpenAIEmbedding(model_name=EMBEDDER, **place)
    return {
        "version": openai.__version__,
        "chat": llm(place).chat(asked()).message.content,
        "complete": llm(place).complete(QUESTION).text,
        "pieces": [one.delta or "" for one in llm(place).stream_chat(asked())],
        "async_pieces": asyncio.run(pieces(place)),
        "response": responses.chat(asked()).message.content,
        "response_pieces": [one.delta or "" for one in responses.stream_chat(asked())],
        "refused": refused(place),
        "vectors": embedder.get_text_embedding_batch([QUESTION, "停车"]),
        "vector": embedder.get_query_embedding(QUESTION),
    }


def price(of: str) -> str:
    """What something costs."""
    raise AssertionError(of)


def of_a_call(place: dict[str, Any]) -> dict[str, Any]:
    """The tools that a model calls."""
    model = llm(place, "other")
    answer = model.chat_with_tools([FunctionTool.from_defaults(price)], user_msg=QUESTION)
    calls = model.get_tool_calls_from_response(answer)
    return {"calls": [[call.tool_id, call.tool_name, call.tool_kwargs] for call in calls]}


def of_its_result(place: dict[str, Any]) -> dict[str, Any]:
    """What a model says when it is told the result of its call."""
    function = {"name": "price", "arguments": '{"of": "car"}'}
    call = {"id": "call_1", "type": "function", "function": function}
    called = ChatMessage(role="assistant", content=None, additional_kwargs={"tool_calls": [call]})
    result = ChatMessage(role="tool", content="140", additional_kwargs={"tool_call_id": "call_1"})
    return {"answer": llm(place, "other").chat([*asked(), called, result]).message.content}


def main(arguments: Sequence[str]) -> None:
    """Makes the calls of one part against a Lectern."""
    part, url, key = arguments
    parts = {"store": of_a_store, "call": of_a_call, "result": of_its_result}
    json.dump(parts[part]({"api_base": url, "api_key": key, "max_retries": 0}), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
