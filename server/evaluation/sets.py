"""Question sets: their files, cutting their contexts into documents, and making some questions unanswerable."""

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from server.errors import InvalidRequest
from server.evals.lines import json_lines, text_field, texts_field, truth_field

# Scripts written without spaces: so many of their characters say as much as an English word.
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
CHARACTERS_PER_WORD: Final = 1.6
_COUNTED: Final = re.compile(rf"(?P<character>[{_UNSPACED}])|[^\s{_UNSPACED}]+")
_SENTENCE: Final = re.compile(r".+?(?:[.!?](?=\s)|[。！？；]|\n|$)[\s”’」』）)]*", re.DOTALL)
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Context:
    """A text of the set, or a part of it."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the set, and the context that answers it; None: nothing does."""

    text: str
    context_id: str | None
    language: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Documents and questions. `right` has for each question the numbers of the documents that answer it; none: it is
    unanswerable."""

    documents: Sequence[Context]
    questions: Sequence[Question]
    right: Sequence[AbstractSet[int]]
    contexts: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Shape:
    """How a set is made of its files: contexts cut into documents of about so many words (None: not at all), whether
    titles take part, the share of titles that is held out, and the seed by which they are chosen."""

    chunk_words: int | None = None
    titles: bool = True
    hold_out: float = 0.0
    seed: int = 0


@dataclass(slots=True)
class _Documents:
    """Documents by the context they are of."""

    all: list[Context] = field(default_factory=list)
    of: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def load(contexts_path: Path, questions_path: Path, shape: Shape) -> QuestionSet:
    """The set of two files; questions without a word are skipped.

    Raises:
        InvalidRequest: a file is not what it should be (names the line and the field), or nothing is left to ask.
    """
    contexts = load_contexts(contexts_path)
    questions = load_questions(questions_path, {context.id for context in contexts})
    asked = [question for question in questions if question.text.strip()]
    if not asked:
        raise InvalidRequest(detail=f"every question in {questions_path.name} is empty")
    out = held_out(contexts, shape)
    documents = _Documents()
    for context in contexts:
        if context.id not in out:
            for text in cut(context.text, shape.chunk_words):
                documents.of[context.id].append(len(documents.all))
                documents.all.append(Context(context.id, context.title if shape.titles else "", text))
    right = [_right(question, documents) for question in asked]
    if not any(right):
        raise InvalidRequest(detail="no question has its context among those that are searched")
    return QuestionSet(documents.all, asked, right, len(contexts) - len(out), len(questions) - len(asked))


def load_contexts(path: Path) -> list[Context]:
    """The texts of a JSON Lines file of {context_id, title, text}; `title` may lack. Raises InvalidRequest."""
    contexts: dict[str, Context] = {}
    with path.open("rb") as file:
        for where, fields in json_lines(file, path.name):
            context_id = text_field(fields, "context_id", where)
            context = Context(context_id, str(fields.get("title") or ""), text_field(fields, "text", where))
            if context.id in contexts:
                raise InvalidRequest(detail=f"{where}: the context_id {context.id!r} was used before")
            contexts[context.id] = context
    return list(contexts.values())


def load_questions(path: Path, context_ids: AbstractSet[str]) -> list[Question]:
    """The questions of a JSON Lines file of {id, question, answers, context_id, answerable, lang}; `context_id` may be
    null, and lack where `answerable` is false; the others may lack but for `question`. Raises InvalidRequest."""
    questions = []
    seen: set[str] = set()
    with path.open("rb") as file:
        for where, fields in json_lines(file, path.name):
            question_id = str(fields.get("id") or where)
            if question_id in seen:
                raise InvalidRequest(detail=f"{where}: the id {question_id!r} was used before")
            seen.add(question_id)
            text = text_field(fields, "question", where, may_be_empty=True)
            answers = texts_field(fields, "answers", where)
            language = str(fields.get("lang") or "")
            questions.append(Question(text, _context_of(fields, where, context_ids), language, answers))
    return questions


def _context_of(fields: Mapping[str, object], where: str, known: AbstractSet[str]) -> str | None:
    answerable = truth_field(fields, "answerable", where, default=True)
    if not answerable or fields.get("context_id", "") is None:
        return None
    context_id = text_field(fields, "context_id", where)
    if context_id not in known:
        raise InvalidRequest(detail=f"{where}: there is no context {context_id!r}")
    return context_id


def held_out(contexts: Sequence[Context], shape: Shape) -> set[str]:
    """Ids of the contexts under a share of the titles, chosen by chance; a context without title stands alone."""
    titles = sorted({context.title or context.id for context in contexts})
    random.Random(shape.seed).shuffle(titles)  # noqa: S311 - a split, not a secret
    out = set(titles[: round(shape.hold_out * len(titles))])
    return {context.id for context in contexts if (context.title or context.id) in out}


def cut(text: str, words: int | None) -> list[str]:
    """The text in parts of at most so many words, between sentences where these are not longer. In scripts written
    without spaces 1.6 characters count as a word."""
    if words is None or _words(text) <= words:
        return [text]
    parts: list[str] = []
    size = 0.0
    for piece in _pieces(text, words):
        length = _words(piece)
        if parts and size + length <= words:
            parts[-1] += piece
            size += length
        else:
            parts.append(piece)
            size = length
    return [part.strip() for part in parts if part.strip()]


def _pieces(text: str, words: int) -> list[str]:
    """Sentences; one of more than so many words in parts."""
    pieces = []
    for sentence in _SENTENCE.findall(text):
        size, start = 0.0, 0
        for counted in _COUNTED.finditer(sentence):
            size += 1 / CHARACTERS_PER_WORD if counted["character"] else 1
            if size > words:
                pieces.append(sentence[start : counted.start()])
                start, size = counted.start(), 1.0
        pieces.append(sentence[start:])
    return pieces


def _words(text: str) -> float:
    return sum(1 / CHARACTERS_PER_WORD if counted["character"] else 1 for counted in _COUNTED.finditer(text))


def _right(question: Question, documents: _Documents) -> AbstractSet[int]:
    """Of the context's documents those that hold one of the answers; all of them if none does."""
    numbers = [] if question.context_id is None else documents.of.get(question.context_id, [])
    if len(numbers) < 2:
        return set(numbers)
    answers = [_plain(answer) for answer in question.answers]
    holding = {number for number in numbers for answer in answers if answer in _plain(documents.all[number].text)}
    return holding or set(numbers)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip().casefold()
