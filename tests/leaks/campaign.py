"""Asks at random, as somebody who knows the ids and the words of others, and looks at every byte that comes back."""

import itertools
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from tests.leaks.tenants import SAME_NAME, SAME_TEXT, TOPICS, House, Tenant

_SECRET = re.compile(r"canary[0-9a-f]{16}|[a-z]+[-_][0-9a-f]{24,64}")
_READS = ("GET", "HEAD")
# What is of no tenant: the server as a whole, its administrators' business.
_NOT_TENANTS = ("/v1/audit", "/v1/api_keys", "/v1/users", "/v1/groups", "/v1/backup", "/v1/limits", "/metrics")


@dataclass(frozen=True)
class Leak:
    """A secret that somebody saw whose it is not."""

    seen_by: str
    request: str
    secret: str


@dataclass
class Findings:
    """What a campaign saw: how often it asked what, the leaks, the secrets that their own tenants saw (else nothing was
    tried), and seconds until somebody else's thing and one that there is not were refused."""

    asked: Counter[str] = field(default_factory=Counter)
    leaks: list[Leak] = field(default_factory=list)
    admitted: list[str] = field(default_factory=list)
    owned: set[str] = field(default_factory=set)
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"guess": [], "unknown": []})


class Campaign:
    """Random requests to a house with tenants; the same seed asks the same. `most`: so many combinations of ids are
    tried with each route and tenant, at most. `timed`: refusals are compared with those of what there is not."""

    def __init__(self, house: House, seed: int, most: int, *, timed: bool) -> None:
        self._house = house
        self._most = most
        self._timed = timed
        self._random = random.Random(seed)
        self.found = Findings()
        paths: dict[str, dict[str, Any]] = house.guest.http.get("/openapi.json").json()["paths"]
        self._model = house.guest.http.get("/v1/models").json()["data"][0]["id"]
        self._routes = [
            (method.upper(), path)
            for path, methods in sorted(paths.items())
            for method in sorted(methods)
            if path.startswith("/v1") and not path.startswith(_NOT_TENANTS)
        ]

    def every_route(self) -> None:
        """Every list, and every route with an id, with each other tenant's ids, and with own and foreign ones mixed."""
        for tenant in self._house.tenants:
            for method, path in self._routes:
                for ids in self._some(self._ids_for(tenant, path)):
                    self._guess(tenant, method, path, ids)
            for path in self._house.withheld:
                self._ask(tenant, "withheld", "GET", path)

    def as_owners(self) -> None:
        """Everybody reads what is theirs: all of it must be seen, or the campaign proves nothing."""
        for tenant in self._house.tenants[:2]:
            for method, path in self._routes:
                if method in _READS:
                    for ids in self._some(_combinations(path, tenant.ids, self._house.common)):
                        self._ask(tenant, "own", method, path.format(**ids))
            self._find(tenant, "canary", 50)
            for name in tenant.canaries:
                self._search(tenant, self._house.common, f"What is the code word {name}?", {})

    def random_queries(self, count: int) -> None:
        """So many searches, chats and guesses."""
        kinds: list[Callable[[Tenant], None]] = [
            self._random_search, self._random_search, self._random_chat, self._random_chat, self._random_list,
            self._random_get, self._random_get, self._random_attach, self._random_find,
        ]  # fmt: skip
        for _ in range(count):
            self._random.choice(kinds)(self._random.choice(self._house.tenants))

    def _some(self, combinations: Iterator[dict[str, str]]) -> list[dict[str, str]]:
        found = list(combinations)
        return found if len(found) <= self._most else self._random.sample(found, self._most)

    def _ids_for(self, tenant: Tenant, path: str) -> Iterator[dict[str, str]]:
        if "{" not in path:
            yield {}
            return
        for foreign in self._house.foreign(tenant):
            yield from _combinations(path, foreign.ids, "")
            if "{file_id}" in path and "{store_id}" in path:
                for store in (self._house.common, *tenant.ids.get("store_id", [])[:1]):
                    yield from ({"store_id": store, "file_id": file} for file in foreign.ids.get("file_id", [])[-9:])

    def _guess(self, tenant: Tenant, method: str, path: str, ids: dict[str, str]) -> None:
        body = None if method in _READS else self._body(tenant, path)
        asked = {"guess": ids}
        if ids and method == "GET" and self._timed:
            theirs = {one for foreign in self._house.foreign(tenant) for one in foreign.secrets}
            asked["unknown"] = {name: re.sub("[0-9]", "0", one) if one in theirs else one for name, one in ids.items()}
        # The second of two may be answered faster, whatever it asks for.
        for kind in self._random.sample(sorted(asked), len(asked)):
            started = time.perf_counter()
            answer = self._ask(tenant, kind, method, path.format(**asked[kind]), body)
            if len(asked) > 1:
                self.found.seconds[kind].append(time.perf_counter() - started)
            if ids and answer.is_success:
                self.found.admitted.append(f"{tenant.name}: {method} {path.format(**ids)} {answer.status_code}")

    def _body(self, tenant: Tenant, path: str) -> dict[str, Any]:
        """A body that could be for the route, with what is others' in it."""
        foreign = self._foreign(tenant, "file_id")
        return {
            "query": self._words(tenant), "file_id": foreign, "file_ids": [foreign], "attributes": {"a": "b"},
            "name": "taken", "metadata": {}, "access": {"shared": True}, "input_file_id": foreign,
            "data_source": {"type": "jsonl", "source": {"type": "file_id", "id": foreign}},
            "vector_store_id": self._foreign(tenant, "store_id"),
        } if not path.endswith("/access") else {"grants": [{"principal": tenant.principal}]}  # fmt: skip

    def _random_search(self, tenant: Tenant) -> None:
        stores = [self._house.common, *tenant.ids.get("store_id", []), self._foreign(tenant, "store_id")]
        body: dict[str, Any] = {"max_num_results": self._random.choice((1, 10, 50))}
        if self._random.random() < 0.4:
            key, foreign = self._random.choice(("desk", "topic")), self._random.choice(self._others(tenant)).canaries
            value = self._random.choice(foreign or ["x"])
            body["filters"] = {"type": self._random.choice(("eq", "ne", "gte")), "key": key, "value": value}
        if self._random.random() < 0.3:
            body["rewrite_query"] = True
        self._search(tenant, self._random.choice(stores), self._words(tenant), body)

    def _search(self, tenant: Tenant, store: str, query: str, body: dict[str, Any]) -> None:
        self._ask(tenant, "search", "POST", f"/v1/vector_stores/{store}/search", {"query": query} | body)

    def _random_chat(self, tenant: Tenant) -> None:
        model = self._model
        foreign, own = self._foreign(tenant, "store_id"), tenant.ids.get("store_id", [])
        stores = self._random.choice(
            ([self._house.common], [foreign], [self._house.common, foreign], own or [foreign], [*own, foreign])
        )
        question = {"role": "user", "content": self._words(tenant)}
        body: dict[str, Any] = {"model": model, "messages": [question], "stream": self._random.random() < 0.4}
        way = self._random.randrange(5)
        if way == 0:
            names = [SAME_NAME, "common", foreign, *self._random.choice(self._others(tenant)).store_names]
            body["model"] = f"{model}@{self._random.choice(names)}"
        elif way == 1:
            body["tools"] = [{"type": "file_search", "vector_store_ids": stores}]
        else:
            body["knowledge"] = {"vector_store_ids": stores, "max_num_results": 20, "score_threshold": 0}
        if self._random.random() < 0.3:
            said = {"role": "assistant", "content": "Our desk knows about it [1]."}
            body["messages"] = [question, said, {"role": "user", "content": "And who else knows about it?"}]
        if way == 4:
            asked = {"model": model, "input": self._words(tenant), "stream": body["stream"]}
            asked["tools"] = [{"type": "file_search", "vector_store_ids": stores, "max_num_results": 20}]
            asked |= {"include": ["file_search_call.results"]}
            if self._random.random() < 0.4:
                asked["previous_response_id"] = self._foreign(tenant, "response_id")
            self._ask(tenant, "response", "POST", "/v1/responses", asked)
            return
        self._ask(tenant, "chat", "POST", "/v1/chat/completions", body)

    def _random_list(self, tenant: Tenant) -> None:
        lists = [path for method, path in self._routes if method == "GET" and not path.endswith("}")]
        ids = {name: self._random.choice(pool) for name, pool in tenant.ids.items() if pool}
        ids = {"store_id": self._house.common} | ids
        path = self._random.choice(lists)
        if self._random.random() < 0.5:
            ids |= {"store_id": self._house.common}
        if set(_names(path)) - set(ids):
            ids |= {name: self._foreign(tenant, name) for name in _names(path)}
        kind = self._random.choice(("file_id", "store_id", "eval_id", "run_id", "batch_id"))
        place = self._random.choice(
            ("", f"&after={self._foreign(tenant, kind)}", f"&before={self._foreign(tenant, kind)}")
        )
        query = f"?limit={self._random.choice((1, 20, 100))}&order={self._random.choice(('asc', 'desc'))}{place}"
        self._ask(tenant, "list", "GET", path.format(**ids) + query)

    def _random_get(self, tenant: Tenant) -> None:
        gets = [path for method, path in self._routes if method == "GET" and "{" in path]
        path = self._random.choice(gets)
        mixed = {}
        for name in _names(path):
            own = tenant.ids.get(name, [])
            mixed[name] = (
                self._random.choice(own) if own and self._random.random() < 0.3 else self._foreign(tenant, name)
            )
        self._ask(tenant, "get", "GET", path.format(**mixed))

    def _random_find(self, tenant: Tenant) -> None:
        """Everybody's files and conversations have names that begin alike."""
        foreign = self._random.choice(self._others(tenant)).canaries
        some = self._random.choice(foreign)[: self._random.randint(1, 12)]
        self._find(tenant, self._random.choice(("canary", ".md", some, self._words(tenant))), 50)

    def _find(self, tenant: Tenant, words: str, limit: int) -> None:
        self._ask(tenant, "find", "GET", f"/v1/search?q={quote(words)}&limit={limit}")

    def _random_attach(self, tenant: Tenant) -> None:
        """Tries to get at a file by what is written: stores, replacements, evaluations, batches, the same content."""
        foreign, own = self._foreign(tenant, "file_id"), tenant.ids.get("store_id") or [self._house.common]
        store = self._random.choice([*own, self._house.common])
        questions = {"type": "file_id", "id": foreign}
        path, body = self._random.choice((
            (f"/v1/vector_stores/{store}/files", {"file_id": foreign}),
            (f"/v1/vector_stores/{store}/file_batches", {"file_ids": [foreign]}),
            (f"/v1/vector_stores/{store}/files",
             {"file_id": self._random.choice(tenant.ids.get("file_id", [foreign])), "replaces": foreign}),
            ("/v1/vector_stores", {"name": SAME_NAME, "file_ids": [foreign], "access": {"shared": False}}),
            ("/v1/evals", {"vector_store_id": self._foreign(tenant, "store_id")}),
            (f"/v1/evals/{self._random.choice(tenant.ids.get('eval_id', ['none']))}/runs",
             {"data_source": {"type": "jsonl", "source": questions}}),
            ("/v1/batches",
             {"input_file_id": foreign, "endpoint": "/v1/chat/completions", "completion_window": "24h"}),
        ))  # fmt: skip
        answer = self._ask(tenant, "attach", "POST", path, body)
        if answer.is_success:
            self.found.admitted.append(f"{tenant.name}: POST {path} {json.dumps(body)} {answer.text}")

    def _ask(
        self, tenant: Tenant, kind: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        answer = tenant.http.request(method, path, json=body)
        self.found.asked[f"{kind} {answer.status_code}"] += 1
        sent = f"{method} {path} {json.dumps(body)}"
        assert answer.status_code < 500, (tenant.name, sent, answer.text)
        seen = set(_SECRET.findall(f"{answer.headers} {answer.text} {_streamed(answer)}"))
        self.found.owned |= seen & tenant.secrets
        for foreign in self._house.foreign(tenant):
            for secret in seen & foreign.secrets - set(_SECRET.findall(sent)):
                self.found.leaks.append(Leak(tenant.name, f"{sent} -> {answer.status_code}", secret))
        return answer

    def _others(self, tenant: Tenant) -> list[Tenant]:
        return [one for one in self._house.foreign(tenant) if one.canaries]

    def _foreign(self, tenant: Tenant, kind: str) -> str:
        pool = [one for foreign in self._others(tenant) for one in foreign.ids.get(kind, [])]
        return self._random.choice(pool or ["none"])

    def _words(self, tenant: Tenant) -> str:
        foreign = self._random.choice(self._others(tenant))
        topic = self._random.choice(TOPICS)
        return self._random.choice((
            f"Who knows about {topic}?", f"What is the code word for {topic}?", topic, SAME_TEXT,
            f"Where does {self._random.choice(foreign.canaries)} stand?",
            f"{self._random.choice(foreign.canaries)} {topic} desk", "Which documents are there? And who wrote them?",
        ))  # fmt: skip


def _names(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _combinations(path: str, ids: dict[str, list[str]], common: str) -> Iterator[dict[str, str]]:
    """Ids for the path's parameters: each of the first, with those that go with it."""
    names = _names(path)
    if not names:
        yield {}
        return
    pools = {
        name: ids.get("file_batch_id" if name == "batch_id" and "file_batches" in path else name, []) for name in names
    }
    if common and "store_id" in pools:
        pools["store_id"] = [*pools["store_id"], common]
    if not all(pools.values()):
        return
    for chosen in itertools.product(*(pools[name] for name in names)):
        yield dict(zip(names, chosen, strict=True))


def _streamed(answer: httpx.Response) -> str:
    """The text of a stream, put together again."""
    if not answer.headers.get("content-type", "").startswith("text/event-stream"):
        return ""
    parts = []
    for line in answer.text.splitlines():
        if line.startswith("data: {"):
            event = json.loads(line.removeprefix("data: "))
            parts += [str(choice.get("delta", {}).get("content") or "") for choice in event.get("choices", [])]
            parts += [event["delta"]] if isinstance(event.get("delta"), str) else []
    return "".join(parts)
