"""Measures retrieval on a question set, in a scratch index: the core of `lectern eval`."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from ingest.chunk import chunks
from ingest.model import Chunk, Element, Kind
from ingest.ports import Embedder, Vectors
from server.app import Parts, open_parts, retriever_of, sink_of
from server.errors import InvalidRequest
from server.model import FileRecord, FileStatus, StoreFile, StoreRecord
from server.settings import Settings

DEPTH: Final = 10
RECALLS: Final = (1, 3, 5, 10)
_STORE: Final = "vs_evaluation"
_BATCH: Final = 32
# Several passages may come of one document, and only different documents count.
_PASSAGES: Final = 3 * DEPTH

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Context:
    """A document of the set."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the set and the document that answers it."""

    text: str
    context_id: str
    language: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Retrieval figures of some questions: recall at 1, 3, 5, 10; MRR and nDCG at 10; milliseconds a search took."""

    questions: int
    recall: Mapping[int, float]
    mrr: float
    ndcg: float
    p50_ms: float
    p95_ms: float

    def as_dict(self) -> dict[str, Any]:
        """The figures under the names people know."""
        recalls = {f"recall@{depth}": round(share, 4) for depth, share in self.recall.items()}
        ranking = {f"mrr@{DEPTH}": round(self.mrr, 4), f"ndcg@{DEPTH}": round(self.ndcg, 4)}
        times = {"p50_ms": round(self.p50_ms, 2), "p95_ms": round(self.p95_ms, 2)}
        return {"questions": self.questions, **recalls, **ranking, **times}


@dataclass(frozen=True, slots=True)
class EvalResult:
    """How a question set went: over all, and per language where the questions tell theirs. Questions without a word
    were skipped."""

    contexts: int
    chunks: int
    skipped: int
    embedder: str
    overall: Figures
    languages: Mapping[str, Figures]

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        about = {
            "contexts": self.contexts,
            "chunks": self.chunks,
            "skipped": self.skipped,
            "embedder": self.embedder,
        }
        languages = {language: figures.as_dict() for language, figures in self.languages.items()}
        return {**about, **self.overall.as_dict(), "languages": languages}

    def as_table(self) -> str:
        """For people."""
        rows = {"all": self.overall.as_dict()}
        if len(self.languages) > 1:
            rows |= {language: figures.as_dict() for language, figures in self.languages.items()}
        names = list(rows["all"])
        skipped = f", {self.skipped} empty questions skipped" if self.skipped else ""
        lines = [f"{self.contexts} contexts in {self.chunks} chunks, {self.embedder}{skipped}"]
        lines.append("".join([f"{'':8}", *(f"{name:>11}" for name in names)]))
        for name, figures in rows.items():
            lines.append("".join([f"{name:8}", *(f"{figures[column]:>11}" for column in names)]))
        return "\n".join(lines)


def evaluate(contexts_path: Path, questions_path: Path, embedder: Embedder, workdir: Path, progress: Say) -> EvalResult:
    """Indexes the contexts in `workdir`, a folder for this alone, as Lectern indexes documents, asks every question as
    a search does, and counts at which place the right context came.

    Raises:
        InvalidRequest: a file is not what it should be; names the line and the field.
    """
    contexts = load_contexts(contexts_path)
    questions = load_questions(questions_path, {context.id for context in contexts})
    asked = [question for question in questions if question.text.strip()]
    if not asked:
        raise InvalidRequest(detail=f"every question in {questions_path.name} is empty")
    settings = Settings.read(data=workdir, samples=False, index_uri="", database_url="", embedder_url="")
    with open_parts(settings) as opened:
        parts = replace(opened, embedder=embedder)
        count = _index(parts, contexts, progress)
        files = {context.id: _file_id(number) for number, context in enumerate(contexts)}
        ranks, seconds = _ask(parts, asked, files, progress)
    overall = figures(ranks, seconds)
    languages = {}
    for language in sorted({question.language for question in asked} - {""}):
        own = [number for number, question in enumerate(asked) if question.language == language]
        languages[language] = figures([ranks[number] for number in own], [seconds[number] for number in own])
    skipped = len(questions) - len(asked)
    return EvalResult(len(contexts), count, skipped, embedder.fingerprint, overall, languages)


def figures(ranks: Sequence[int | None], seconds: Sequence[float]) -> Figures:
    """The figures of searches whose right document came at these places (from 1; None: not among the first ten)."""
    found = [rank for rank in ranks if rank is not None and rank <= DEPTH]
    count = len(ranks)
    return Figures(
        questions=count,
        recall={depth: sum(rank <= depth for rank in found) / count for depth in RECALLS},
        mrr=sum(1 / rank for rank in found) / count,
        ndcg=sum(1 / math.log2(rank + 1) for rank in found) / count,
        p50_ms=float(np.percentile(seconds, 50)) * 1000,
        p95_ms=float(np.percentile(seconds, 95)) * 1000,
    )


def load_contexts(path: Path) -> list[Context]:
    """The documents of a JSON Lines file of {context_id, title, text}; `title` may lack. Raises InvalidRequest."""
    contexts: dict[str, Context] = {}
    for where, fields in _lines(path):
        context = Context(
            _string(fields, "context_id", where), str(fields.get("title") or ""), _string(fields, "text", where)
        )
        if context.id in contexts:
            raise InvalidRequest(detail=f"{where}: the context_id {context.id!r} was used before")
        contexts[context.id] = context
    return list(contexts.values())


def load_questions(path: Path, context_ids: set[str]) -> list[Question]:
    """The questions of a JSON Lines file of {id, question, answers, context_id}; further fields are left aside but for
    `lang`. Raises InvalidRequest."""
    questions = []
    for where, fields in _lines(path):
        context_id = _string(fields, "context_id", where)
        if context_id not in context_ids:
            raise InvalidRequest(detail=f"{where}: there is no context {context_id!r}")
        text = _string(fields, "question", where, may_be_empty=True)
        questions.append(Question(text, context_id, str(fields.get("lang") or "")))
    return questions


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    empty = True
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            where = f"{path.name} line {number}"
            try:
                fields = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise InvalidRequest(detail=f"{where} is not JSON ({error})") from None
            if not isinstance(fields, dict):
                raise InvalidRequest(detail=f"{where} is not a JSON object")
            empty = False
            yield where, fields
    if empty:
        raise InvalidRequest(detail=f"{path.name} is empty")


def _string(fields: Mapping[str, Any], name: str, where: str, *, may_be_empty: bool = False) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not (may_be_empty or value.strip()):
        fault = "is missing" if name not in fields else "is not a text" if not isinstance(value, str) else "is empty"
        raise InvalidRequest(detail=f"{where}: the field {name!r} {fault}")
    return value


def _index(parts: Parts, contexts: Sequence[Context], progress: Say) -> int:
    embedder = parts.embedder
    parts.catalog.add_store(StoreRecord(_STORE, _STORE, 0, 0, embedder.dimensions, embedder.fingerprint))
    parts.index.create(_STORE, embedder.dimensions)
    done = 0
    numbered = list(enumerate(contexts))
    for first in range(0, len(numbered), _BATCH):
        progress(f"indexing context {first + 1} of {len(contexts)}")
        batch = numbered[first : first + _BATCH]
        cut = [(number, context, list(_chunks(context, embedder))) for number, context in batch]
        vectors = iter(embedder.embed([chunk.passage_text() for _, _, found in cut for chunk in found]))
        for number, context, found in cut:
            _store(parts, _file_id(number), context, found, np.array(list(islice(vectors, len(found))), np.float32))
            done += len(found)
    return done


def _store(parts: Parts, file_id: str, context: Context, found: Sequence[Chunk], vectors: Vectors) -> None:
    parts.keys.create(file_id)
    name = f"{context.title or 'document'}.txt"
    parts.catalog.add_file(FileRecord(file_id, name, len(context.text), "assistants", "", 0))
    parts.catalog.attach(StoreFile(_STORE, file_id, FileStatus.COMPLETED, 0))
    sink = sink_of(parts, _STORE, file_id)
    sink.write(sink.missing(found), vectors)
    sink.finish()


def _chunks(context: Context, embedder: Embedder) -> Iterator[Chunk]:
    elements = [Element(Kind.TITLE, context.title, level=1)] if context.title else []
    elements += [Element(Kind.TEXT, part.strip()) for part in context.text.split("\n\n") if part.strip()]
    return chunks(elements, embedder.count_tokens, embedder.max_tokens)


def _ask(
    parts: Parts, questions: Sequence[Question], files: Mapping[str, str], progress: Say
) -> tuple[list[int | None], list[float]]:
    """Per question, the place of the right context and the seconds the search took."""
    retriever = retriever_of(parts)
    retriever.search([questions[0].text], [_STORE], _PASSAGES)
    ranks: list[int | None] = []
    seconds = []
    for number, question in enumerate(questions):
        if number % 50 == 0:
            progress(f"asking question {number + 1} of {len(questions)}")
        started = time.perf_counter()
        passages = retriever.search([question.text], [_STORE], _PASSAGES)
        seconds.append(time.perf_counter() - started)
        found = list(dict.fromkeys(passage.file_id for passage in passages))[:DEPTH]
        right = files[question.context_id]
        ranks.append(found.index(right) + 1 if right in found else None)
    return ranks, seconds


def _file_id(number: int) -> str:
    return f"file-{number}"
