"""LangChain's classes for OpenAI, pointed at Lectern by base URL, key and model alone."""

from typing import Any

import numpy as np
import openai
import pytest
import tiktoken
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, SecretStr

from tests.saying import chunks, whole
from tests.serving import Serving
from tests.upstream import Upstream

QUESTION = "What is the price of the rental car?"
EMBEDDER = "all-MiniLM-L6-v2"
CALL = {"id": "call_1", "type": "function", "function": {"name": "Price", "arguments": '{"eur": 140}'}}


class Price(BaseModel):
    """What something costs."""

    eur: int


def chat(serving: Serving, model: str = "extractive@handbook", **more: Any) -> ChatOpenAI:
    return ChatOpenAI(model=model, base_url=f"{serving.url}/v1", api_key=SecretStr(serving.key), max_retries=0, **more)


def embeddings(serving: Serving, **more: Any) -> OpenAIEmbeddings:
    place: dict[str, Any] = {"base_url": f"{serving.url}/v1", "api_key": SecretStr(serving.key), "max_retries": 0}
    return OpenAIEmbeddings(model=EMBEDDER, **place, **more)


def test_a_store_chosen_as_model_answers_with_markers(lectern: Serving) -> None:
    answer = chat(lectern).invoke(QUESTION)
    assert answer.content == "The price of the rental car is 140 EUR. [1]"
    assert answer.usage_metadata
    assert answer.usage_metadata["total_tokens"] > answer.usage_metadata["output_tokens"] > 0
    assert answer.response_metadata["finish_reason"] == "stop"


def test_a_stream_comes_in_pieces_that_make_the_answer_and_its_usage(lectern: Serving) -> None:
    pieces = list(chat(lectern, stream_usage=True).stream(QUESTION))
    assert len([piece for piece in pieces if piece.content]) > 1
    joined = pieces[0]
    for piece in pieces[1:]:
        joined += piece
    assert joined.content == chat(lectern).invoke(QUESTION).content
    assert joined.usage_metadata
    assert joined.usage_metadata["output_tokens"] > 0


def test_several_are_asked_at_once(lectern: Serving) -> None:
    answers = chat(lectern).batch([QUESTION, "Who painted the ceiling of the chapel?"])
    assert ["140 EUR" in str(one.content) for one in answers] == [True, False]


@pytest.mark.parametrize("as_tool", [False, True], ids=["by model name", "by file_search"])
def test_responses_bring_the_citations(lectern: Serving, as_tool: bool) -> None:
    store = next(one.id for one in lectern.client().vector_stores.list() if one.name == "handbook")
    tool = {"type": "file_search", "vector_store_ids": [store]}
    model = chat(lectern, "extractive" if as_tool else "extractive@handbook", use_responses_api=True)
    asked = model.bind_tools([tool]) if as_tool else model
    answer = asked.invoke(QUESTION)
    assert "140 EUR" in answer.text
    assert {one["filename"] for one in cited(answer)} == {"handbook.md"}
    told: Any = None
    for piece in asked.stream(QUESTION):
        told = piece if told is None else told + piece
    assert told.text == answer.text
    assert [one["quote"] for one in cited(told)] == [one["quote"] for one in cited(answer)]


def cited(answer: Any) -> list[dict[str, Any]]:
    blocks = [block for block in answer.content if isinstance(block, dict) and block["type"] == "text"]
    return [citation for block in blocks for citation in block.get("annotations", [])]


def test_a_response_goes_on_from_the_one_before(lectern: Serving) -> None:
    model = chat(lectern, use_responses_api=True, use_previous_response_id=True)
    first = model.invoke([HumanMessage(QUESTION)])
    again = model.invoke([HumanMessage(QUESTION), first, HumanMessage("And the price of the rental car in EUR?")])
    assert "140 EUR" in again.text
    assert again.response_metadata["id"] != first.response_metadata["id"]


def test_a_tool_is_called_and_its_result_goes_back(fronting: Serving, model_server: Upstream) -> None:
    model_server.answer = whole({"tool_calls": [CALL]}, finish="tool_calls")
    messages: list[Any] = [HumanMessage(QUESTION)]
    model = chat(fronting, "other").bind_tools([Price])
    called = model.invoke(messages)
    assert isinstance(called, AIMessage)
    assert [(call["name"], call["args"]) for call in called.tool_calls] == [("Price", {"eur": 140})]
    model_server.answer = whole({"content": "It costs 140 EUR."})
    messages += [called, ToolMessage("140", tool_call_id="call_1")]
    assert model.invoke(messages).content == "It costs 140 EUR."
    sent: Any = model_server.requests[-1][1]
    assert [one["role"] for one in sent["messages"]] == ["user", "assistant", "tool"]
    assert sent["tools"][0]["function"]["name"] == "Price"


def test_a_tool_call_is_streamed_in_pieces(fronting: Serving, model_server: Upstream) -> None:
    begin = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "Price", "arguments": ""}}
    rest = [{"index": 0, "function": {"arguments": part}} for part in ('{"eur"', ": 140}")]
    deltas = [(0, {"tool_calls": [one]}, None) for one in (begin, *rest)]
    model_server.answer = chunks(*deltas, (0, {}, "tool_calls"))
    told: Any = None
    for piece in chat(fronting, "other").bind_tools([Price]).stream(QUESTION):
        told = piece if told is None else told + piece
    assert [(call["name"], call["args"]) for call in told.tool_calls] == [("Price", {"eur": 140})]


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_structured_output_is_what_was_asked_for(fronting: Serving, model_server: Upstream, method: Any) -> None:
    by_tool = method == "function_calling"
    said: dict[str, Any] = {"tool_calls": [CALL]} if by_tool else {"content": '{"eur": 140}'}
    model_server.answer = whole(said, finish="tool_calls" if by_tool else "stop")
    assert chat(fronting, "other").with_structured_output(Price, method=method).invoke(QUESTION) == Price(eur=140)
    sent: Any = model_server.requests[-1][1]
    if by_tool:
        assert sent["tool_choice"]["function"]["name"] == "Price"
    else:
        assert sent["response_format"]["type"] == ("json_schema" if method == "json_schema" else "json_object")


def test_what_quotes_cannot_be_is_refused_with_what_to_set(lectern: Serving) -> None:
    with pytest.raises(openai.BadRequestError, match="LECTERN_MODEL") as refused:
        chat(lectern).with_structured_output(Price).invoke(QUESTION)
    assert refused.value.param == "response_format"


def test_a_wrong_key_and_an_unknown_model_are_langchains_own_errors(lectern: Serving) -> None:
    with pytest.raises(openai.NotFoundError):
        chat(lectern, "extractive@nowhere").invoke(QUESTION)
    with pytest.raises(openai.AuthenticationError):
        ChatOpenAI(model="extractive", base_url=f"{lectern.url}/v1", api_key=SecretStr("no"), max_retries=0).invoke("x")


def test_texts_are_embedded_where_they_are_not_made_token_ids(lectern: Serving) -> None:
    embedder = embeddings(lectern, check_embedding_ctx_length=False)
    texts = [QUESTION, "停车"]
    found = np.array(embedder.embed_documents(texts))
    direct = lectern.client().embeddings.create(model=EMBEDDER, input=texts)
    assert np.allclose(found, [one.embedding for one in direct.data])
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert np.allclose(embedder.embed_query(QUESTION), found[0])


def test_token_ids_of_a_strange_tokenizer_are_refused_with_the_cure(
    lectern: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The default: LangChain fetches a tokenizer of OpenAI's from the network, which is not to be had here.
    bytewise = tiktoken.Encoding(
        "bytewise", pat_str=r"[\s\S]", mergeable_ranks={bytes([n]): n for n in range(256)}, special_tokens={}
    )
    monkeypatch.setattr(tiktoken, "encoding_for_model", lambda _: bytewise)
    with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length=False"):
        embeddings(lectern).embed_query(QUESTION)
