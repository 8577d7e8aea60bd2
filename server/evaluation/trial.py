"""One configuration tried on a question set: indexed as documents are, asked as a search asks."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from ingest.chunk import chunks
from ingest.model import Chunk, Element, Kind
from ingest.ports import Embedder, Vectors
from server.app import Parts, open_parts, retriever_of, sink_of
from server.evals.metrics import DEPTH
from server.evaluation.baselines import Corpus
from server.evaluation.sets import Context, QuestionSet
from server.model import FileRecord, FileStatus, StoreFile, StoreRecord
from server.settings import Settings

_STORE: Final = "vs_evaluation"
_BATCH: Final = 32
# Several passages may come of one document, and only different documents count.
_PASSAGES: Final = 3 * DEPTH

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of each question: the place of the first right document, the highest score of a passage, and the
    seconds the search took. `corpus` is what was indexed, `query_vectors` are the questions'."""

    embedder: str
    min_score: float
    corpus: Corpus
    query_vectors: Vectors
    ranks: Sequence[int | None]
    scores: Sequence[float]
    seconds: Sequence[float]


class VectorCache:
    """Vectors of texts by embedder, so that a second configuration need not make them again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Vectors] = {}

    def embed(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """The vectors of shape (len(texts), dimensions)."""
        keys = [(embedder.fingerprint, text) for text in texts]
        new = list(dict.fromkeys(key for key in keys if key not in self._known))
        self._known |= zip(new, embedder.embed([text for _, text in new]), strict=True)
        return np.array([self._known[key] for key in keys], np.float32).reshape(len(keys), embedder.dimensions)


def attempt(folder: Path, settings: Settings, asked: QuestionSet, cache: VectorCache, say: Say) -> Trial:
    """Tries the settings in `folder`, which is for this alone.

    Raises:
        EmbedderUnavailable, RerankerUnavailable: what the settings name does not answer.
    """
    local = {"data": folder, "samples": False, "index_uri": "", "database_url": ""}
    with open_parts(settings.model_copy(update=local)) as parts:
        corpus = _index(parts, asked.documents, cache, say)
        ranks, scores, seconds = _ask(parts, asked, say)
        vectors = cache.embed(parts.embedder, [question.text for question in asked.questions])
        return Trial(parts.embedder.fingerprint, settings.min_score, corpus, vectors, ranks, scores, seconds)


def _index(parts: Parts, documents: Sequence[Context], cache: VectorCache, say: Say) -> Corpus:
    embedder = parts.embedder
    parts.catalog.add_store(StoreRecord(_STORE, _STORE, 0, 0, embedder.dimensions, embedder.fingerprint))
    parts.index.create(_STORE, embedder.dimensions)
    texts: list[str] = []
    owners: list[int] = []
    vectors: list[Vectors] = []
    numbered = list(enumerate(documents))
    for first in range(0, len(numbered), _BATCH):
        say(f"indexing document {first + 1} of {len(documents)}")
        found = {number: list(_chunks(document, embedder)) for number, document in numbered[first : first + _BATCH]}
        new = [chunk.passage_text() for own in found.values() for chunk in own]
        made = cache.embed(embedder, new)
        rest = iter(made)
        for number, own in found.items():
            _store(parts, number, documents[number], own, np.array(list(islice(rest, len(own))), np.float32))
            owners += [number] * len(own)
        texts += new
        vectors.append(made)
    return Corpus(texts, np.concatenate(vectors), np.array(owners), len(documents))


def _store(parts: Parts, number: int, document: Context, found: Sequence[Chunk], vectors: Vectors) -> None:
    file_id = _file_id(number)
    parts.keys.create(file_id)
    name = f"{document.title or 'document'}.txt"
    parts.catalog.add_file(FileRecord(file_id, name, len(document.text), "assistants", "", 0))
    parts.catalog.attach(StoreFile(_STORE, file_id, FileStatus.COMPLETED, 0))
    sink = sink_of(parts, _STORE, file_id)
    sink.write(sink.missing(found), vectors)
    sink.finish()


def _chunks(document: Context, embedder: Embedder) -> Iterator[Chunk]:
    elements = [Element(Kind.TITLE, document.title, level=1)] if document.title else []
    elements += [Element(Kind.TEXT, part.strip()) for part in document.text.split("\n\n") if part.strip()]
    return chunks(elements, embedder.count_tokens, embedder.max_tokens)


def _ask(parts: Parts, asked: QuestionSet, say: Say) -> tuple[list[int | None], list[float], list[float]]:
    """Per question: the place of the first right document, the highest score, and the seconds the search took."""
    retriever = retriever_of(parts)
    retriever.search([asked.questions[0].text], [_STORE], _PASSAGES)
    ranks: list[int | None] = []
    scores: list[float] = []
    seconds: list[float] = []
    for number, (question, right) in enumerate(zip(asked.questions, asked.right, strict=True)):
        if number % 50 == 0:
            say(f"asking question {number + 1} of {len(asked.questions)}")
        started = time.perf_counter()
        passages = retriever.search([question.text], [_STORE], _PASSAGES)
        seconds.append(time.perf_counter() - started)
        found = list(dict.fromkeys(passage.file_id for passage in passages))[:DEPTH]
        wanted = {_file_id(number) for number in right}
        ranks.append(next((place for place, file_id in enumerate(found, 1) if file_id in wanted), None))
        scores.append(max((passage.score for passage in passages), default=0.0))
    return ranks, scores, seconds


def _file_id(number: int) -> str:
    return f"file-{number}"
