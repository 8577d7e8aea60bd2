"""All golden documents: name -> what writes it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.golden import excel, images, legacy, others, pdf, word

DOCUMENTS: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {**word.DOCUMENTS, **excel.DOCUMENTS, **pdf.DOCUMENTS, **images.DOCUMENTS, **legacy.DOCUMENTS, **others.DOCUMENTS}
)

PASSWORDS = MappingProxyType({"protected.pdf": pdf.PASSWORD})

RECOGNISED = frozenset(images.DOCUMENTS) | {
    "embedded-picture.docx", "slide-chart.pptx", "nonsense-below-picture.pdf", "broken-encoding.pdf", "mixed.pdf",
}  # fmt: skip
"""Those whose text is recognised: another version of the engine may read a letter differently."""

NOT_YET_RIGHT = MappingProxyType(
    {
        "plain.txt": "the hyphen stays in the text of a list item",
        "page.html": "numbered lists lose their numbers",
        "markdown.md": "numbered lists lose their numbers",
    }
)
"""What is wrong with these; what is expected of them was written by hand."""
