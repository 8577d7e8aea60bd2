"""Opens what was found in the index: its sealed text and place, and what is known of its file."""

from collections.abc import Sequence

import structlog

from server.errors import DamagedSeal
from server.model import AnsweringFile, Passage
from server.payload import Payload, unpack
from server.ports import Catalog, Keys
from server.retrieval.candidate import Candidate
from server.retrieval.fusion import Fused

log = structlog.get_logger()

Version = tuple[int, int]


class Opening:
    """Opens passages of files that questions are answered from."""

    def __init__(self, catalog: Catalog, keys: Keys) -> None:
        self._catalog = catalog
        self._keys = keys

    def first(self, store_id: str, found: Sequence[Fused], limit: int, asked: float) -> tuple[list[Candidate], Version]:
        """The first `limit` of what was found, opened, and the version of the store in which its files were looked up;
        `asked` is the candidates'."""
        opened: list[Candidate] = []
        version = (0, 0)
        # Rows of files are read for so many at once: reading those of all candidates took most of this.
        for start in range(0, max(1, len(found)), limit):
            batch = found[start : start + limit]
            version, files = self._catalog.answering(store_id, list({one.hit.file_id for one in batch}))
            self._keys.read(list(files))
            # Other files have left the store, or others answer in their place until they are read.
            here = [one for one in batch if one.hit.file_id in files]
            candidates = [self._opened(store_id, files[one.hit.file_id], one, asked) for one in here]
            opened += filter(None, candidates)
            if None in candidates:  # the key went with a file that was replaced just now, or the seal is damaged
                version = self._catalog.store(store_id).version
            if len(opened) >= limit:
                break
        return opened[:limit], version

    def _opened(self, store_id: str, file: AnsweringFile, found: Fused, asked: float) -> Candidate | None:
        try:
            payload = unpack(self._keys.open_text(file.id, found.hit.sealed, found.hit.id))
        except DamagedSeal as error:
            log.warning("A passage could not be opened and is left out", file=file.id, reason=error.message)
            return None
        passage = _passage(store_id, file, found, payload)
        return Candidate(passage, found.worth, found.near, found.trust, found.sparse, asked=asked)


def _passage(store_id: str, file: AnsweringFile, found: Fused, payload: Payload) -> Passage:
    return Passage(
        id=found.hit.id,
        store_id=store_id,
        file_id=file.id,
        filename=file.filename,
        text=payload.text,
        score=found.worth,
        dense=found.dense,
        sparse=found.sparse,
        headings=payload.headings,
        spans=payload.spans,
        page=payload.page,
        sheet=payload.sheet,
        cells=payload.cells,
        hidden=payload.hidden,
        confidence=payload.confidence,
        follows=payload.follows,
        repeated=payload.repeated,
        attributes=file.attributes,
    )
