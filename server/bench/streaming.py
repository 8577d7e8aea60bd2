"""The first streamed byte through Lectern against the model server's own."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from server.bench.figure import Figure, median

MOST_ADDED_MS = 10


def first_byte(
    lectern: str, key: str, upstream: str, upstream_key: str, store: str, rounds: int, say: Callable[[str], None]
) -> list[Figure]:
    """What Lectern adds to the first byte of an answer, beyond finding the passages.

    Each round asks Lectern with knowledge, then the model server directly with a prompt of the same passages (without
    Lectern's instructions), and takes the retrieval time from Lectern's own search endpoint.
    """
    through, direct, found = [], [], []
    with (
        httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=120) as ours,
        httpx.Client(headers={"Authorization": f"Bearer {upstream_key}"}, timeout=120) as theirs,
    ):
        model = theirs.get(f"{upstream}/models").json()["data"][0]["id"]
        for number in range(rounds + 2):
            say(f"round {number} of {rounds}")
            question = f"What is the limit number {number} for hotels?"
            started = time.perf_counter()
            answer = ours.post(
                f"{lectern}/v1/vector_stores/{store}/search", json={"query": question, "max_num_results": 6}
            )
            found.append(time.perf_counter() - started)
            answer.raise_for_status()
            knowledge = {"vector_store_ids": [store], "score_threshold": 0.0}
            through.append(
                _first(ours, f"{lectern}/v1/chat/completions", _body(model, question) | {"knowledge": knowledge})
            )
            context = "\n\n".join(part["text"] for one in answer.json()["data"] for part in one["content"])
            direct.append(
                _first(theirs, f"{upstream}/chat/completions", _body(model, f"{context}\n\n{question} {number}"))
            )
    added = [(a - b - c) * 1000 for a, b, c in zip(through[2:], direct[2:], found[2:], strict=True)]
    detail = (
        f"(through {median(through[2:]) * 1000:.1f} ms, direct {median(direct[2:]) * 1000:.1f} ms, "
        f"retrieval {median(found[2:]) * 1000:.1f} ms, {rounds} rounds)"
    )
    return [Figure("first byte added by Lectern beyond retrieval", median(added), "ms", MOST_ADDED_MS, True, detail)]


def _body(model: str, question: str) -> dict[str, Any]:
    return {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "stream": True,
        "max_tokens": 8,
        "temperature": 0,
    }


def _first(client: httpx.Client, url: str, body: dict[str, Any]) -> float:
    started = time.perf_counter()
    with client.stream("POST", url, json=body) as response:
        response.raise_for_status()
        taken = 0.0
        for _ in response.iter_bytes():
            taken = taken or time.perf_counter() - started
    return taken
