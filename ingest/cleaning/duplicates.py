"""Leaves out blocks that a document says again."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from ingest.cleaning.tally import Tally
from ingest.model import Element, Kind

_SHORTEST = 80  # characters; Chinese and the like count double. What is shorter repeats for a reason: forms, lists
_MOST_REMEMBERED = 200_000  # blocks; their digests take about 10 MB


def drop_duplicates(elements: Iterable[Element], tally: Tally) -> Iterator[Element]:
    """The elements without those that stand word for word under the same heading already.

    Under another heading the same words tell another fact ("Disconnect the mains" for each of two machines).
    """
    seen: set[bytes] = set()
    heading = ""
    for element in elements:
        if element.kind is Kind.TITLE:
            heading = element.text
        elif _is_long(element.text):
            digest = _digest(element, heading)
            if digest in seen:
                tally.note(element, None)
                continue
            if len(seen) < _MOST_REMEMBERED:
                seen.add(digest)
        tally.note(element, element)
        yield element


def _is_long(text: str) -> bool:
    if len(text) >= _SHORTEST:
        return True
    return 2 * len(text) >= _SHORTEST and not text.isascii() and sum(sign >= "\u2e80" for sign in text) * 2 > len(text)


def _digest(element: Element, heading: str) -> bytes:
    place = "\0".join([heading, element.sheet or "", str(element.hidden), element.kind, element.text])
    return blake2b(place.encode("utf-8", "surrogatepass"), digest_size=8).digest()
