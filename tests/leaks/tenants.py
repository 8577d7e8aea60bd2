"""Tenants of one Lectern, with canaries planted wherever a document could show."""

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.serving import Serving

TOPICS = (
    "annual leave and sick days of the staff",
    "the router in the machine hall and its password",
    "prices and discounts for hydraulic pumps",
    "travel expenses, hotels and rail tickets",
    "the merger of two subsidiaries and its date",
    "salaries of department heads and their bonus",
)
SAME_NAME = "handbook"
"""Every tenant has a store of this name."""
SAME_TEXT = "The canteen opens at half past eleven and closes at two; the soup of the day is written on the board."
"""Everybody uploads this one, word for word."""


def canary() -> str:
    """A word that stands in one place and nowhere else."""
    return f"canary{secrets.token_hex(8)}"


@dataclass
class Tenant:
    """Somebody with an API key, and what is theirs alone: `canaries` and `ids` (kind -> ids)."""

    name: str
    key: str
    principal: str
    http: httpx.Client
    canaries: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)
    store_names: list[str] = field(default_factory=list)

    @property
    def secrets(self) -> set[str]:
        """Whatever must not be seen by anybody else."""
        return {*self.canaries, *(one for ids in self.ids.values() for one in ids)}

    def note(self, kind: str, one: str) -> str:
        """Remembers an id of the tenant's own."""
        self.ids.setdefault(kind, []).append(one)
        return one

    def plant(self) -> str:
        """A new canary."""
        self.canaries.append(canary())
        return self.canaries[-1]

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What a POST that must succeed answers."""
        answer = self.http.post(path, json=body)
        assert answer.is_success, (path, answer.text)
        told: dict[str, Any] = answer.json()
        return told

    def upload(self, name: str, text: str, purpose: str = "assistants") -> str:
        """Uploads a file; its id."""
        form = {"file": (name, text.encode())}
        answer = self.http.post("/v1/files", data={"purpose": purpose}, files=form)
        assert answer.is_success, answer.text
        return self.note("file_id", answer.json()["id"])


class House:
    """A Lectern with two tenants and a guest who may read the common store and nothing else."""

    def __init__(self, serving: Serving) -> None:
        self._admin = serving.http()
        self.url = serving.url
        self.common = ""
        self.one, self.other, self.guest = (
            self._tenant(name, role) for name, role in (("one", "editor"), ("other", "editor"), ("guest", "reader"))
        )
        self.admin = Tenant("administrator", serving.key, "", self._admin)
        self.withheld: list[str] = []
        self.common = self.admin.post("/v1/vector_stores", {"name": "common"})["id"]
        for tenant in (self.one, self.other):
            self._furnish(tenant)
        self._settle()
        for tenant in (self.one, self.other):
            self._use(tenant)
        self._evaluate_common()

    @property
    def tenants(self) -> tuple[Tenant, Tenant, Tenant]:
        """All of them."""
        return (self.one, self.other, self.guest)

    def foreign(self, tenant: Tenant) -> list[Tenant]:
        """The others, whose secrets the tenant must never see."""
        return [one for one in (*self.tenants, self.admin) if one is not tenant]

    def close(self) -> None:
        """Ends the connections."""
        for http in (self._admin, *(tenant.http for tenant in self.tenants)):
            http.close()

    def _tenant(self, name: str, role: str) -> Tenant:
        made = self._admin.post("/v1/api_keys", json={"name": name, "role": role}).json()
        http = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {made['key']}"}, timeout=120)
        return Tenant(name, made["key"], f"key:{made['id']}", http)

    def _furnish(self, tenant: Tenant) -> None:
        """Private stores, and restricted files in the common one."""
        for name in (tenant.plant(), SAME_NAME):
            told = {"name": name, "metadata": {"note": tenant.plant()}, "access": {"shared": False}}
            store = tenant.note("store_id", tenant.post("/v1/vector_stores", told)["id"])
            tenant.store_names.append(name)
            for topic in TOPICS:
                self._document(tenant, store, topic, None)
        own = {"restricted": True, "grants": [{"principal": tenant.principal}]}
        for topic in TOPICS:
            self._document(tenant, self.common, topic, own)
        same = tenant.upload(f"{tenant.plant()}.md", SAME_TEXT)
        tenant.post(f"/v1/vector_stores/{self.common}/files", {"file_id": same, "access": own})

    def _document(self, tenant: Tenant, store: str, topic: str, access: dict[str, Any] | None) -> None:
        secret = tenant.plant()
        text = (
            f"# About {topic}\n\nThis is what the firm says on {topic}. The code word for it is {secret}.\n\n"
            f"Questions on {topic} go to the desk of {tenant.plant()}, who knows everything about {topic}.\n"
        )
        file = tenant.upload(f"{tenant.plant()}.md", text)
        body = {"file_id": file, "attributes": {"desk": tenant.plant(), "topic": topic[:20]}}
        tenant.post(f"/v1/vector_stores/{store}/files", body if access is None else body | {"access": access})

    def _settle(self) -> None:
        """Until everything is read."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            stores = self._admin.get("/v1/vector_stores?limit=100").json()["data"]
            if not any(store["file_counts"]["in_progress"] for store in stores):
                assert not any(store["file_counts"]["failed"] for store in stores)
                return
            time.sleep(0.1)
        raise AssertionError("the documents are not read")

    def _use(self, tenant: Tenant) -> None:
        """What comes of documents when they are used: evaluations, responses, batches, uploads."""
        questions = {"content": [{"item": {"question": f"What about {tenant.plant()}?"}}], "type": "file_content"}
        run = {"name": tenant.plant(), "data_source": {"type": "completions", "source": questions}}
        for store in tenant.ids["store_id"]:
            body = {"vector_store_id": store, "name": tenant.plant(), "metadata": {"note": tenant.plant()}}
            made = tenant.note("eval_id", tenant.post("/v1/evals", body)["id"])
            ran = tenant.note("run_id", tenant.post(f"/v1/evals/{made}/runs", run)["id"])
            tenant.note("item_id", f"outputitem_{ran.removeprefix('evalrun_')}_0")
        search = {"type": "file_search", "vector_store_ids": tenant.ids["store_id"]}
        asked = {"input": f"Who knows about {TOPICS[0]}, {tenant.plant()}?", "tools": [search]}
        model = tenant.http.get("/v1/models").json()["data"][0]["id"]
        tenant.note("response_id", tenant.post("/v1/responses", asked | {"model": model})["id"])
        conversation = tenant.note("conversation_id", tenant.post("/v1/conversations", {})["id"])
        tenant.post(f"/v1/conversations/{conversation}", {"title": f"{tenant.plant()} of mine"})
        said = asked | {"model": model, "conversation": conversation, "instructions": tenant.plant()}
        spoken = tenant.post("/v1/responses", said)["id"]
        tenant.post(f"/v1/responses/{spoken}/feedback", {"rating": "down", "comment": tenant.plant()})
        line = {"custom_id": tenant.plant(), "method": "POST", "url": "/v1/chat/completions"}
        line["body"] = {"model": model, "messages": [{"role": "user", "content": tenant.plant()}]}  # type: ignore[assignment]
        file = tenant.upload(f"{tenant.plant()}.jsonl", json.dumps(line), "batch")
        batch = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        tenant.note("batch_id", tenant.post("/v1/batches", batch | {"metadata": {"note": tenant.plant()}})["id"])
        part = {"purpose": "assistants", "filename": tenant.plant(), "bytes": 9, "mime_type": "text/plain"}
        tenant.note("upload_id", tenant.post("/v1/uploads", part)["id"])
        files = {"file_ids": tenant.ids["file_id"][:2]}
        made = tenant.post(f"/v1/vector_stores/{tenant.ids['store_id'][0]}/file_batches", files)["id"]
        tenant.note("file_batch_id", made)

    def _evaluate_common(self) -> None:
        """A run over the common store rests on files of both: everybody may see that there is one, and nobody but the
        administrator what was asked and answered."""
        asked = [{"item": {"question": f"What is the code word for {topic}? {self.admin.plant()}"}} for topic in TOPICS]
        source = {"type": "completions", "source": {"type": "file_content", "content": asked}}
        made = self.admin.post("/v1/evals", {"vector_store_id": self.common})["id"]
        run = self.admin.post(f"/v1/evals/{made}/runs", {"data_source": source})["id"]
        path = f"/v1/evals/{made}/runs/{run}"
        until = time.monotonic() + 60
        while self._admin.get(path).json()["status"] not in {"completed", "failed"} and time.monotonic() < until:
            time.sleep(0.1)
        items = [
            f"{path}/output_items/outputitem_{run.removeprefix('evalrun_')}_{place}" for place in range(len(asked))
        ]
        told = "".join(self._admin.get(item).text for item in items)
        assert all(word in told for word in self.admin.canaries)
        assert any(word in told for word in self.one.canaries)
        self.withheld = [path, f"{path}/output_items", *items]
