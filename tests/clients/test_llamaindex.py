"""LlamaIndex's classes for OpenAI, pointed at Lectern."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import openai
import pytest
from llama_index.core.llms import ChatMessage, LLMMetadata
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai import OpenAIEmbedding  # type: ignore[import-untyped]
from llama_index.llms.openai import OpenAI, OpenAIResponses

from tests.saying import whole
from tests.serving import Serving
from tests.upstream import Upstream

QUESTION = "What is the price of the rental car?"
ANSWER = "The price of the rental car is 140 EUR. [1]"
EMBEDDER = "all-MiniLM-L6-v2"
CALL = {"id": "call_1", "type": "function", "function": {"name": "price", "arguments": '{"of": "car"}'}}


class OpenAILike(OpenAI):
    """What LlamaIndex's package openai-like adds: `OpenAI` itself knows OpenAI's models only."""

    @property
    def metadata(self) -> LLMMetadata:
        """A chat model that calls tools."""
        return LLMMetadata(
            context_window=8192, is_chat_model=True, is_function_calling_model=True, model_name=self.model
        )


def llm(serving: Serving, model: str = "extractive@handbook") -> OpenAILike:
    return OpenAILike(model=model, api_base=f"{serving.url}/v1", api_key=serving.key, max_retries=0)


def asked(question: str = QUESTION) -> list[ChatMessage]:
    return [ChatMessage(role="user", content=question)]


def test_a_store_chosen_as_model_answers_chats_and_prompts(lectern: Serving) -> None:
    assert llm(lectern).chat(asked()).message.content == ANSWER
    assert llm(lectern).complete(QUESTION).text == ANSWER


def test_streams_come_in_pieces(lectern: Serving) -> None:
    pieces = [one.delta or "" for one in llm(lectern).stream_chat(asked())]
    assert "".join(pieces) == ANSWER
    assert len([piece for piece in pieces if piece]) > 1


def test_responses_answer_and_stream(lectern: Serving) -> None:
    place: dict[str, Any] = {"api_base": f"{lectern.url}/v1", "api_key": lectern.key, "max_retries": 0}
    model = OpenAIResponses(model="extractive@handbook", context_window=8192, **place)
    assert model.chat(asked()).message.content == ANSWER
    assert "".join(one.delta or "" for one in model.stream_chat(asked())) == ANSWER


def test_a_tool_is_called_and_its_result_goes_back(fronting: Serving, model_server: Upstream) -> None:
    def price(of: str) -> str:
        """What something costs."""
        raise AssertionError(of)

    model_server.answer = whole({"tool_calls": [CALL]}, finish="tool_calls")
    model = llm(fronting, "other")
    answer = model.chat_with_tools([FunctionTool.from_defaults(price)], user_msg=QUESTION)
    calls = model.get_tool_calls_from_response(answer)
    assert [(call.tool_name, call.tool_kwargs) for call in calls] == [("price", {"of": "car"})]
    model_server.answer = whole({"content": "It costs 140 EUR."})
    result = ChatMessage(role="tool", content="140", additional_kwargs={"tool_call_id": calls[0].tool_id})
    assert model.chat([*asked(), answer.message, result]).message.content == "It costs 140 EUR."
    sent: Any = model_server.requests[-1][1]
    assert [one["role"] for one in sent["messages"]] == ["user", "assistant", "tool"]


def test_an_unknown_store_is_the_clients_own_error(lectern: Serving) -> None:
    with pytest.raises(openai.NotFoundError):
        llm(lectern, "extractive@nowhere").chat(asked())


def test_texts_are_embedded_alone_and_together(lectern: Serving) -> None:
    embedder = OpenAIEmbedding(model_name=EMBEDDER, api_base=f"{lectern.url}/v1", api_key=lectern.key, max_retries=0)
    texts = [QUESTION, "停车"]
    direct: Sequence[Any] = lectern.client().embeddings.create(model=EMBEDDER, input=texts).data
    together = np.array(embedder.get_text_embedding_batch(texts))
    assert np.allclose(together, [one.embedding for one in direct])
    assert np.allclose(embedder.get_query_embedding(QUESTION), together[0])
