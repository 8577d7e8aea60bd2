"""The questions of a store's own set, as they stand in a file."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

from server.errors import InvalidRequest
from server.evals.lines import text_field, texts_field, truth_field

MOST_QUESTIONS: Final = 10_000
MOST_CHARACTERS: Final = 16_384
_KEY_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class StoreQuestion:
    """A question to a store. `file_id` or `filename`, and `page`, name where the answer stands, if that is known;
    `answers` are such of which any counts; `checked` is false of one that no person has looked at."""

    question: str
    id: str | None = None
    answers: tuple[str, ...] = ()
    file_id: str | None = None
    filename: str | None = None
    page: int | None = None
    answerable: bool = True
    checked: bool = True

    @property
    def located(self) -> bool:
        """Whether it can be told which passage is right."""
        return self.answerable and bool(self.file_id or self.filename or self.answers)

    def as_json(self) -> str:
        """For sealing."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> "StoreQuestion":
        """What `as_json` made."""
        fields = orjson.loads(text)
        return cls(**fields | {"answers": tuple(fields["answers"])})

    def key(self, secret: bytes) -> str:
        """The same for the same question, so that runs can be compared question by question; tells nothing of it."""
        told = f"{self.id or ''}\0{self.question}"
        return hmac.digest(secret, told.encode("utf-8", "surrogatepass"), "sha256").hex()[:_KEY_DIGITS]


def store_questions(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> list[StoreQuestion]:
    """The questions of rows {"question", "answers", "file_id" or "filename", "page", "answerable"}, all but the first
    optional; OpenAI's way of putting a row into {"item": …} will do, too.

    Raises:
        InvalidRequest: names the row and the field; or there are more than 10,000.
    """
    found: list[StoreQuestion] = []
    seen: set[str] = set()
    for where, row in rows:
        fields = row["item"] if isinstance(row.get("item"), dict) else row
        question = _question(fields, where)
        if question.id is not None:
            if question.id in seen:
                raise InvalidRequest(detail=f"{where}: the id {question.id!r} was used before")
            seen.add(question.id)
        found.append(question)
        if len(found) > MOST_QUESTIONS:
            raise InvalidRequest(detail=f"there are more than {MOST_QUESTIONS} questions")
    return found


def _question(fields: Mapping[str, Any], where: str) -> StoreQuestion:
    text = text_field(fields, "question", where)
    if len(text) > MOST_CHARACTERS:
        raise InvalidRequest(detail=f"{where}: the question has more than {MOST_CHARACTERS} characters")
    page = fields.get("page")
    if page is not None and (not isinstance(page, int) or isinstance(page, bool) or page < 1):
        raise InvalidRequest(detail=f"{where}: the field 'page' is not a page number")
    names = {name: text_field(fields, name, where) for name in ("file_id", "filename") if fields.get(name) is not None}
    return StoreQuestion(
        question=text.strip(),
        id=None if fields.get("id") is None else str(fields["id"]),
        answers=texts_field(fields, "answers", where),
        page=page,
        answerable=truth_field(fields, "answerable", where, default=True),
        checked=truth_field(fields, "checked", where, default=True),
        **names,
    )
