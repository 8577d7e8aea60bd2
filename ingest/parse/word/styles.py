"""What the styles of a document say about the role of its paragraphs, inheritance resolved."""

import re
import unicodedata
from dataclasses import dataclass, replace

from lxml import etree

from ingest.parse.word.package import VAL, W, is_on, number, value

# Word writes the names of built-in styles in English whatever its language; other programs write them in theirs.
_HEADINGS = """
heading|ü?berschrift|titre|título|titulo|titolo|titlu|kop|rubrik|overskrift|otsikko|nagłówek|nadpis|címsor|başlık
|заголовок|заглавие|επικεφαλίδα|عنوان|כותרת|标题|標題|見出し|제목|หัวเรื่อง|đầu đề|judul
"""
_TITLES = """
title|titel|titre|titolo|título|titulo|tittel|otsikko|tytuł|název|cím|konu başlığı|название|заголовок|τίτλος
|标题|標題|表題|제목
"""
_SUBTITLES = """
subtitle|untertitel|sous-titre|subtítulo|sottotitolo|ondertitel|underrubrik|undertittel|podtytuł|podnadpis|alcím
|подзаголовок|副标题|副標題|副題|부제
"""
_CAPTIONS = """
caption|beschriftung|légende|epígrafe|leyenda|legenda|didascalia|bijschrift|beskrivning|bildetekst|titulek|képaláírás
|название объекта|题注|題注|図表番号|캡션
"""


def _any_of(names: str) -> str:
    return f"(?:{names.replace(chr(10), '')})"


# What follows a heading's number is left out of account: "Heading 1 numbered", "Heading 2,h2".
_HEADING = re.compile(rf"{_any_of(_HEADINGS)}\s*([1-9])(?!\d).*", re.IGNORECASE)
_TITLE = re.compile(_any_of(_TITLES), re.IGNORECASE)
_SUBTITLE = re.compile(_any_of(_SUBTITLES), re.IGNORECASE)
_CAPTION = re.compile(_any_of(_CAPTIONS), re.IGNORECASE)
_CODE = re.compile(r"\b(?:source ?code|code|html preformatted|preformatted text)\b", re.IGNORECASE)
_BODY_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Style:
    """The resolved facts of a style; None where neither it nor one it is based on says anything."""

    heading: int | None = None
    is_caption: bool = False
    is_code: bool = False
    list_number: int | None = None
    list_level: int | None = None
    breaks_page: bool | None = None
    is_hidden: bool | None = None


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._resolved: dict[str, Style] = {}
        self._default: str | None = None
        for style in () if root is None else root.iter(f"{W}style"):
            identity = style.get(f"{W}styleId", "")
            self._elements[identity] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on"):
                self._default = identity

    def __getitem__(self, identity: str | None) -> Style:
        """The style with an id; the default one for paragraphs without a style."""
        name = identity if identity is not None else self._default
        if name is None:
            return Style()
        if name not in self._resolved:
            self._resolved[name] = self._resolve(name)
        return self._resolved[name]

    def _resolve(self, identity: str) -> Style:
        chain: list[etree._Element] = []
        name: str | None = identity
        while name in self._elements and self._elements[name] not in chain and len(chain) < 50:
            chain.append(self._elements[name])
            name = value(chain[-1], "basedOn")
        # A file may lack the styles it names; then their ids, made of their names, have to do.
        style = Style() if chain else Style(heading=_heading(identity))
        for element in reversed(chain):
            style = _inherit(style, element)
        return style if style.heading != _BODY_LEVEL + 1 else replace(style, heading=None)


def _inherit(base: Style, element: etree._Element) -> Style:
    """The facts of a style that is based on another one."""
    name = element.find(f"{W}name")
    called = unicodedata.normalize("NFKC", name.get(VAL, "") if name is not None else "").strip()
    properties = element.find(f"{W}pPr")
    outline = number(value(properties, "outlineLvl"))
    heading = outline + 1 if outline is not None else _heading(called) or base.heading
    listed = number(value(properties, "numPr/numId"))
    level = number(value(properties, "numPr/ilvl"))
    breaks = is_on(properties, "pageBreakBefore")
    hidden = is_on(element.find(f"{W}rPr"), "vanish")
    return Style(
        heading=heading,
        is_caption=base.is_caption or _CAPTION.fullmatch(called) is not None,
        is_code=base.is_code or _CODE.search(called) is not None,
        list_number=listed if listed is not None else base.list_number,
        list_level=level if level is not None else base.list_level,
        breaks_page=breaks if breaks is not None else base.breaks_page,
        is_hidden=hidden if hidden is not None else base.is_hidden,
    )


def _heading(name: str) -> int | None:
    """The level of heading that the name of a style stands for."""
    if found := _HEADING.fullmatch(name):
        return int(found[1])
    return 1 if _TITLE.fullmatch(name) else 2 if _SUBTITLE.fullmatch(name) else None
