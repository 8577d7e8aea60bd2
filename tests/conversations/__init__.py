"""Conversations whose last question is about a known passage: written by hand over the sample documents
(`samples.jsonl`) and over pages of a public handbook (`handbook.jsonl`), in halves to tune on and to report.

A line holds the `turns` (user and assistant by turns, ending with the user's question), the `filename` of the right
document and an `answer` that stands in the right passage.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openai
import orjson

from server.chat.follow_up import questions

FOLDER = Path(__file__).parent
DEPTH = 10

Row = Mapping[str, Any]


def load(path: Path) -> list[Row]:
    """The conversations of a file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def messages(row: Row) -> list[dict[str, str]]:
    """The conversation as chat messages."""
    roles = ("user", "assistant")
    return [{"role": roles[number % 2], "content": text} for number, text in enumerate(row["turns"])]


WAYS: Mapping[str, Callable[[Row], list[str]]] = {
    "last question alone": lambda row: [row["turns"][-1]],
    "all questions joined": lambda row: ["\n".join(row["turns"][::2])],
    "rule": lambda row: questions(messages(row)),
}


def rank(client: openai.OpenAI, store: str, asked: Sequence[str], row: Row) -> int | None:
    """At which place, from 1, a search finds the right passage; None: not among the first ten."""
    found = client.vector_stores.search(store, query=list(asked), max_num_results=DEPTH)
    for place, passage in enumerate(found.data, 1):
        text = "\n".join(part.text for part in passage.content)
        if passage.filename == Path(row["filename"]).name and _plain(row["answer"]) in _plain(text):
            return place
    return None


def recall(places: Sequence[int | None], depth: int) -> float:
    """The share found among the first `depth`."""
    return sum(place is not None and place <= depth for place in places) / len(places)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold().replace("|", "")
