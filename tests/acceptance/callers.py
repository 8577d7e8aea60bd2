"""Callers of every kind, what they ask for, and what each may be answered."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

import httpx

from server.access.scopes import scope_of
from server.model import Scope
from tests.serving import Serving

ADMITTED, STRANGER, FORBIDDEN, HIDDEN = "admitted", "stranger", "forbidden", "hidden"
STRANGERS = ("nobody", "expired", "revoked", "unknown")
KNOWN = ("reader", "editor", "other", "admin", "auditor", "narrow", "scoped")
SCOPE = Scope.SEARCH
"""All that the key of `scoped`, an administrator, is for."""
SPOKEN = ("POST", "/v1/conversations/{conversation_id}/items")
OWNERS = frozenset(
    {SPOKEN, ("POST", "/v1/conversations/{conversation_id}"), ("POST", "/v1/responses/{response_id}/feedback")}
)
"""What administrators do not do in others' place: speak in their conversations, change these, rate their answers."""
_HIDDEN_CODES = re.compile(r"(vector_store|file|eval|response|conversation|item|batch|upload|file_batch)_not_found")
_ENDS = re.compile(r"/(cancel|complete)$")
_BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/evals"): {"vector_store_id": "{store_id}"},
    ("POST", "/v1/vector_stores/{store_id}/files"): {"file_id": "{file_id}"},
    ("POST", "/v1/vector_stores/{store_id}/search"): {"query": "anything"},
    ("POST", "/v1/vector_stores/{store_id}/files/detach"): {"file_ids": ["none"]},
    ("PUT", "/v1/vector_stores/{store_id}/access"): {"shared": False},
    ("PUT", "/v1/files/{file_id}/access"): {"restricted": False},
    ("POST", "/v1/responses/{response_id}/feedback"): {"rating": "up"},
    ("POST", "/v1/responses/{response_id}/share"): {"shared": False},
    ("POST", "/v1/conversations/{conversation_id}"): {"title": "What?"},
    SPOKEN: {"items": [{"role": "user", "content": "What?"}]},
    ("POST", "/v1/uploads/{upload_id}/complete"): {"part_ids": ["none"]},
    ("POST", "/v1/vector_stores/{store_id}/files/{file_id}"): {"attributes": {"a": "b"}},
}


def destroys(method: str, path: str) -> bool:
    """Whether what is asked for is not the same afterwards."""
    return method == "DELETE" or _ENDS.search(path) is not None


def expected(least: str, method: str, path: str, who: str) -> str:
    """What the caller of a kind is answered at a route whose least role is `least`: everything there belongs to an
    owner, who granted the reader and the editor their roles, and nobody else."""
    if who in STRANGERS:
        return STRANGER
    if who == "scoped":
        return ADMITTED if scope_of(method, path) in {SCOPE, None} else FORBIDDEN
    if who == "admin" and (method, path) in OWNERS:
        return HIDDEN
    if who == "admin" or least == "known" or least == who == "auditor":
        return ADMITTED
    return FORBIDDEN if least in {"admin", "auditor"} else _among_others(least, method, path, who)


def _among_others(least: str, method: str, path: str, who: str) -> str:
    """What is answered to those who have no role over everything."""
    own = re.search(r"{(response_id|conversation_id|upload_id)}|^/v1/batches/{", path) is not None
    of_eval = "{eval_id}" in path or (method, path) == ("POST", "/v1/evals")
    in_store = of_eval or re.search(r"{(store_id|file_id)}", path) is not None
    if who == "auditor":
        return HIDDEN if in_store and not of_eval else FORBIDDEN
    if (who == "reader" and least == "editor") or (who == "narrow" and path == "/v1/principals"):
        return FORBIDDEN  # a key for some stores does not learn who else there is
    return HIDDEN if own or (in_store and who in {"other", "narrow"}) else ADMITTED


@dataclass
class Cast:
    """The keys of all kinds of callers, and what the owner made. `http` sends no key of its own: making a client for
    each of a thousand requests takes longer than the requests."""

    lectern: Serving
    http: httpx.Client
    keys: dict[str, str]
    principals: dict[str, str]
    things: dict[str, str]

    @classmethod
    def of(cls, lectern: Serving) -> "Cast":
        """New keys, and new things of the owner."""
        keys: dict[str, str] = {"unknown": "lk-nobody-knows-this"}
        principals = {}
        with lectern.http() as http:
            elsewhere = http.post("/v1/vector_stores", json={"name": "elsewhere"}).json()["id"]
            wanted: dict[str, dict[str, Any]] = {
                "owner": {"role": "editor"},
                "reader": {"role": "reader"},
                "editor": {"role": "editor"},
                "other": {"role": "editor"},
                "admin": {"role": "admin"},
                "auditor": {"role": "auditor"},
                "narrow": {"role": "admin", "stores": [elsewhere]},
                "scoped": {"role": "admin", "scopes": [SCOPE]},
                "expired": {"role": "admin", "expires_in_days": 1e-9},  # before the answer is back
                "revoked": {"role": "admin"},
            }
            for who, key in wanted.items():
                made = http.post("/v1/api_keys", json={"name": who} | key).json()
                assert "key" in made, made
                keys[who], principals[who] = made["key"], f"key:{made['id']}"
            http.delete(f"/v1/api_keys/{principals['revoked'].removeprefix('key:')}")
        return cls(lectern, httpx.Client(base_url=lectern.url, timeout=60), keys, principals, {}).furnished()

    def furnished(self) -> "Cast":
        """The same callers, and things of the owner that nobody has touched."""
        with self.lectern.http(self.keys["owner"]) as http:
            return replace(self, things=_things(http, self.principals))

    def answered(self, who: str, method: str, path: str) -> str:
        """How the caller was answered at a route, filled with the owner's things."""
        ids = dict(self.things)
        if "file_batches" in path:
            ids["batch_id"] = ids["file_batch_id"]
        if "conversations" in path:
            ids["item_id"] = ids["spoken_id"]
        body = _filled(_BODIES.get((method, path)), ids)
        headers = {} if who == "nobody" else {"Authorization": f"Bearer {self.keys[who]}"}
        answer = self.http.request(method, _filled(path, ids), json=body, headers=headers)
        if answer.status_code == 401:
            return STRANGER
        if answer.status_code == 403:
            return FORBIDDEN
        assert answer.status_code < 500, answer.text
        if answer.status_code != 404 or method == "HEAD":
            return HIDDEN if answer.status_code == 404 else ADMITTED
        # What nobody made, such as the user `none`, is not hidden from anybody.
        return HIDDEN if _HIDDEN_CODES.fullmatch(answer.json()["error"]["code"]) else ADMITTED


def _filled(template: Any, ids: dict[str, str]) -> Any:
    if template is None:
        return None
    text = template if isinstance(template, str) else json.dumps(template)
    filled = re.sub(r"{(\w+)}", lambda name: ids.get(name.group(1), "none"), text)
    return filled if isinstance(template, str) else json.loads(filled)


def _things(http: httpx.Client, principals: dict[str, str]) -> dict[str, str]:
    """One of each, in a store that the reader may read and the editor edit."""

    def make(path: str, body: dict[str, Any]) -> str:
        answer = http.post(path, json=body)
        assert answer.is_success, (path, answer.text)
        return str(answer.json()["id"])

    def upload(name: str, content: str, purpose: str) -> str:
        form = {"file": (name, content.encode())}
        return str(http.post("/v1/files", data={"purpose": purpose}, files=form).json()["id"])

    grants = [{"principal": principals[role], "role": role} for role in ("reader", "editor")]
    store = make("/v1/vector_stores", {"name": "guarded", "access": {"shared": False, "grants": grants}})
    things = {"store_id": store, "file_id": upload("note.md", "A note on nothing.", "assistants")}
    make(f"/v1/vector_stores/{store}/files", {"file_id": things["file_id"]})
    things["file_batch_id"] = make(f"/v1/vector_stores/{store}/file_batches", {"file_ids": [things["file_id"]]})
    things["eval_id"] = make("/v1/evals", {"vector_store_id": store})
    questions = {"type": "file_content", "content": [{"item": {"question": "What?"}}]}
    run = {"data_source": {"type": "jsonl", "source": questions}}
    things["run_id"] = make(f"/v1/evals/{things['eval_id']}/runs", run)
    things["item_id"] = f"outputitem_{things['run_id'].removeprefix('evalrun_')}_0"
    model = http.get("/v1/models").json()["data"][0]["id"]
    things["response_id"] = make("/v1/responses", {"model": model, "input": "What?"})
    said = {"items": [{"role": "user", "content": "What?"}]}
    things["conversation_id"] = make("/v1/conversations", said)
    spoken = http.get(f"/v1/conversations/{things['conversation_id']}/items").json()
    things["spoken_id"] = spoken["data"][0]["id"]
    line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions"}
    question = {"model": model, "messages": [{"role": "user", "content": "What?"}]}
    lines = upload("lines.jsonl", json.dumps(line | {"body": question}), "batch")
    batch = {"input_file_id": lines, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    things["batch_id"] = make("/v1/batches", batch)
    part = {"purpose": "assistants", "filename": "a.txt", "bytes": 9, "mime_type": "text/plain"}
    things["upload_id"] = make("/v1/uploads", part)
    return things
