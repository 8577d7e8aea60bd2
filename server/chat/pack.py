"""Packs the best passages into the room a prompt has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.chat.messages import text_of
from server.chat.prompt import ground
from server.errors import QuestionTooLong
from server.model import Passage

Count = Callable[[str], int]

# What a chat template adds to a message, and a heading line to a passage, beyond their text.
MESSAGE_TOKENS = 8
PASSAGE_TOKENS = 16
# A shorter part of a passage says too little.
LEAST_TOKENS = 32


@dataclass(frozen=True, slots=True)
class Room:
    """Tokens: of the model's whole context, kept free for the answer, and most for passages."""

    context: int
    answer: int
    passages: int


def pack(passages: Sequence[Passage], messages: Sequence[Mapping[str, Any]], room: Room, count: Count) -> list[Passage]:
    """As many of the best passages as fit, in the order of their places; of the first that does not fit, a part.

    Raises:
        QuestionTooLong: the messages leave no room for any passage.
    """
    asked = sum(count(text_of(message.get("content"))) + MESSAGE_TOKENS for message in messages)
    instructions = max(count(ground([], [], language)[0]["content"]) for language in ("en", "zh"))
    free = min(room.context - room.answer - asked - instructions, room.passages)
    packed: list[Passage] = []
    for passage in passages:
        label = count(" › ".join([passage.filename, *passage.headings])) + PASSAGE_TOKENS
        need = label + count(passage.text)
        if need <= free:
            packed.append(passage)
            free -= need
        elif free - label >= LEAST_TOKENS:
            packed.append(_cut(passage, free - label, count))
            break
    if passages and not packed:
        raise QuestionTooLong(tokens=asked, limit=room.context, param="messages")
    return sorted(packed, key=_place)


def _place(passage: Passage) -> tuple[str, str, int, float, str]:
    """Where a passage stands: an order that does not depend on the question, so that questions with the same passages,
    as in a conversation, share the beginning of their prompts in the engine's prefix cache."""
    box = passage.spans[0].box if passage.spans else None
    return passage.store_id, passage.file_id, passage.page or 0, box[1] if box else 0.0, passage.id


def _cut(passage: Passage, tokens: int, count: Count) -> Passage:
    """What fits of a passage, around the window that matches best, else from its beginning."""
    best = passage.best[0] if passage.best else 0
    start = best if count(passage.text[:best]) > tokens // 2 else 0
    end = len(passage.text)
    while end > start and count(passage.text[start:end]) > tokens:
        end = start + int((end - start) * 0.8)
    spans = tuple(
        replace(span, start=max(0, span.start - start), end=min(end, span.end) - start)
        for span in passage.spans
        if span.start < end and span.end > start
    )
    return replace(passage, text=passage.text[start:end], spans=spans, best=None)
