"""Conversations by the official client, and what Lectern adds: branches, titles, export, sharing, feedback."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.response_events import heard
from tests.serving import Serving, upload

TEXT = "# Sauna\n\nThe sauna opens at 16:20 and closes at 21:40.\n\n# Vault\n\nThe code of the vault is KWIBUS-7741.\n"
OPENS, CLOSES = "When does the sauna open?", "And when does it close?"
MODEL = "extractive@talks"
HOSTILE = "<img src=x onerror=alert(1)> \u202e`# [x](javascript:alert(1))"


@pytest.fixture(scope="module")
def store(lectern: Serving, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store named `talks` with one document."""
    path, client = tmp_path_factory.mktemp("talks") / "sauna.md", lectern.client()
    path.write_text(TEXT)
    created = client.vector_stores.create(name="talks")
    upload(client, created.id, path)
    return created.id


def person(lectern: Serving, name: str) -> str:
    """The key of somebody who may ask."""
    with lectern.http() as http:
        return str(http.post("/v1/api_keys", json={"name": name, "role": "reader"}).json()["key"])


@pytest.fixture(scope="module")
def mine(lectern: Serving, store: str) -> Iterator[openai.OpenAI]:
    with lectern.client(person(lectern, "one who talks")) as one:
        yield one


@pytest.fixture(scope="module")
def http(lectern: Serving, mine: openai.OpenAI) -> Iterator[httpx.Client]:
    """The same caller, for what the official client does not know."""
    with lectern.http(mine.api_key) as one:
        yield one


@pytest.fixture(scope="module")
def other(lectern: Serving) -> Iterator[httpx.Client]:
    with lectern.http(person(lectern, "another who talks")) as one:
        yield one


def branch(http: httpx.Client, conversation: str, **query: str) -> list[dict[str, Any]]:
    """The responses of a branch."""
    answer = http.get(f"/v1/conversations/{conversation}/responses", params=query)
    assert answer.is_success, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def asked(http: httpx.Client, conversation: str, question: str, **more: Any) -> dict[str, Any]:
    """A response in a conversation, behind another if `after` names it."""
    place: Any = {"id": conversation, **more} if more else conversation
    body = {"model": MODEL, "input": question, "conversation": place}
    answer = http.post("/v1/responses", json=body)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("way", ["whole", "stream", "background"])
def test_a_conversation_goes_on_by_its_id_alone(mine: openai.OpenAI, http: httpx.Client, way: str) -> None:
    talk = mine.conversations.create(metadata={"case": "7"})

    def ask(question: str) -> Any:
        about: Any = {"model": MODEL, "input": question, "conversation": talk.id}
        if way == "stream":
            return heard(mine.responses.create(**about, stream=True))
        response = mine.responses.create(**about, background=way == "background")
        while response.status in {"queued", "in_progress"}:
            time.sleep(0.05)
            response = mine.responses.retrieve(response.id)
        return response

    first, second = ask(OPENS), ask(CLOSES)
    assert "16:20" in first.output_text
    assert "21:40" in second.output_text
    assert (first.conversation.id, second.previous_response_id) == (talk.id, None)
    assert [one["id"] for one in branch(http, talk.id)] == [first.id, second.id]
    said = [item.type for item in mine.conversations.items.list(talk.id, order="asc")]
    assert said == ["message", "file_search_call", "message"] * 2
    kept = http.get(f"/v1/conversations/{talk.id}").json()
    assert (kept["title"], kept["latest"], kept["metadata"]) == (OPENS, second.id, {"case": "7"})


def test_items_are_added_listed_and_taken_out_for_good(mine: openai.OpenAI, http: httpx.Client) -> None:
    begin: Any = [{"type": "message", "role": "user", "content": "We speak of the sauna. NEBUKADNEZAR"}]
    talk = mine.conversations.create(items=begin)
    more: Any = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]
    added = mine.conversations.items.create(talk.id, items=more)
    assert [one.type for one in added.data] == ["message", "message"]
    answer = mine.responses.create(model=MODEL, input=OPENS, conversation=talk.id)
    ids = [one.id or "" for one in mine.conversations.items.list(talk.id, order="asc", limit=2)]
    assert len(ids) == 6
    assert [one.id for one in mine.conversations.items.list(talk.id, limit=4)] == ids[::-1]
    part = mine.conversations.items.list(talk.id, after=ids[4], limit=2)
    assert [one.id for one in part.data] == [ids[3], ids[2]]
    before = http.get(f"/v1/conversations/{talk.id}/items", params={"before": ids[1], "limit": 2}).json()["data"]
    assert [one["id"] for one in before] == [ids[3], ids[2]]
    assert http.get(f"/v1/conversations/{talk.id}/items?after=msg_none").status_code == 400
    assert mine.conversations.items.retrieve(ids[0], conversation_id=talk.id).type == "message"
    mine.conversations.items.delete(ids[0], conversation_id=talk.id)
    mine.conversations.items.delete(ids[5], conversation_id=talk.id)
    assert [one.id for one in mine.conversations.items.list(talk.id, order="asc")] == ids[1:5]
    assert mine.responses.retrieve(answer.id).output_text == ""
    assert "NEBUKADNEZAR" not in http.get(f"/v1/conversations/{talk.id}/responses").text
    with pytest.raises(openai.NotFoundError) as gone:
        mine.conversations.items.retrieve(ids[0], conversation_id=talk.id)
    assert gone.value.code == "item_not_found"


def test_an_item_cannot_bring_along_what_its_author_may_not_read(
    lectern: Serving, mine: openai.OpenAI, http: httpx.Client
) -> None:
    hidden = lectern.client().files.create(file=("a.md", b"# Hidden\n\nKWIBUS.\n"), purpose="user_data")
    talk = mine.conversations.create()
    part = {"type": "input_file", "file_id": hidden.id}
    for path in (f"/v1/conversations/{talk.id}/items", "/v1/conversations"):
        answer = http.post(path, json={"items": [{"role": "user", "content": [part]}]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "file_not_found")
    answer = http.post(
        f"/v1/conversations/{talk.id}/items", json={"items": [{"type": "item_reference", "id": "msg_a_b"}]}
    )
    assert answer.status_code == 400
    assert branch(http, talk.id) == []


def test_an_edited_question_begins_a_branch_and_the_other_one_stays(http: httpx.Client) -> None:
    talk = http.post("/v1/conversations", json={}).json()["id"]
    first = asked(http, talk, OPENS)
    second = asked(http, talk, CLOSES)
    other = asked(http, talk, "What is the code of the vault?", after=first["id"])
    again = asked(http, talk, "Hello", after=None)
    assert [one["id"] for one in branch(http, talk)] == [again["id"]]
    through = branch(http, talk, through=first["id"])
    assert [one["id"] for one in through] == [first["id"], other["id"]]
    assert [one["siblings"] for one in through] == [[first["id"], again["id"]], [second["id"], other["id"]]]
    assert [one["id"] for one in branch(http, talk, through=second["id"])] == [first["id"], second["id"]]
    http.post(f"/v1/conversations/{talk}", json={"latest": second["id"]})
    third = asked(http, talk, "And when does it open?")
    assert [one["id"] for one in branch(http, talk)] == [first["id"], second["id"], third["id"]]
    unknown = {"model": MODEL, "input": "x", "conversation": {"id": talk, "after": "resp_none"}}
    assert http.post("/v1/responses", json=unknown).json()["error"]["code"] == "response_not_found"
    assert http.post(f"/v1/conversations/{talk}", json={"latest": "resp_none"}).status_code == 404
    assert http.get(f"/v1/conversations/{talk}/responses?after={again['id']}").status_code == 404


def test_answers_that_are_made_at_once_are_branches_and_never_a_mix(http: httpx.Client) -> None:
    talk = http.post("/v1/conversations", json={}).json()["id"]
    first = asked(http, talk, OPENS)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: asked(http, talk, f"{CLOSES} {number}"), range(4)))
    current = [one["id"] for one in branch(http, talk)]
    rows = {one: branch(http, talk, through=one["id"]) for one in map(_Named, answers)}
    for one, through in rows.items():
        ids = [turn["id"] for turn in through]
        assert ids[0] == first["id"]
        assert one["id"] in ids
        assert len(set(ids)) == len(ids)
    assert current[0] == first["id"]
    assert len(current) >= 2


class _Named(dict[str, Any]):
    """A response, as the name of its branch."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self["id"])


def test_what_waits_for_its_answer_is_not_followed(http: httpx.Client) -> None:
    talk = http.post("/v1/conversations", json={}).json()["id"]
    body = {"model": MODEL, "input": OPENS, "conversation": talk, "background": True}
    waiting = http.post("/v1/responses", json=body).json()
    told = http.post("/v1/responses", json=body | {"background": False})
    # It may have been answered by now; then it is followed.
    assert told.is_success or (told.status_code, told.json()["error"]["code"]) == (409, "conversation_locked")
    http.post(f"/v1/responses/{waiting['id']}/cancel")
    assert asked(http, talk, OPENS)["status"] == "completed"


def test_a_conversation_goes_with_all_that_was_said_in_it(mine: openai.OpenAI, http: httpx.Client) -> None:
    talk = mine.conversations.create()
    first = asked(http, talk.id, OPENS)
    left = mine.responses.create(model=MODEL, input=CLOSES, previous_response_id=first["id"])
    assert "21:40" in left.output_text
    http.post(f"/v1/responses/{first['id']}/feedback", json={"rating": "up"})
    gone = mine.conversations.delete(talk.id)
    assert (gone.id, gone.deleted, gone.object) == (talk.id, True, "conversation.deleted")
    assert http.get(f"/v1/responses/{first['id']}").status_code == 404
    assert mine.responses.retrieve(left.id).id == left.id
    with pytest.raises(openai.NotFoundError) as unknown:
        mine.responses.create(model=MODEL, input="x", conversation=talk.id)
    assert (unknown.value.code, unknown.value.param) == ("conversation_not_found", "conversation")


def test_a_response_that_is_deleted_leaves_its_conversation_whole(http: httpx.Client) -> None:
    talk = http.post("/v1/conversations", json={}).json()["id"]
    first, second, third = (asked(http, talk, question) for question in (OPENS, CLOSES, "Hello"))
    http.delete(f"/v1/responses/{second['id']}")
    assert [one["id"] for one in branch(http, talk)] == [first["id"], third["id"]]
    http.delete(f"/v1/responses/{third['id']}")
    assert [one["id"] for one in branch(http, talk)] == [first["id"]]


def test_the_last_used_come_first_and_only_ones_own(mine: openai.OpenAI, http: httpx.Client, lectern: Serving) -> None:
    made = [mine.conversations.create().id for _ in range(3)]
    asked(http, made[0], OPENS)
    listed = [one["id"] for one in http.get("/v1/conversations").json()["data"]]
    assert [one for one in listed if one in made] == [made[0], made[2], made[1]]
    after = http.get("/v1/conversations", params={"after": made[2], "limit": 1}).json()
    assert [one["id"] for one in after["data"]] == [made[1]]
    with lectern.http() as admin:
        assert not set(made) & {one["id"] for one in admin.get("/v1/conversations?limit=100").json()["data"]}
        assert admin.get(f"/v1/conversations/{made[0]}").is_success
        speaks = admin.post("/v1/responses", json={"model": MODEL, "input": "x", "conversation": made[0]})
        assert (speaks.status_code, speaks.json()["error"]["code"]) == (404, "conversation_not_found")


def test_a_conversation_is_named_and_its_metadata_changed(mine: openai.OpenAI, http: httpx.Client) -> None:
    talk = http.post("/v1/conversations", json={"title": "Before"}).json()
    assert talk["title"] == "Before"
    asked(http, talk["id"], OPENS)
    assert http.post(f"/v1/conversations/{talk['id']}", json={"title": f"{HOSTILE}\nnext"}).json()["title"] == (
        "<img src=x onerror=alert(1)> `# [x](javascript:alert(1)) next"
    )
    assert mine.conversations.update(talk["id"], metadata={"a": "b"}).metadata == {"a": "b"}
    assert mine.conversations.update(talk["id"], metadata=None).metadata == {}
    for title in ("", " \u202e\n", "x" * 201):
        assert http.post(f"/v1/conversations/{talk['id']}", json={"title": title}).status_code == 400
    for metadata in ({"a": 1}, {"x" * 65: "a"}, {"a": "x" * 513}, dict.fromkeys(map(str, range(17)), "x")):
        assert http.post("/v1/conversations", json={"metadata": metadata}).status_code == 400
    assert http.post("/v1/conversations", json={"items": [{"role": "user", "content": "x"}] * 21}).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"conversation": "", "input": "x"},
        {"conversation": {"after": None}, "input": "x"},
        {"conversation": 7, "input": "x"},
        {"conversation": "conv_1", "previous_response_id": "resp_1", "input": "x"},
        {"conversation": "conv_1", "store": False, "input": "x"},
    ],
    ids=["empty", "no id", "a number", "two ways to go on", "kept and not kept"],
)
def test_what_cannot_be_a_place_in_a_conversation_is_refused(http: httpx.Client, wrong: dict[str, Any]) -> None:
    assert http.post("/v1/responses", json={"model": "extractive", **wrong}).status_code == 400


def test_a_conversation_of_another_does_not_exist(http: httpx.Client, other: httpx.Client) -> None:
    talk = http.post("/v1/conversations", json={"items": [{"role": "user", "content": "x"}]}).json()["id"]
    response = asked(http, talk, OPENS)["id"]
    item = http.get(f"/v1/conversations/{talk}/items").json()["data"][0]["id"]
    theirs = other.post("/v1/conversations", json={}).json()["id"]

    def told(talk: str, response: str, item: str) -> list[tuple[int, str]]:
        place = {"model": MODEL, "input": "x", "conversation": {"id": theirs, "after": response}}
        answers = [
            other.get(f"/v1/conversations/{talk}"),
            other.post(f"/v1/conversations/{talk}", json={"title": "x"}),
            other.get(f"/v1/conversations/{talk}/items"),
            other.post(f"/v1/conversations/{talk}/items", json={"items": [{"role": "user", "content": "x"}]}),
            other.get(f"/v1/conversations/{talk}/items/{item}"),
            other.get(f"/v1/conversations/{theirs}/items/{item}"),
            other.delete(f"/v1/conversations/{theirs}/items/{item}"),
            other.delete(f"/v1/conversations/{talk}/items/{item}"),
            other.get(f"/v1/conversations/{talk}/responses"),
            other.get(f"/v1/conversations/{theirs}/responses?through={response}"),
            other.get(f"/v1/conversations/{talk}/export"),
            other.delete(f"/v1/conversations/{talk}"),
            other.post("/v1/responses", json={"model": MODEL, "input": "x", "conversation": talk}),
            other.post("/v1/responses", json=place),
            other.post(f"/v1/responses/{response}/feedback", json={"rating": "up"}),
            other.post(f"/v1/responses/{response}/share", json={"shared": True}),
        ]
        shown = [answer.text for answer in answers]
        for one in (talk, response, item):
            shown = [text.replace(one, "ID") for text in shown]
        return list(zip([answer.status_code for answer in answers], shown, strict=True))

    nobodys = told("conv_" + "0" * 32, "resp_" + "0" * 32, "msg_" + "0" * 32 + "_i0")
    assert told(talk, response, item) == nobodys
    assert {status for status, _ in nobodys} == {404}
    assert len(branch(http, talk)) == 2


@pytest.mark.parametrize("odd", ["%00", "..%2f..", "%F0%9F%92%A9", "conv_" + "x" * 300, "%E2%80%AE", "' OR 1=1 --"])
def test_odd_ids_are_unknown_ones(http: httpx.Client, odd: str) -> None:
    for path in (f"/v1/conversations/{odd}", f"/v1/conversations/{odd}/items", f"/v1/conversations/{odd}/export"):
        assert http.get(path).status_code in {400, 404}, path
    assert http.post(f"/v1/responses/{odd}/share", json={"shared": True}).status_code in {400, 404}


def test_an_export_holds_questions_answers_and_numbered_sources(http: httpx.Client, mine: openai.OpenAI) -> None:
    talk = http.post("/v1/conversations", json={"title": f"Sauna {HOSTILE}"}).json()["id"]
    asked(http, talk, OPENS)
    mine.conversations.items.create(talk, items=[{"role": "user", "content": HOSTILE}])
    answer = http.get(f"/v1/conversations/{talk}/export")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="conversation-')
    text = answer.text
    assert text.startswith("# Sauna &lt;img src=x onerror=alert(1)> \\`\\# \\[x\\]")
    assert f"> {OPENS}" in text
    assert "16:20" in text
    assert "1. sauna.md, Sauna: “The sauna opens at 16:20" in text
    assert "<img" not in text
    whole = http.get(f"/v1/conversations/{talk}/export?format=json").json()
    assert (whole["object"], whole["conversation"]["id"]) == ("conversation.export", talk)
    assert [len(one["input"]) for one in whole["responses"]] == [1, 1]
    assert http.get(f"/v1/conversations/{talk}/export?format=pdf").status_code == 400


def test_a_shared_answer_is_seen_as_far_as_its_documents_may_be_read(
    lectern: Serving, http: httpx.Client, other: httpx.Client, store: str, tmp_path: Path
) -> None:
    path = tmp_path / "alarm.md"
    path.write_text("# Alarm\n\nThe password of the alarm is ZANZIBAR-99.\n")
    file_id = upload(lectern.client(), store, path)
    talk = http.post("/v1/conversations", json={}).json()["id"]
    question = "What is the password of the alarm?"
    asked(http, talk, "Tell me of the sauna. FLAMINGO")
    body = {
        "model": MODEL,
        "input": [{"role": "system", "content": "FLAMINGO"}, {"role": "user", "content": question}],
        "conversation": talk,
        "instructions": "Say it like a FLAMINGO.",
        "metadata": {"case": "FLAMINGO"},
        "user": "FLAMINGO",
    }
    made = http.post("/v1/responses", json=body).json()
    response = made["id"]
    assert (made["shared"], other.get(f"/v1/responses/{response}").status_code) == (False, 404)
    assert http.post(f"/v1/responses/{response}/share", json={"shared": True}).json()["shared"]
    seen = other.get(f"/v1/responses/{response}?include=file_search_call.results").json()
    assert "ZANZIBAR-99" in str(seen["output"])
    assert (seen["conversation"], seen["model"], seen["tools"], seen["own"]) == (None, "extractive", [], False)
    assert seen["knowledge"] == {"found": True, "grounded": True, "engine": "extractive"}
    assert seen["output"][0]["queries"] == []
    openai.types.responses.Response.model_validate(seen, strict=True)
    assert http.get(f"/v1/responses/{response}").json()["own"]
    items = other.get(f"/v1/responses/{response}/input_items").json()["data"]
    assert [item["content"][0]["text"] for item in items] == [question]
    assert "FLAMINGO" not in f"{seen} {items}"
    for method, way in (("DELETE", ""), ("POST", "/cancel"), ("POST", "/feedback"), ("POST", "/share")):
        sent = {"rating": "up", "shared": False}
        assert other.request(method, f"/v1/responses/{response}{way}", json=sent).status_code == 404
    follows = {"model": MODEL, "input": "x", "previous_response_id": response}
    assert other.post("/v1/responses", json=follows).status_code == 404
    assert other.get(f"/v1/conversations/{talk}").status_code == 404
    with lectern.http() as admin:
        admin.put(f"/v1/files/{file_id}/access", json={"restricted": True, "grants": []})
    withheld = other.get(f"/v1/responses/{response}?include=file_search_call.results").text
    assert "is withheld" in withheld
    for secret in ("ZANZIBAR", "alarm.md", file_id):
        assert secret not in withheld
    assert not http.post(f"/v1/responses/{response}/share", json={"shared": False}).json()["shared"]
    assert other.get(f"/v1/responses/{response}").status_code == 404
    assert other.get(f"/v1/responses/{response}/input_items").status_code == 404


def test_each_look_at_a_conversation_is_taken_with_the_rights_of_now_and_on_record(
    lectern: Serving, http: httpx.Client, store: str, tmp_path: Path
) -> None:
    path = tmp_path / "safe.md"
    path.write_text("# Safe\n\nThe combination of the safe is QUETZAL-31.\n")
    file_id = upload(lectern.client(), store, path)
    talk = http.post("/v1/conversations", json={}).json()["id"]
    response = asked(http, talk, "What is the combination of the safe?")["id"]
    include = "?include=file_search_call.results"
    found = http.get(f"/v1/conversations/{talk}/items{include}").json()["data"]
    ways = [f"/v1/conversations/{talk}/{way}" for way in (f"responses{include}", f"items{include}", "export")]
    ways += [f"/v1/conversations/{talk}/export?format=json"]
    ways += [f"/v1/conversations/{talk}/items/{item['id']}{include}" for item in found[:2]]
    assert all("QUETZAL-31" in http.get(way).text for way in ways)
    with lectern.http() as admin:
        admin.put(f"/v1/files/{file_id}/access", json={"restricted": True, "grants": []})
        read = admin.get("/v1/audit", params={"resource": file_id, "limit": 100}).json()["data"]
        assert {"list_responses", "list_items", "get_item", "export_conversation"} <= {one["action"] for one in read}
    for way in ways:
        told = http.get(way).text
        for secret in ("QUETZAL", "safe.md", file_id):
            assert secret not in told, way
    again = asked(http, talk, "What did you say?")
    assert "QUETZAL" not in str(again)
    http.post(f"/v1/responses/{response}/feedback", json={"rating": "down"})
    with lectern.http() as admin:
        admin.put(f"/v1/files/{file_id}/access", json={"restricted": False})
        assert "QUETZAL-31" in http.get(ways[0]).text
        admin.delete(f"/v1/files/{file_id}")
        [opinion] = [one for one in admin.get("/v1/feedback").json()["data"] if one["id"] == response]
    assert (opinion["withheld"], opinion["sources"], "QUETZAL" in str(opinion)) == (True, [], False)


def test_a_stream_of_a_shared_response_is_its_owners_alone(http: httpx.Client, other: httpx.Client) -> None:
    body = {"model": MODEL, "input": OPENS, "background": True, "stream": True}
    with http.stream("POST", "/v1/responses", json=body) as stream:
        told = "".join(stream.iter_text())
    response = told.partition('"response":{"id":"')[2].partition('"')[0]
    http.post(f"/v1/responses/{response}/share", json={"shared": True})
    assert http.get(f"/v1/responses/{response}?stream=true").is_success
    assert other.get(f"/v1/responses/{response}").is_success
    assert other.get(f"/v1/responses/{response}?stream=true").status_code == 400


def test_feedback_reaches_administrators_with_what_it_is_about(lectern: Serving, http: httpx.Client) -> None:
    talk = http.post("/v1/conversations", json={}).json()["id"]
    since = int(time.time())
    good, bad = asked(http, talk, OPENS)["id"], asked(http, talk, CLOSES)["id"]
    http.post(f"/v1/responses/{good}/feedback", json={"rating": "down", "comment": "too short"})
    told = http.post(f"/v1/responses/{good}/feedback", json={"rating": "up"}).json()
    assert (told["rating"], told["comment"]) == ("up", None)
    http.post(f"/v1/responses/{bad}/feedback", json={"rating": "down", "comment": HOSTILE})
    assert [one["feedback"]["rating"] for one in branch(http, talk)] == ["up", "down"]
    assert http.get(f"/v1/responses/{bad}").json()["feedback"]["comment"] == HOSTILE
    assert http.get("/v1/feedback").status_code == 403
    with lectern.http() as admin:

        def listed(**query: Any) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = admin.get("/v1/feedback", params={"since": since, **query}).json()["data"]
            return [one for one in found if one["conversation_id"] == talk]

        newest, oldest = listed()
        assert [newest["id"], oldest["id"]] == [bad, good]
        assert (newest["question"], newest["comment"], newest["rating"]) == (CLOSES, HOSTILE, "down")
        assert "21:40" in newest["answer"]
        assert [source["filename"] for source in newest["sources"]] == ["sauna.md"]
        assert [one["id"] for one in listed(rating="up")] == [good]
        assert [one["id"] for one in listed(after=bad)] == [good]
        assert admin.get("/v1/feedback?rating=sideways").status_code == 400
    assert http.post(f"/v1/responses/{bad}/feedback", json={"rating": None}).json()["rating"] is None
    assert http.get(f"/v1/responses/{bad}").json()["feedback"] is None
    for wrong in ({}, {"rating": "five stars"}, {"rating": "up", "comment": "x" * 4001}):
        assert http.post(f"/v1/responses/{good}/feedback", json=wrong).status_code == 400


def test_what_was_said_lies_sealed(lectern: Serving, http: httpx.Client) -> None:
    talk = http.post("/v1/conversations", json={"title": "PUMPERNICKEL", "metadata": {"a": "SCHNITZEL"}}).json()["id"]
    response = asked(http, talk, OPENS)["id"]
    http.post(f"/v1/responses/{response}/feedback", json={"rating": "down", "comment": "SAUERKRAUT"})
    http.post("/v1/conversations", json={"items": [{"role": "user", "content": "ZWIEBACK"}]})
    data = b"".join(path.read_bytes() for path in lectern.data.glob("lectern.db*"))
    assert talk.encode() in data
    for said in (b"PUMPERNICKEL", b"SCHNITZEL", b"SAUERKRAUT", b"ZWIEBACK"):
        assert said not in data
