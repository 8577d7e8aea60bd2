"""Who reads what: Lectern beside its peers, and where the peers live."""

from dataclasses import dataclass
from pathlib import Path

from server.bench.reading.manifest import DOCUMENTS, IMAGE, SCANNED

LECTERN = "Lectern"
PICTURELESS = "Lectern, no pictures"
BARE = "Lectern, no sandbox"
OCR_PEER = "pytesseract"
SPEED_PEER = "unstructured"

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
HOW_TO_INSTALL = "The peers are not installed. Install them with: bash docker/setup.sh peers — or add --no-peers."

_TEXTUAL = tuple(group for group in DOCUMENTS if group != IMAGE)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads (a name of `readers.READERS`), which groups of files, and whether Lectern is held against it.

    PDFium's bare text is shown for orientation: it is the layer that Lectern itself and half of the peers stand on.
    """

    name: str
    groups: tuple[str, ...]
    is_peer: bool = True

    @property
    def is_ours(self) -> bool:
        """Whether it is Lectern and so runs in Lectern's own environment."""
        return self.name.startswith(LECTERN)


OURS = (
    Reader(LECTERN, ("pdf", SCANNED, *DOCUMENTS), is_peer=False),
    Reader(PICTURELESS, ("docx", "pptx"), is_peer=False),
    Reader(BARE, ("pdf", *_TEXTUAL), is_peer=False),
)
PEERS = (
    Reader("markitdown", ("pdf", *_TEXTUAL)),
    Reader("unstructured", ("pdf", *_TEXTUAL)),
    Reader("docling", ("pdf", "docx", "xlsx", "pptx", "text")),
    Reader("LangChain", ("pdf", "docx", "xlsx", "pptx", "text")),
    Reader("pypdfium2", ("pdf",), is_peer=False),
    Reader("pytesseract", (SCANNED, IMAGE)),
)
