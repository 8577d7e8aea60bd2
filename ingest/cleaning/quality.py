"""How well a document can be used, with the reasons a person can read."""

import re
from collections.abc import Iterable, Iterator, Mapping

from ingest.cleaning.tally import Tally
from ingest.model import DOUBTFUL, Element, Kind, Loss, Quality

# Signs that no text means: replacement characters, private use (symbol fonts without a table), controls, and UTF-8 that
# was read as Latin-1.
_GARBAGE = re.compile(
    "[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]|[\u00c3\u00c2][\u0080-\u00bf]|\u00e2\u20ac."
)
_SUSPECT = re.compile("[^\x20-\x7e\n\t]")
_MUCH_GARBAGE = 0.02
_LITTLE = 40  # characters a page; a page of text has two thousand
_MUCH_DROPPED = 0.2


class QualityGauge:
    """Watches the elements of one document as its reader gave them."""

    def __init__(self) -> None:
        self._characters = 0
        self._garbage = 0
        self._recognised = 0
        self._confidence = 0.0
        self._scanned: set[int] = set()
        self._written: dict[int, int] = {}

    def watch(self, elements: Iterable[Element], tally: Tally) -> Iterator[Element]:
        """The elements as they are."""
        for element in elements:
            self._look(element)
            tally.note(element, element)
            yield element

    def _look(self, element: Element) -> None:
        size = len(element.text)
        self._characters += size
        if _SUSPECT.search(element.text):
            self._garbage += sum(len(match[0]) for match in _GARBAGE.finditer(element.text))
        if element.confidence is not None:
            self._recognised += size
            self._confidence += size * element.confidence
        if element.page is not None and element.kind not in {Kind.HEADER, Kind.FOOTER}:
            self._written[element.page] = self._written.get(element.page, 0) + size

    def quality(self, pages: int, losses: Iterable[Loss], tallies: Mapping[str, Tally]) -> Quality:
        """The score of the document, whose reader told `pages` and `losses`, and the reason for every point off."""
        found: list[tuple[float, str]] = []
        losses = list(losses)
        lost = {loss.page for loss in losses if loss.page is not None}
        if losses:
            share = len(lost) / max(pages, 1) if lost else 0.1
            what = f"{len(lost)} of {pages} pages" if lost else _count(len(losses), "part")
            found.append((max(0.1, share), f"{what} could not be read"))
        found += self._by_text(pages, lost)
        for name, reason in _DROPPED.items():
            dropped = tallies[name].dropped_characters / max(self._characters, 1) if name in tallies else 0.0
            if dropped >= _MUCH_DROPPED:
                found.append((dropped / 2, reason.format(percent=f"{dropped:.0%}")))
        score = 1.0
        for points, _ in found:
            score *= 1 - min(points, 1.0)
        return Quality(round(score, 2), tuple(reason for _, reason in found))

    def _by_text(self, pages: int, lost: set[int]) -> Iterator[tuple[float, str]]:
        readable = pages - len(lost)
        # Only where pages are told can they be thin; a page that was lost is counted as lost.
        if self._written and readable > 0:
            thin = readable - sum(size >= _LITTLE for size in self._written.values())
            if thin > 0.2 * readable:
                yield 0.8 * thin / readable, f"{thin} of {readable} pages hold hardly any text"
        if self._recognised:
            mean = self._confidence / self._recognised
            if mean < DOUBTFUL:
                share = self._recognised / self._characters
                yield share * min(0.8, 2 * (DOUBTFUL - mean)), f"recognised text is unsure (mean confidence {mean:.0%})"
        garbage = self._garbage / max(self._characters, 1)
        if garbage >= _MUCH_GARBAGE:
            yield min(0.9, 4 * garbage), f"{garbage:.0%} of the characters are garbage; the text may be wrongly encoded"


_DROPPED = {
    "boilerplate": "{percent} of the text stands around the content (running heads, banners)",
    "duplicates": "{percent} of the text only repeats what the document says before",
}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
