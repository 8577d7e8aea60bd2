"""Responses from documents, by the official client: answered, told, continued, kept, and withheld."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai.types.responses import Response, ResponseFileSearchToolCall, ResponseOutputMessage, ResponseOutputText
from pydantic import BaseModel

from tests.response_events import heard
from tests.serving import Serving, upload

CANTINA = "# Cantina\n\nThe cantina opens at 11:45 and closes at 14:15.\n\n# 停车\n\n访客停车位在北门,共十二个。\n"
SECRET = "# Vault\n\nThe code of the vault is KWIBUS-7741.\n"


@pytest.fixture(scope="module")
def store(lectern: Serving, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store named `house` with two documents."""
    folder, client = tmp_path_factory.mktemp("house"), lectern.client()
    created = client.vector_stores.create(name="house")
    for name, text in (("cantina.md", CANTINA), ("vault.md", SECRET)):
        (folder / name).write_text(text)
        upload(client, created.id, folder / name)
    return created.id


@pytest.fixture(scope="module")
def client(lectern: Serving) -> Iterator[openai.OpenAI]:
    with lectern.client() as one:
        yield one


@pytest.fixture(scope="module")
def reader(lectern: Serving) -> Iterator[openai.OpenAI]:
    """Another caller, who may ask and read."""
    with lectern.http() as http:
        made = http.post("/v1/api_keys", json={"name": "reader of responses", "role": "reader"}).json()
    with lectern.client(made["key"]) as one:
        yield one


def text_of(response: Response) -> ResponseOutputText:
    """The one text of a response."""
    [message] = [item for item in response.output if isinstance(item, ResponseOutputMessage)]
    [part] = message.content
    assert isinstance(part, ResponseOutputText)
    return part


def search_of(response: Response) -> ResponseFileSearchToolCall:
    first = response.output[0]
    assert isinstance(first, ResponseFileSearchToolCall)
    return first


def test_an_answer_cites_the_documents_and_shows_results_where_they_are_asked_for(
    client: openai.OpenAI, store: str
) -> None:
    asked: dict[str, Any] = {
        "model": "extractive",
        "input": "When does the cantina open?",
        "tools": [{"type": "file_search", "vector_store_ids": [store], "max_num_results": 3}],
        "metadata": {"case": "7"},
    }
    response = client.responses.create(**asked, include=["file_search_call.results"])
    assert (response.status, response.object, response.metadata) == ("completed", "response", {"case": "7"})
    assert "11:45" in response.output_text
    [citation] = text_of(response).annotations
    assert citation.type == "file_citation"
    assert citation.filename == "cantina.md"
    assert response.output_text[citation.index :].startswith("[1]")
    assert "11:45" in (citation.model_extra or {})["quote"]
    search = search_of(response)
    assert (search.status, search.queries) == ("completed", ["When does the cantina open?"])
    assert search.results
    assert search.results[0].file_id == citation.file_id
    assert "11:45" in (search.results[0].text or "")
    assert response.usage is not None
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens > 0
    assert search_of(client.responses.create(**asked)).results is None
    assert search_of(client.responses.retrieve(response.id)).results is None
    again = client.responses.retrieve(response.id, include=["file_search_call.results"])
    assert again.to_dict() == response.to_dict()


def test_the_search_keeps_to_its_filters_its_number_and_its_least_score(
    lectern: Serving, client: openai.OpenAI, store: str
) -> None:
    def found(**tool: Any) -> list[str]:
        search: Any = {"type": "file_search", "vector_store_ids": [store], **tool}
        response = client.responses.create(
            model="extractive",
            input="When does the cantina open, and what is the code of the vault?",
            tools=[search],
            include=["file_search_call.results"],
        )
        return sorted({one.filename or "" for one in search_of(response).results or ()})

    assert found() == ["cantina.md", "vault.md"]
    assert found(max_num_results=1) in (["cantina.md"], ["vault.md"])
    assert found(ranking_options={"score_threshold": 1.0, "ranker": "auto"}) != ["cantina.md", "vault.md"]
    files = {client.files.retrieve(one.id).filename: one.id for one in client.vector_stores.files.list(store)}
    client.vector_stores.files.update(files["vault.md"], vector_store_id=store, attributes={"secret": True})
    assert found(filters={"type": "eq", "key": "secret", "value": True}) == ["vault.md"]


@pytest.mark.parametrize(
    ("asked", "then", "told"),
    [
        ("When does the cantina open?", "And when does it close?", "14:15"),
        ("访客停车位在哪里?", "一共有多少个?", "十二个"),
    ],
)
def test_a_conversation_goes_on_where_the_response_before_left_it(
    client: openai.OpenAI, store: str, asked: str, then: str, told: str
) -> None:
    first = client.responses.create(model="extractive@house", input=asked)
    second = client.responses.create(model="extractive@house", input=then, previous_response_id=first.id)
    assert told in second.output_text
    assert second.previous_response_id == first.id
    assert search_of(second).queries != [then]
    thirds = "And when does it open?" if asked.isascii() else "在哪里?"
    third = client.responses.create(model="extractive@house", input=thirds, previous_response_id=second.id)
    assert third.status == "completed"


def test_the_events_come_in_the_documented_order_and_add_up_to_the_stored_response(
    client: openai.OpenAI, store: str
) -> None:
    asked: dict[str, Any] = {"model": "extractive@house", "input": "When does the cantina open?", "stream": True}
    response = heard(client.responses.create(**asked, include=["file_search_call.results"]))
    assert text_of(response).annotations
    assert search_of(response).results
    kept = client.responses.retrieve(response.id, include=["file_search_call.results"])
    assert kept.to_dict() == response.to_dict()
    with client.responses.stream(model="extractive@house", input="When does the cantina close?") as stream:
        assert "14:15" in stream.get_final_response().output_text


@pytest.mark.parametrize(
    ("asked", "said"), [("What is the boiling point of lead?", "I found nothing"), ("火星上有水吗?", "没有找到")]
)
def test_what_the_documents_do_not_tell_is_said_in_a_message_without_citations(
    client: openai.OpenAI, store: str, asked: str, said: str
) -> None:
    response = heard(client.responses.create(model="extractive@house", input=asked, stream=True))
    assert said in text_of(response).text
    assert text_of(response).annotations == []
    assert (response.model_extra or {})["knowledge"]["found"] is False


def test_a_program_reads_as_a_refusal_what_the_documents_do_not_tell(client: openai.OpenAI, store: str) -> None:
    class Answer(BaseModel):
        degrees: int

    parsed = client.responses.parse(
        model="extractive@house", input="What is the boiling point of lead?", text_format=Answer
    )
    assert parsed.output_parsed is None
    [part] = next(item for item in parsed.output if item.type == "message").content
    assert part.type == "refusal"


def test_the_input_items_are_listed_by_pages(client: openai.OpenAI, store: str) -> None:
    given: Any = [{"role": "user", "content": f"number {number}"} for number in range(5)]
    response = client.responses.create(model="extractive", input=[*given, {"role": "assistant", "content": "yes"}])

    def texts(**page: Any) -> list[str]:
        found = client.responses.input_items.list(response.id, **page)
        return [item.content[0].text for item in found.data]  # type: ignore[union-attr,index]

    newest = client.responses.input_items.list(response.id)
    assert [item.type for item in newest.data] == ["message"] * 6
    ids = [item.id or "" for item in newest.data]
    assert texts() == ["yes", "number 4", "number 3", "number 2", "number 1", "number 0"]
    assert texts(order="asc", limit=2) == ["number 0", "number 1"]
    assert texts(after=ids[2], limit=2) == ["number 2", "number 1"]
    assert texts(extra_query={"before": ids[4]}, limit=2) == ["number 3", "number 2"]
    assert len(list(client.responses.input_items.list(response.id, limit=2))) == 6
    with pytest.raises(openai.BadRequestError, match="to go on after"):
        texts(after="msg_none")


def test_an_item_of_a_stored_response_can_be_referred_to(client: openai.OpenAI, store: str) -> None:
    first = client.responses.create(model="extractive", input="When does the cantina open?")
    [item] = client.responses.input_items.list(first.id).data
    reference: Any = {"type": "item_reference", "id": item.id}
    second = client.responses.create(model="extractive@house", input=[reference])
    assert "11:45" in second.output_text
    [shown] = client.responses.input_items.list(second.id).data
    assert shown.to_dict() == item.to_dict()
    with pytest.raises(openai.BadRequestError, match="no item"):
        client.responses.create(model="extractive", input=[{"type": "item_reference", "id": f"{item.id}x"}])
    with pytest.raises(openai.BadRequestError, match="referred to twice"):
        client.responses.create(model="extractive", input=[reference, reference])
    many: Any = [{"type": "item_reference", "id": f"{item.id}{number}"} for number in range(1001)]
    with pytest.raises(openai.BadRequestError, match="at most 1000 items"):
        client.responses.create(model="extractive", input=many)


def test_a_response_is_gone_when_it_is_deleted_and_was_never_kept_with_store_false(client: openai.OpenAI) -> None:
    kept = client.responses.create(model="extractive", input="hello")
    client.responses.delete(kept.id)
    loose = client.responses.create(model="extractive", input="hello", store=False)
    heard(events := list(client.responses.create(model="extractive", input="hello", store=False, stream=True)))
    for response_id in (kept.id, loose.id, events[0].response.id, "resp_never"):  # type: ignore[union-attr]
        with pytest.raises(openai.NotFoundError) as gone:
            client.responses.retrieve(response_id)
        assert (gone.value.code, gone.value.status_code) == ("response_not_found", 404)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="extractive", input="and?", previous_response_id=kept.id)


def test_a_chain_goes_on_without_what_was_deleted_of_its_beginning(client: openai.OpenAI, store: str) -> None:
    first = client.responses.create(model="extractive@house", input="When does the cantina open?")
    second = client.responses.create(model="extractive@house", input="Hello", previous_response_id=first.id)
    client.responses.delete(first.id)
    third = client.responses.create(
        model="extractive@house", input="When does the cantina close?", previous_response_id=second.id
    )
    assert "14:15" in third.output_text


def test_a_response_of_another_does_not_exist(client: openai.OpenAI, reader: openai.OpenAI, lectern: Serving) -> None:
    mine = client.responses.create(model="extractive", input="hello")
    [item] = client.responses.input_items.list(mine.id).data
    create = f"{lectern.url}/v1/responses"
    with httpx.Client(base_url=f"{lectern.url}/v1/responses", headers=reader.auth_headers) as http:

        def told(response_id: str) -> list[tuple[int, str]]:
            answers = [
                http.get(f"/{response_id}"),
                http.get(f"/{response_id}?stream=true"),
                http.get(f"/{response_id}/input_items"),
                http.post(f"/{response_id}/cancel"),
                http.delete(f"/{response_id}"),
                http.post(
                    f"{lectern.url}/v1/responses",
                    json={"model": "extractive", "input": "x", "previous_response_id": response_id},
                ),
            ]
            return [(answer.status_code, answer.text.replace(response_id, "ID")) for answer in answers]

        assert told(mine.id) == told("resp_" + "0" * 32)
        assert {status for status, _ in told(mine.id)} == {404}
        referred = [{"type": "item_reference", "id": item.id}]
        assert http.post(create, json={"model": "extractive", "input": referred}).status_code == 400
    assert client.responses.retrieve(mine.id).id == mine.id


def test_what_came_from_a_document_is_withheld_once_it_may_not_be_read(
    lectern: Serving, reader: openai.OpenAI, store: str, tmp_path: Path
) -> None:
    official, path = lectern.client(), tmp_path / "alarm.md"
    path.write_text("# Alarm\n\nThe password of the alarm is ZANZIBAR-99.\n")
    file_id = upload(official, store, path)
    first = reader.responses.create(
        model="extractive@house", input="What is the password of the alarm?", include=["file_search_call.results"]
    )
    assert "ZANZIBAR-99" in first.to_json()
    second = reader.responses.create(
        model="extractive@house", input="When does the cantina open?", previous_response_id=first.id
    )
    background = reader.responses.create(
        model="extractive@house", input="What is the password of the alarm?", background=True, stream=True
    )
    third = heard(background)
    with lectern.http() as http:
        limited = http.put(f"/v1/files/{file_id}/access", json={"restricted": True, "grants": []})
        assert limited.is_success, limited.text

    headers = reader.auth_headers
    with httpx.Client(base_url=f"{lectern.url}/v1/responses", headers=headers) as http:
        for response in (first, second, third):
            query = "?include=file_search_call.results"
            for address in (query, "/input_items" + query, "?stream=true"):
                told = http.get(f"/{response.id}{address}").text
                assert "ZANZIBAR" not in told
                assert "alarm.md" not in told
                assert file_id not in told
            assert "is withheld" in http.get(f"/{response.id}").text
    asked_again = reader.responses.create(
        model="extractive@house", input="What did you say?", previous_response_id=first.id
    )
    assert "ZANZIBAR" not in asked_again.to_json()
    with lectern.http() as http:  # whoever sees to everything still sees it
        assert "ZANZIBAR-99" in http.get(f"/v1/responses/{first.id}").text
        http.put(f"/v1/files/{file_id}/access", json={"restricted": False})
    assert "ZANZIBAR-99" in reader.responses.retrieve(first.id).output_text
    official.files.delete(file_id)
    assert "is withheld" in reader.responses.retrieve(first.id).output_text


def test_a_file_is_read_for_whom_it_is_attached_by_and_for_nobody_else(
    lectern: Serving, client: openai.OpenAI, reader: openai.OpenAI, tmp_path: Path
) -> None:
    path = tmp_path / "report.md"
    path.write_text("# Report\n\nThe turnover was 4711 EUR.\n")
    file = client.files.create(file=path, purpose="user_data")
    parts: Any = [{"type": "input_file", "file_id": file.id}, {"type": "input_text", "text": "What was the turnover?"}]
    asked: dict[str, Any] = {"model": "extractive", "input": [{"role": "user", "content": parts}]}
    counted = client.post("/responses/input_tokens", body=asked, cast_to=httpx.Response).json()
    assert counted["input_tokens"] > 20
    assert client.responses.create(**asked).status == "completed"
    with pytest.raises(openai.NotFoundError) as unknown:
        reader.responses.create(**asked)
    assert (unknown.value.code, unknown.value.param) == ("file_not_found", "input")
    many: Any = [{"type": "input_file", "file_id": f"file-{number}"} for number in range(21)]
    with pytest.raises(openai.BadRequestError, match="at most 20 files"):
        client.responses.create(model="extractive", input=[{"role": "user", "content": many}])
    parts[0] = {"type": "input_file", "file_data": "data:text/plain;base64,aGk=", "filename": "a.txt"}
    with pytest.raises(openai.BadRequestError, match="file_id"):
        client.responses.create(**asked)


def test_a_response_in_the_background_is_answered_while_nobody_waits(client: openai.OpenAI, store: str) -> None:
    queued = client.responses.create(model="extractive@house", input="When does the cantina open?", background=True)
    assert (queued.status, queued.output) == ("queued", [])
    for _ in range(200):
        response = client.responses.retrieve(queued.id)
        if response.status not in {"queued", "in_progress"}:
            break
        time.sleep(0.05)
    assert response.status == "completed"
    assert "11:45" in response.output_text
    assert text_of(response).annotations
    assert client.responses.cancel(queued.id).status == "completed"
    with pytest.raises(openai.BadRequestError):
        list(client.responses.retrieve(queued.id, stream=True))


def test_the_events_of_a_response_in_the_background_can_be_heard_again_from_any_of_them(
    client: openai.OpenAI, store: str
) -> None:
    asked: dict[str, Any] = {"model": "extractive@house", "input": "When does the cantina open?"}
    events = list(client.responses.create(**asked, background=True, stream=True))
    response = heard(events)
    assert events[1].type == "response.queued"
    assert client.responses.retrieve(response.id).to_dict() == response.to_dict()
    later = list(client.responses.retrieve(response.id, stream=True, starting_after=5))
    assert [event.to_dict() for event in later] == [event.to_dict() for event in events[6:]]
    heard(client.responses.retrieve(response.id, stream=True))


def test_only_a_response_in_the_background_can_be_cancelled(client: openai.OpenAI) -> None:
    response = client.responses.create(model="extractive", input="hello")
    with pytest.raises(openai.BadRequestError, match="background"):
        client.responses.cancel(response.id)


def deep(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = {"a": found}
    return found


CALL = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}
WRONG: dict[str, dict[str, Any]] = {
    "nothing": {"input": []},
    "no text": {"input": ""},
    "a number": {"input": 7},
    "items that are none": {"input": ["x", None]},
    "an item of another tool": {"input": [{"type": "web_search_call", "id": "x"}]},
    "an unknown part": {"input": [{"role": "user", "content": [{"type": "input_audio", "data": ""}]}]},
    "a picture for an engine that quotes": {
        "input": [{"role": "user", "content": [{"type": "input_image", "image_url": "https://example.org/a.png"}]}]
    },
    "an output without its call": {"input": [{"type": "function_call_output", "call_id": "a", "output": "1"}]},
    "a call without its output": {
        "input": [
            {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
            {"role": "user", "content": "x"},
        ]
    },
    "a lone surrogate": {"input": "\ud800"},
    "a lone surrogate further in": {"tools": [{"type": "function", "name": "f", "parameters": {"a": "\udfff"}}]},
    "endless depth": {"tools": [{"type": "function", "name": "f", "parameters": deep(600)}]},
    "a tool of another": {"tools": [{"type": "web_search"}]},
    "a function without a name": {"tools": [{"type": "function"}]},
    "a search of nothing": {"tools": [{"type": "file_search", "vector_store_ids": []}]},
    "a filter that is none": {
        "tools": [
            {"type": "file_search", "vector_store_ids": ["$store"], "filters": {"type": "like", "key": "a", "value": 1}}
        ]
    },
    "a choice of no tool": {"tool_choice": {"type": "function", "name": "f"}},
    "a choice of another kind": {"tool_choice": {"type": "mcp", "server_label": "x"}},
    "too hot": {"temperature": 3},
    "no tokens": {"max_output_tokens": 0},
    "an unknown format": {"text": {"format": {"type": "xml"}}},
    "a schema without a name": {"text": {"format": {"type": "json_schema", "schema": {}}}},
    "an unknown include": {"include": ["everything"]},
    "a stored prompt": {"prompt": {"id": "pmpt_1"}},
    "moderation": {"moderation": {"model": "omni-moderation-latest"}},
    "a conversation that would keep nothing": {"conversation": "conv_1", "store": False},
    "a field of chat": {"max_tokens": 5},
    "background without store": {"background": True, "store": False},
    "too much metadata": {"metadata": {str(number): "x" for number in range(17)}},
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_answered_is_refused_before_anything_is_told(
    lectern: Serving, store: str, wrong: str, stream: bool
) -> None:
    body = json.dumps({"model": "extractive", "input": "x", "stream": stream} | WRONG[wrong]).replace("$store", store)
    with lectern.http() as http:
        answer = http.post("/v1/responses", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"model": "gpt-9"}, "model_not_found"),
        ({"model": "extractive@nowhere"}, "vector_store_not_found"),
        ({"tools": [{"type": "file_search", "vector_store_ids": ["vs_none"]}]}, "vector_store_not_found"),
        ({"previous_response_id": "resp_none"}, "response_not_found"),
    ],
)
def test_what_there_is_not_is_not_found(client: openai.OpenAI, fields: dict[str, Any], code: str) -> None:
    for more in ({}, {"stream": True}, {"background": True}):
        with pytest.raises(openai.NotFoundError) as unknown:
            client.responses.create(**{"model": "extractive", "input": "hello"} | fields | more)
        assert unknown.value.code == code


def test_langchain_answers_and_streams_through_responses(lectern: Serving, store: str) -> None:
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(
        base_url=f"{lectern.url}/v1",
        api_key=lectern.key,  # type: ignore[arg-type]
        model="extractive",
        use_responses_api=True,
        max_retries=0,
    ).bind_tools([{"type": "file_search", "vector_store_ids": [store]}])
    whole = model.invoke("When does the cantina open?")
    assert "11:45" in str(whole.text)
    cited = [one for block in whole.content if isinstance(block, dict) for one in block.get("annotations", [])]
    assert [one["filename"] for one in cited] == ["cantina.md"]
    pieces = list(model.stream("When does the cantina close?"))
    assert "14:15" in "".join(str(piece.text) for piece in pieces)
    conversation: Any = [("user", "When does the cantina open?"), whole, ("user", "And when does it close?")]
    assert "14:15" in str(model.invoke(conversation).text)
