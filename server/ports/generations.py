"""Generations of stores, and the embedders they are of."""

from collections.abc import Sequence
from typing import Protocol

from ingest.ports import Embedder
from server.model import Building, EmbedderRecord, Generation, StoreFile


class Generations(Protocol):
    """Rows of generations, but for those that answer: these are their stores' own."""

    def begin(self, store_id: str, fingerprint: str, dimensions: int) -> Generation | None:
        """Has the store come to answer from this embedder's vectors: returns the generation that is to be built for it,
        a new one or the one under way; none where the store answers from them already, or has gone. One under way for
        another embedder is rolled back."""
        ...

    def unlike(self, fingerprint: str, limit: int) -> list[str]:
        """Ids of stores that neither answer from this embedder's vectors nor are on their way to; or that are on their
        way to another's."""
        ...

    def under_way(self) -> list[Generation]:
        """All that are being built."""
        ...

    def leaving(self) -> list[Generation]:
        """All of which something may still lie in the index, and which no question will be answered from again."""
        ...

    def building(self, store_ids: Sequence[str]) -> dict[str, Building]:
        """Those of the stores of which a generation is being built, and how far it is."""
        ...

    def rebuilt(self, generation: Generation) -> dict[str, str | None]:
        """Files of which something may lie in the generation -> their reading that is in it in whole, if one is."""
        ...

    def note(self, generation: Generation, file_id: str) -> bool:
        """Notes that something of the file may lie in the generation from now on. False if it is not being built any
        more, and nothing may be written."""
        ...

    def complete(self, generation: Generation, entry: StoreFile) -> None:
        """Notes that the file is in the generation in whole, with so many chunks and bytes."""
        ...

    def cleared(self, generation: Generation, file_id: str) -> None:
        """Notes that nothing of the file lies in the generation."""
        ...

    def switch(self, generation: Generation) -> bool:
        """Has the store answer from this generation, if it holds exactly the files that can be searched; the one before
        is leaving then. False, and nothing is changed, if it does not or is not being built any more."""
        ...

    def forget(self, generation: Generation) -> None:
        """Nothing is left of one that was leaving."""
        ...


class EmbedderRows(Protocol):
    """Rows of the embedders that were used here."""

    def choose(self, record: EmbedderRecord) -> EmbedderRecord:
        """Keeps an embedder by its fingerprint, with what is known of it now, and wants it for all stores."""
        ...

    def wanted(self) -> EmbedderRecord | None:
        """The one that was chosen last, if one was."""
        ...

    def of(self, fingerprint: str) -> EmbedderRecord | None:
        """The one with this fingerprint, if it was ever used."""
        ...

    def named(self, model: str) -> list[EmbedderRecord]:
        """The remote ones of this model name, the one that was chosen last first."""
        ...


class Embedders(Protocol):
    """The embedders of this Lectern's stores."""

    def wanted(self) -> Embedder:
        """The one that all stores are to use. Raises EmbedderUnavailable while it is not known yet."""
        ...

    def of(self, fingerprint: str) -> Embedder:
        """The one with this fingerprint. Raises EmbedderUnavailable if it is not known here, or has become another."""
        ...

    def look(self) -> None:
        """Finds out which one is wanted now, and whether it is the same as ever."""
        ...
