"""The steps of cleaning by name, and their sequence for one document."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ingest.cleaning.boilerplate import drop_boilerplate
from ingest.cleaning.characters import unify_characters
from ingest.cleaning.duplicates import drop_duplicates
from ingest.cleaning.language import tell_language
from ingest.cleaning.quality import QualityGauge
from ingest.cleaning.signature import Signer
from ingest.cleaning.tally import Tally
from ingest.model import Element, Loss, Quality

Run = Callable[[Iterable[Element], Tally], Iterator[Element]]


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what it runs on the elements, given the document's `Cleaning`, and what it is for."""

    run: Callable[["Cleaning"], Run]
    help: str


# In the order in which they run: the first sees what the reader gave, the last what is chunked.
STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "quality": Step(lambda of: of.gauge.watch, "score the document from 0 to 1, with reasons"),
        "characters": Step(
            lambda _: unify_characters, "one form for every character: Unicode, width, spaces; nothing invisible"
        ),
        "boilerplate": Step(
            lambda _: drop_boilerplate, "leave out page headers and footers, lines on every page, cookie banners"
        ),
        "duplicates": Step(
            lambda _: drop_duplicates, "leave out blocks that stand word for word under the same heading already"
        ),
        "language": Step(lambda _: tell_language, "tell the language of each block"),
        "near-duplicates": Step(lambda of: of.signer.watch, "tell which file of the store says nearly the same"),
    }
)
ALL_STEPS = tuple(STEPS)


class Cleaning:
    """Cleans one document by the steps named; they run in the order of `STEPS`. `tallies` tells what each did.

    `secret` keys the signature by which documents are compared. Raises ValueError for a name that is no step.
    """

    gauge: QualityGauge
    signer: Signer
    tallies: dict[str, Tally]

    def __init__(self, names: Sequence[str] = ALL_STEPS, secret: bytes = b"") -> None:
        if unknown := set(names) - STEPS.keys():
            raise ValueError(f"{', '.join(sorted(unknown))}: no step of cleaning; there are {', '.join(STEPS)}")
        self.gauge = QualityGauge()
        self.signer = Signer(secret)
        self.tallies = {name: Tally() for name in STEPS if name in names}

    def elements(self, elements: Iterable[Element]) -> Iterator[Element]:
        """The elements, cleaned; one pass, in memory that does not grow with the document."""
        for name, tally in self.tallies.items():
            elements = STEPS[name].run(self)(elements, tally)
        return iter(elements)

    def quality(self, pages: int, losses: Iterable[Loss]) -> Quality | None:
        """The score, once the elements came to their end; None if it was not asked for."""
        return self.gauge.quality(pages, losses, self.tallies) if "quality" in self.tallies else None

    def signature(self) -> bytes | None:
        """The signature of the text; None if it was not asked for, or is too short."""
        return self.signer.signature() if "near-duplicates" in self.tallies else None


def clean(elements: Iterable[Element], names: Sequence[str] = ALL_STEPS) -> Iterator[Element]:
    """The elements of one document, cleaned."""
    return Cleaning(names).elements(elements)
