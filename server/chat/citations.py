"""Turns the markers [n] that an answer keeps into citations: file, page, box and the quoted sentence."""

import re
from collections.abc import Sequence

from ingest.sentences import sentences
from server.chat.markers import Marker
from server.model import Citation, Passage, Span

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
MOST_QUOTE_CHARS = 400


def cite(markers: Sequence[Marker], passages: Sequence[Passage]) -> list[Citation]:
    """The citations of an answer whose markers were kept, in its order.

    The quote is the sentence of the passage that shares most with what the answer says before the marker.
    """
    return [_citation(marker, passages[marker.number - 1]) for marker in markers]


def _citation(marker: Marker, passage: Passage) -> Citation:
    start, end = best_sentence(passage.text, marker.statement)
    span = _span_of(passage.spans, start, end)
    return Citation(
        marker=marker.number,
        index=marker.index,
        passage=passage,
        quote=passage.text[start:end].strip()[:MOST_QUOTE_CHARS],
        page=span.page if span and span.page is not None else passage.page,
        box=span.box if span else None,
    )


def best_sentence(text: str, said: str) -> tuple[int, int]:
    """Where in `text` the sentence (or table row) stands that shares most words with `said`."""
    wanted = _words(said)
    best, best_score = (0, len(text)), 0.0
    for span in sentences(text):
        words = _words(text[slice(*span)])
        score = len(wanted & words) / (max(1, len(words)) ** 0.5)
        if score > best_score:
            best, best_score = span, score
    return best


def _words(text: str) -> set[str]:
    words = set()
    for word in _WORD.findall(text.lower()):
        if _HAN.search(word):
            words |= {word[i : i + 2] for i in range(len(word) - 1)} or {word}
        else:
            words.add(word)
    return words


def _span_of(spans: Sequence[Span], start: int, end: int) -> Span | None:
    """The span that holds most of [start, end)."""
    overlaps = [(min(end, span.end) - max(start, span.start), span) for span in spans]
    overlap, span = max(overlaps, key=lambda pair: pair[0], default=(0, None))
    return span if overlap > 0 else None
