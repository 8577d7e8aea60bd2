"""The workbook part: its sheets, shared strings, number formats and names.

The styles and the workbook part are read here, tolerantly, because openpyxl refuses a whole workbook for one odd style,
defined name or view that nobody needs for reading.
"""

import re
import zipfile
from array import array
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from openpyxl.xml.constants import REL_NS

from ingest.parse.excel.formats import format_code
from ingest.parse.excel.parts import MAIN, forget, links, root, target, text_of
from ingest.parse.excel.rows import Area
from ingest.parse.excel.sheets import Name
from ingest.parse.excel.tokens import is_date, sections, tokens

_BUILT_IN_NAME = "_xl"  # print areas and the like
_TRUE = ("1", "true")
SHEETS = frozenset({"worksheet", "chartsheet"})


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


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet, of cells or of one chart, as the workbook lists it: with its part and the names of its ranges."""

    name: str
    hidden: bool
    part: str
    names: tuple[Name, ...]


class Workbook:
    """An open workbook. Cell styles go by their numbers as they are written in cells."""

    def __init__(self, package: zipfile.ZipFile, part: str) -> None:
        self.package = package
        tree = root(package, part)
        settings = tree.find(f"{MAIN}workbookPr")
        self.part = part
        self.from_1904 = settings is not None and settings.get("date1904") in _TRUE
        self.sheets = _sheets(package, part, tree)
        self.strings = _shared_strings(package, target(package, part, "sharedStrings"))
        self._formats = _formats(package, target(package, part, "styles"))
        self.dated = frozenset(style for style, code in self._formats.items() if is_date(tokens(sections(code)[0])))

    @property
    def epoch(self) -> datetime:
        """The day that dates are counted from."""
        return MAC_EPOCH if self.from_1904 else WINDOWS_EPOCH

    def format(self, style: str | None) -> str:
        """The number format of a style."""
        return self._formats.get(style or "0", "General")


def open_workbook(package: zipfile.ZipFile) -> Workbook:
    """The workbook of a package.

    Raises KeyError where a part is missing that a workbook cannot do without, and XMLSyntaxError where one is broken.
    """
    part = target(package, "", "officeDocument")
    if part is None:
        raise KeyError("the workbook part")
    return Workbook(package, part)


def _sheets(package: zipfile.ZipFile, part: str, tree: etree._Element) -> tuple[SheetPart, ...]:
    known = {link.id: link for link in links(package, part)}
    names = _names(tree)
    sheets = []
    for entry in tree.iter(f"{MAIN}sheet"):
        link = known.get(entry.get(f"{{{REL_NS}}}id", ""))
        if link is not None and link.kind in SHEETS:
            title = entry.get("name", "")
            hidden = entry.get("state", "visible") != "visible"
            sheets.append(SheetPart(title, hidden, link.part, tuple(names.get(title, ()))))
    return tuple(sheets)


def _names(tree: etree._Element) -> dict[str, list[Name]]:
    """The names of ranges by sheet; those that Excel makes for itself are left out."""
    names: dict[str, list[Name]] = {}
    for entry in tree.iter(f"{MAIN}definedName"):
        text = entry.get("name", "")
        if entry.get("hidden") not in _TRUE and not text.startswith(_BUILT_IN_NAME):
            sheet, _, reference = (entry.text or "").strip().rpartition("!")
            area = Area.of(reference)
            if area is not None:
                sheet = re.sub("''", "'", sheet[1:-1]) if sheet.startswith("'") else sheet
                names.setdefault(sheet, []).append(Name(text, area))
    return names


def _shared_strings(package: zipfile.ZipFile, part: str | None) -> SharedStrings:
    strings = SharedStrings()
    if part is not None:
        with package.open(part) as stream:
            for _, item in etree.iterparse(stream, tag=f"{MAIN}si", resolve_entities=False, huge_tree=True):
                strings.append(text_of(item))
                forget(item)
    return strings


def _formats(package: zipfile.ZipFile, part: str | None) -> dict[str, str]:
    """The number format of every cell style."""
    if part is None:
        return {}
    tree = root(package, part)
    custom = {
        int(entry.get("numFmtId", "")): entry.get("formatCode", "")
        for entry in tree.iter(f"{MAIN}numFmt")
        if entry.get("numFmtId", "").isdecimal()
    }
    styles = tree.find(f"{MAIN}cellXfs")
    ids = [style.get("numFmtId", "0") for style in (() if styles is None else styles.iter(f"{MAIN}xf"))]
    return {
        str(style): format_code(int(number) if number.isdecimal() else 0, custom) for style, number in enumerate(ids)
    }
