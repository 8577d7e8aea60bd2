"""The parts of a workbook: its sheets, shared strings and number formats.

The styles and the workbook part are read here, tolerantly, because openpyxl refuses a whole workbook for one odd style,
defined name or view that nobody needs for reading.
"""

import re
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from openpyxl.packaging.relationship import Relationship, get_dependents, get_rels_path
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from openpyxl.xml.constants import REL_NS, SHEET_MAIN_NS

from ingest.parse.excel.formats import format_code

_MAIN = f"{{{SHEET_MAIN_NS}}}"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: its name, whether people see it, and the names of its parts in the package."""

    name: str
    hidden: bool
    part: str
    comments: str | None


@dataclass(frozen=True, slots=True)
class Workbook:
    """An open workbook; `formats` gives the number format of every cell style."""

    package: zipfile.ZipFile
    sheets: tuple[Sheet, ...]
    strings: "SharedStrings"
    formats: tuple[str, ...]
    epoch: datetime


class SharedStrings:
    """The texts that cells refer to by number, kept as one run of bytes: a few million of them stay small."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._ends = array("Q", [0])

    def append(self, text: str) -> None:
        """Adds the text with the next number."""
        self._text += text.encode("utf-8", "replace")
        self._ends.append(len(self._text))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends) - 1:
            raise IndexError(number)
        return self._text[self._ends[number] : self._ends[number + 1]].decode()


def open_workbook(package: zipfile.ZipFile) -> Workbook:
    """The workbook of a package.

    Raises KeyError where a part is missing that a workbook cannot do without, and XMLSyntaxError where one is broken.
    """
    part = _target(package, "", "/officeDocument")
    if part is None:
        raise KeyError("the workbook part")
    root = _root(package, part)
    links = {link.Id: link for link in _links(package, part)}
    sheets = []
    for entry in root.iter(f"{_MAIN}sheet"):
        link = links.get(entry.get(f"{{{REL_NS}}}id"))
        if link is not None and link.Type.endswith("/worksheet") and link.target in package.NameToInfo:
            hidden = entry.get("state", "visible") != "visible"
            comments = _target(package, link.target, "/comments")
            sheets.append(Sheet(entry.get("name", ""), hidden, link.target, comments))
    settings = root.find(f"{_MAIN}workbookPr")
    from_1904 = settings is not None and settings.get("date1904") in ("1", "true")
    return Workbook(
        package,
        tuple(sheets),
        _shared_strings(package, _target(package, part, "/sharedStrings")),
        _formats(package, _target(package, part, "/styles")),
        MAC_EPOCH if from_1904 else WINDOWS_EPOCH,
    )


def text_of(element: etree._Element) -> str:
    """The text of a string item: its runs joined, without the phonetic guide above them."""
    parts = []
    for child in element:
        if child.tag == f"{_MAIN}t":
            parts.append(child.text or "")
        elif child.tag == f"{_MAIN}r":
            parts.append(child.findtext(f"{_MAIN}t") or "")
    text = "".join(parts)
    return unescape(text) if "_x" in text else text


def unescape(text: str) -> str:
    """Characters that XML cannot hold stand as _x000D_ and the like; lone surrogates are left as they stand."""
    return _ESCAPE.sub(
        lambda code: code[0] if code[1][:1] in "dD" and code[1][1] > "7" else chr(int(code[1], 16)), text
    )


def comments_of(package: zipfile.ZipFile, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """The cell and the text of every comment on a sheet, the author before the text."""
    if sheet.comments is None or sheet.comments not in package.NameToInfo:
        return
    root = _root(package, sheet.comments)
    authors = [author.text or "" for author in root.iter(f"{_MAIN}author")]
    for comment in root.iter(f"{_MAIN}comment"):
        body = comment.find(f"{_MAIN}text")
        text = text_of(body).strip() if body is not None else ""
        number = comment.get("authorId", "")
        author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
        if author and not text.startswith(author):
            text = f"{author}: {text}"
        if text:
            yield comment.get("ref", ""), text


def _links(package: zipfile.ZipFile, part: str) -> list[Relationship]:
    path = get_rels_path(part)  # type: ignore[no-untyped-call]
    return list(get_dependents(package, path)) if path in package.NameToInfo else []


def _target(package: zipfile.ZipFile, part: str, kind: str) -> str | None:
    """The part that another one (or the package, if "") relates to by a relationship of the kind."""
    links = _links(package, part) if part else list(get_dependents(package, "_rels/.rels"))
    return next(
        (str(link.target) for link in links if link.Type.endswith(kind) and link.TargetMode != "External"), None
    )


def _root(package: zipfile.ZipFile, part: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(package.read(part), parser)


def _shared_strings(package: zipfile.ZipFile, part: str | None) -> SharedStrings:
    strings = SharedStrings()
    if part is None or part not in package.NameToInfo:
        return strings
    with package.open(part) as stream:
        for _, item in etree.iterparse(stream, tag=f"{_MAIN}si", resolve_entities=False, huge_tree=True):
            strings.append(text_of(item))
            forget(item)
    return strings


def forget(element: etree._Element) -> None:
    """Frees an element that has been read, and those before it, so that a large part is never held as a whole."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _formats(package: zipfile.ZipFile, part: str | None) -> tuple[str, ...]:
    if part is None or part not in package.NameToInfo:
        return ("General",)
    root = _root(package, part)
    custom = {
        int(entry.get("numFmtId", "")): entry.get("formatCode", "")
        for entry in root.iter(f"{_MAIN}numFmt")
        if entry.get("numFmtId", "").isdecimal()
    }
    styles = root.find(f"{_MAIN}cellXfs")
    ids = [style.get("numFmtId", "0") for style in (() if styles is None else styles.iter(f"{_MAIN}xf"))]
    return tuple(format_code(int(number) if number.isdecimal() else 0, custom) for number in ids) or ("General",)
