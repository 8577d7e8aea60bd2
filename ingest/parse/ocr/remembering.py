"""An engine that does not look twice at the same picture, not even after the reading was interrupted."""

import hashlib
from typing import TYPE_CHECKING, Any

from PIL import Image

from ingest.memory import Memory
from ingest.parse.layout import Grid, Line, Word
from ingest.parse.ocr.recognition import Recognition

if TYPE_CHECKING:
    from ingest.parse.ocr.recogniser import Engine


class Remembering:
    """Recognises with `engine` what `memory` does not hold. `kind` tells which engine with which languages it is."""

    def __init__(self, engine: "Engine", memory: Memory, kind: str) -> None:
        self._engine = engine
        self._memory = memory
        self._kind = kind

    def recognise(self, image: Image.Image) -> Recognition:
        """Reads a picture. Raises OcrMissing and OcrFailed."""
        picture = hashlib.sha256(f"{self._kind} {image.mode} {image.size}".encode())
        picture.update(image.tobytes())
        name = picture.hexdigest()
        record = self._memory.recall(name)
        if record is not None:
            return _recognition(record)
        recognition = self._engine.recognise(image)
        self._memory.note(name, recognition)
        return recognition


def _recognition(record: dict[str, Any]) -> Recognition:
    lines = [Line(**{**line, "words": [Word(*word) for word in line["words"]]}) for line in record["lines"]]
    grids = [Grid(**grid) for grid in record["grids"]]
    return Recognition(**{**record, "lines": lines, "grids": grids})
