"""The XML parts of an Excel package, and how they relate to one another."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers.expat import ExpatError

from lxml import etree
from openpyxl.xml.constants import SHEET_MAIN_NS

from ingest.parse.archive import UNZIP_ERRORS

BROKEN = (etree.LxmlError, ExpatError, SyntaxError, LookupError, TypeError, *UNZIP_ERRORS)
"""What reading parts that are damaged raises."""

MAIN = f"{{{SHEET_MAIN_NS}}}"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Link(NamedTuple):
    """What a part relates to: the link's id, its kind (the end of its type), and the other part."""

    id: str
    kind: str
    part: str


def links(package: zipfile.ZipFile, part: str) -> list[Link]:
    """The parts that a part (or the package, if "") relates to, found in whatever case their names are written."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in package.NameToInfo:
        return []
    found = []
    for entry in root(package, path).iter("{*}Relationship"):
        if entry.get("TargetMode") != "External":
            written = posixpath.normpath(posixpath.join("/", folder, entry.get("Target", ""))).lstrip("/")
            actual = _actual(package, written)
            if actual is not None:
                found.append(Link(entry.get("Id", ""), entry.get("Type", "").rpartition("/")[2], actual))
    return found


def _actual(package: zipfile.ZipFile, name: str) -> str | None:
    if name in package.NameToInfo:
        return name
    return next((known for known in package.NameToInfo if known.lower() == name.lower()), None)


def targets(package: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    """The parts that another one relates to by links of the kind."""
    return [link.part for link in links(package, part) if link.kind == kind]


def target(package: zipfile.ZipFile, part: str, kind: str) -> str | None:
    """The first of them, if there is one."""
    return next(iter(targets(package, part, kind)), None)


def root(package: zipfile.ZipFile, part: str) -> etree._Element:
    """A part as a tree; only for parts that stay small."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(package.read(part), parser)


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace; "" for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def named(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """An element and all within it that have one of the names, in whatever namespace."""
    return (inner for inner in element.iter() if local_name(inner) in names)


def text_of(element: etree._Element) -> str:
    """The text of a string item: its runs joined, without the phonetic guide above them."""
    parts = []
    for child in element:
        if child.tag == f"{MAIN}t":
            parts.append(child.text or "")
        elif child.tag == f"{MAIN}r":
            parts.append(child.findtext(f"{MAIN}t") or "")
    text = "".join(parts)
    return unescape(text) if "_x" in text else text


def unescape(text: str) -> str:
    """Characters that XML cannot hold stand as _x000D_ and the like; lone surrogates are left as they stand."""
    return _ESCAPE.sub(
        lambda code: code[0] if code[1][:1] in "dD" and code[1][1] > "7" else chr(int(code[1], 16)), text
    )


def forget(element: etree._Element) -> None:
    """Frees an element that has been read, and those before it, so that a large part is never held as a whole."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
