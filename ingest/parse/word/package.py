"""The parts of a Word package, found by their relationships.

python-docx opens a document only if every part it names is there and sound, pictures included; here only the parts
that hold text are opened, each when it is needed.
"""

import zipfile
from functools import cache
from typing import BinaryIO

from docx.opc.constants import RELATIONSHIP_TARGET_MODE
from docx.opc.packuri import PACKAGE_URI, PackURI
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml import etree

from ingest.parse.archive import UNZIP_ERRORS

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = f"{W}val"


class Package:
    """An open package. Methods raise KeyError where a part is missing and XMLSyntaxError where one is broken."""

    def __init__(self, stream: BinaryIO) -> None:
        self._files = zipfile.ZipFile(stream)
        links = self._links(PACKAGE_URI)
        mains = [part for kind, part in links.values() if kind.endswith("/officeDocument")]
        if not mains:
            raise KeyError("the main document part")
        self._related = self._links(mains[0])
        self.document = self._root(mains[0])
        if self.document.tag != f"{W}document":
            raise KeyError("the main document part")

    def related(self, kind: str) -> etree._Element | None:
        """The root of the part that the document relates to by a relationship whose type ends with `kind`."""
        for link, part in self._related.values():
            if link.endswith(f"/{kind}"):
                return self._root(part)
        return None

    def part(self, identity: str) -> etree._Element | None:
        """The root of the part with a relationship id, None if the document has no such relationship."""
        link = self._related.get(identity)
        return self._root(link[1]) if link else None

    def picture(self, element: etree._Element) -> bytes | None:
        """The bytes of a picture in the document's main part, None if they lie elsewhere or are not there."""
        if element.getroottree().getroot() is not self.document:
            return None
        link = self._related.get(element.get(qn("r:embed")) or element.get(qn("r:id")) or "")
        try:
            return self._files.read(link[1].membername) if link else None
        except (KeyError, RuntimeError, *UNZIP_ERRORS):
            return None

    def _links(self, source: PackURI) -> dict[str, tuple[str, PackURI]]:
        name = source.rels_uri.membername
        if name not in self._files.NameToInfo:
            return {}
        return {
            link.get("Id", ""): (link.get("Type", ""), PackURI.from_rel_ref(source.baseURI, link.get("Target", "")))
            for link in parse_xml(self._files.read(name)).iterchildren(etree.Element)
            if link.get("TargetMode") != RELATIONSHIP_TARGET_MODE.EXTERNAL
        }

    def _root(self, part: PackURI) -> etree._Element:
        return parse_xml(self._files.read(part.membername))


def is_on(parent: etree._Element | None, name: str) -> bool | None:
    """The value of an on/off property of Word, None where it is not given."""
    found = None if parent is None else parent.find(f"{W}{name}")
    return None if found is None else found.get(VAL, "1") not in ("0", "false", "off")


def value(parent: etree._Element | None, path: str) -> str | None:
    """The value of a property below `parent`, None where it is not given; a path has its names joined by "/"."""
    found = None if parent is None else parent.find(_qualified(path))
    return None if found is None else found.get(VAL)


@cache
def _qualified(path: str) -> str:
    return "/".join(f"{W}{name}" for name in path.split("/"))


def number(text: str | None) -> int | None:
    """The text as a whole number, None if it is none."""
    try:
        return None if text is None else int(text)
    except ValueError:
        return None
