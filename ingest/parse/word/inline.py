"""The text of one paragraph as read: tracked changes accepted, fields by their results, hidden runs left out."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingest.parse.word.equations import MATH, equation
from ingest.parse.word.package import VAL, W, is_on, number, value
from ingest.parse.word.pages import Pages
from ingest.parse.word.styles import Style, Styles
from ingest.parse.word.symbols import readable, symbol

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
IMAGE_DATA = "{urn:schemas-microsoft-com:vml}imagedata"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_CHECKBOX = f"{_W14}checkbox"
_TICKED = {True: "[x]", False: "[ ]"}  # as in Markdown: the signs in the file's font are unknown to most models
_TINY = 4  # half points
# Runs within these are read as if the wrapper were not there.
_WRAPPERS = frozenset(
    f"{W}{name}"
    for name in ("ins", "moveTo", "hyperlink", "smartTag", "fldSimple", "sdt", "sdtContent", "customXml", "dir", "bdo")
) | {f"{W}ruby", f"{W}rubyBase"}
_FIXED = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}


@dataclass(slots=True)
class Inline:
    """What a paragraph holds: its text, blanks around it included, text that is not to be seen, what hangs on it."""

    text: str = ""
    unseen: str = ""
    page: int | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    pictures: list[etree._Element] = field(default_factory=list)


class InlineReader:
    """Reads paragraphs; `marker` names a foot- or endnote in the text and is asked in their order."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._numbers: dict[tuple[str, str], str] = {}
        self._counts = {"footnote": 0, "endnote": 0}

    def read(self, paragraph: etree._Element, style: Style, pages: Pages, *, on_paper: bool) -> Inline:
        """The content of a paragraph. White text counts as unseen only `on_paper`, outside of tables and boxes."""
        return _Walk(self, self._styles, style, pages, on_paper).run(paragraph)

    def marker(self, kind: str, identity: str) -> str:
        """The mark that stands in the text for a note, the same wherever the note is referred to."""
        if (kind, identity) not in self._numbers:
            self._counts[kind] += 1
            prefix = "^" if kind == "footnote" else "^e"
            self._numbers[kind, identity] = f"[{prefix}{self._counts[kind]}]"
        return self._numbers[kind, identity]


class _Walk:
    """One walk through one paragraph."""

    def __init__(self, reader: InlineReader, styles: Styles, style: Style, pages: Pages, on_paper: bool) -> None:
        self._reader = reader
        self._styles = styles
        self._style = style
        self._pages = pages
        self._on_paper = on_paper
        self._parts: list[str] = []
        self._unseen: list[str] = []
        self._fields: list[bool] = []  # whether each open field has come to its result
        self._found = Inline()

    def run(self, paragraph: etree._Element) -> Inline:
        properties = paragraph.find(f"{W}pPr")
        self._on_paper = self._on_paper and (properties is None or properties.find(f"{W}shd") is None)
        self._children(paragraph)
        found = self._found
        found.text = "".join(self._parts)
        found.unseen = "".join(self._unseen).strip()
        found.page = found.page or self._pages.page
        return found

    def _children(self, parent: etree._Element) -> None:
        for child in parent.iterchildren(etree.Element):
            tag = child.tag
            if tag == f"{W}r":
                self._run(child)
            elif tag == f"{W}sdt" and (box := child.find(f"{W}sdtPr/{_CHECKBOX}")) is not None:
                self._add(_TICKED[_is_checked(box)], seen=True)
            elif tag in _WRAPPERS:
                self._children(child)
            elif tag == f"{_MC}AlternateContent":
                self._alternative(child)
            elif tag in (f"{MATH}oMath", f"{MATH}oMathPara"):
                self._add(equation(child), seen=True)
            elif tag == f"{W}lastRenderedPageBreak":
                self._pages.note_page()

    def _alternative(self, element: etree._Element) -> None:
        """One of several forms of the same content: the first that holds anything."""
        before = self._size()
        for form in element.iterchildren(f"{_MC}Choice", f"{_MC}Fallback"):
            self._children(form)
            self._run_children(form, seen=True)
            if self._size() > before:
                return

    def _size(self) -> int:
        return len(self._parts) + len(self._found.boxes) + len(self._found.pictures)

    def _run(self, run: etree._Element) -> None:
        properties = run.find(f"{W}rPr")
        style = value(properties, "rStyle")
        hidden = is_on(properties, "vanish")
        if hidden is None and style is not None:
            hidden = self._styles[style].is_hidden
        if hidden if hidden is not None else self._style.is_hidden:
            return
        self._run_children(run, seen=properties is None or not self._is_unseen(properties))

    def _is_unseen(self, properties: etree._Element) -> bool:
        size = number(value(properties, "sz"))
        if size is not None and size <= _TINY:
            return True
        if not self._on_paper or (value(properties, "color") or "").upper() != "FFFFFF":
            return False
        return properties.find(f"{W}shd") is None and properties.find(f"{W}highlight") is None

    def _run_children(self, run: etree._Element, *, seen: bool) -> None:
        for child in run.iterchildren(etree.Element):
            tag = child.tag
            if tag == f"{W}t":
                self._add(_text(child, run), seen=seen)
            elif tag in _FIXED:
                self._add(_FIXED[tag], seen=seen)
            elif tag == f"{W}sym":
                self._add(_symbol(child), seen=seen)
            elif tag in (f"{W}br", f"{W}lastRenderedPageBreak"):
                self._break(child, seen=seen)
            elif tag == f"{W}fldChar":
                self._field(child)
            elif tag == f"{_MC}AlternateContent":
                self._alternative(child)
            elif tag in _WRAPPERS:
                self._children(child)
            else:
                self._hang(child)

    def _hang(self, child: etree._Element) -> None:
        """Takes note of what does not stand in the line itself."""
        if child.tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            self._note(child)
        elif child.tag == f"{W}commentReference":
            self._found.comments.append(child.get(f"{W}id", ""))
        elif child.tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
            for thing in drawn(child):
                (self._found.boxes if thing.tag == f"{W}txbxContent" else self._found.pictures).append(thing)

    def _add(self, text: str, *, seen: bool) -> None:
        if not text or not all(self._fields):
            return
        if not seen:
            self._unseen.append(text)
            return
        self._parts.append(text)
        if not text.isspace():
            self._pages.pass_text()
            self._found.page = self._found.page or self._pages.page

    def _break(self, element: etree._Element, *, seen: bool) -> None:
        if element.tag != f"{W}br":
            self._pages.note_page()
            return
        if element.get(f"{W}type") == "page":
            self._pages.break_page()
        self._add("\n", seen=seen)

    def _field(self, element: etree._Element) -> None:
        """Of a field only the result is text; the instruction before it is not."""
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            self._add(_chosen(element), seen=True)
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _note(self, element: etree._Element) -> None:
        kind = "footnote" if element.tag == f"{W}footnoteReference" else "endnote"
        identity = element.get(f"{W}id", "")
        self._found.notes.append((kind, identity))
        self._add(self._reader.marker(kind, identity), seen=True)


def drawn(element: etree._Element) -> Iterator[etree._Element]:
    """The contents of the text boxes of a drawing and its pictures, each once although files hold them in two forms."""
    for child in element.iterchildren(etree.Element):
        if child.tag in (f"{W}txbxContent", BLIP, IMAGE_DATA):
            yield child
        elif child.tag == f"{_MC}AlternateContent":
            for form in child.iterchildren(f"{_MC}Choice", f"{_MC}Fallback"):
                if things := list(drawn(form)):
                    yield from things
                    break
        else:
            yield from drawn(child)


def _chosen(field_begin: etree._Element) -> str:
    """What a form field shows that has no result in the text: a checkbox, or an entry of a list."""
    box, choice = (field_begin.find(f"{W}ffData/{W}{kind}") for kind in ("checkBox", "ddList"))
    if box is not None:
        checked = is_on(box, "checked")
        return _TICKED[(checked if checked is not None else is_on(box, "default")) or False]
    if choice is None:
        return ""
    chosen = number(value(choice, "result") or value(choice, "default")) or 0
    entries = [entry.get(VAL, "") for entry in choice.iterchildren(f"{W}listEntry")]
    return entries[chosen] if 0 <= chosen < len(entries) else ""


def _is_checked(box: etree._Element) -> bool:
    state = box.find(f"{_W14}checked")
    return state is not None and state.get(f"{_W14}val", "1") in ("1", "true", "on")


def _symbol(element: etree._Element) -> str:
    try:
        return symbol(int(element.get(f"{W}char", ""), 16), element.get(f"{W}font", ""))
    except ValueError:
        return ""


def _text(element: etree._Element, run: etree._Element) -> str:
    text = element.text or ""
    if text.isascii():  # nearly always; the font need not be looked up then
        return text
    fonts = run.find(f"{W}rPr/{W}rFonts")
    return readable(text, "" if fonts is None else fonts.get(f"{W}ascii", ""))
