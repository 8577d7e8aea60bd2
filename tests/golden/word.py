"""Word documents, written part by part, so that each holds exactly what it is about."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.golden.images import sign
from tests.golden.package import OFFICE, XML, content_types, open_document, relationships, zipped

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{OFFICE}" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:v="urn:schemas-microsoft-com:vml" mc:Ignorable="w14"'
)
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_ROOTS = {
    "styles": "styles",
    "numbering": "numbering",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
    "header": "hdr",
    "footer": "ftr",
}


def document(body: str, media: Mapping[str, bytes] | None = None, **parts: str) -> bytes:
    """A .docx: the body's XML and that of other parts; `media` are pictures by relationship id."""
    parts = {"styles": style("Normal", "Normal"), **parts}
    refers = {f"rel-{name}": (name, f"{name}.xml") for name in parts}
    refers |= {name: ("image", f"media/{name}.png") for name in media or {}}
    refers["rel-site"] = ("hyperlink", "https://example.com/manual")
    section = "".join(
        f'<w:{name}Reference w:type="default" r:id="rel-{name}"/>' for name in ("header", "footer") if name in parts
    )
    main = f"<w:body>{body}<w:sectPr>{section}</w:sectPr></w:body>"
    overrides = {f"word/{name}.xml": f"{_TYPE}.{name}+xml" for name in parts}
    return zipped(
        {
            "[Content_Types].xml": content_types({"word/document.xml": f"{_TYPE}.document.main+xml", **overrides}),
            "_rels/.rels": relationships({"main": ("officeDocument", "word/document.xml")}),
            "word/document.xml": f"{XML}<w:document {_NAMESPACES}>{main}</w:document>",
            "word/_rels/document.xml.rels": relationships(refers),
            **{
                f"word/{name}.xml": f"{XML}<w:{_ROOTS[name]} {_NAMESPACES}>{content}</w:{_ROOTS[name]}>"
                for name, content in parts.items()
            },
            **{f"word/media/{name}.png": data for name, data in (media or {}).items()},
        }
    )


def style(identity: str, name: str, based_on: str = "", level: int | None = None, number: str = "") -> str:
    """A paragraph style; `level` is its outline level from 0, `number` its w:numPr."""
    outline = "" if level is None else f'<w:outlineLvl w:val="{level}"/>'
    return (
        f'<w:style w:type="paragraph" w:styleId="{identity}"><w:name w:val="{name}"/>'
        + (f'<w:basedOn w:val="{based_on}"/>' if based_on else "")
        + f"<w:pPr>{number}{outline}</w:pPr></w:style>"
    )


def text(words: str, properties: str = "") -> str:
    """A run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def paragraph(content: str, kind: str = "", properties: str = "") -> str:
    """A paragraph of plain words, or of XML, with a style's id."""
    runs = content if content.startswith("<") else text(content)
    named = f'<w:pStyle w:val="{kind}"/>' if kind else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def table(*rows: list[str], header: int = 1) -> str:
    """A table; a cell is plain words or the XML of a w:tc."""
    shown = []
    for number, row in enumerate(rows):
        mark = "<w:trPr><w:tblHeader/></w:trPr>" if number < header else ""
        shown.append(
            "<w:tr>" + mark + "".join(one if one.startswith("<w:tc>") else cell(one) for one in row) + "</w:tr>"
        )
    grid = '<w:gridCol w:w="1800"/>' * max(map(len, rows))
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(shown)}</w:tbl>"


def cell(content: str, properties: str = "") -> str:
    """A cell of plain words or of paragraphs and tables."""
    inside = content if content.startswith("<") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


def number(identity: int, level: int = 0) -> str:
    """The properties of a numbered paragraph."""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{identity}"/></w:numPr>'


def scheme(identity: int, *levels: tuple[str, str], starts: Mapping[int, int] | None = None) -> str:
    """A numbering: (format, pattern) of each level."""
    shown = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{(starts or {}).get(at, 1)}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for at, (form, pattern) in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="{identity}">{shown}</w:abstractNum>'


def numbered(identity: int, start: int | None = None, of: int | None = None) -> str:
    """A list that uses a numbering, perhaps starting elsewhere."""
    override = "" if start is None else f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride>'
    return f'<w:num w:numId="{identity}"><w:abstractNumId w:val="{of or identity}"/>{override}</w:num>'


def field(instruction: str, result: str) -> str:
    """A complex field: what it is told never shows, its last result does."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText> {instruction} </w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{text(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def picture(identity: str) -> str:
    """A run with a picture."""
    return (
        '<w:r><w:drawing><wp:inline><wp:extent cx="4000000" cy="900000"/><wp:docPr id="1" name="Picture 1"/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        '<pic:nvPicPr><pic:cNvPr id="1" name="sign.png"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{identity}"/></pic:blipFill>'
        "<pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def headings(ids: tuple[str, str, str], names: tuple[str, str, str], words: tuple[str, ...]) -> bytes:
    """Three levels of headings under other ids and names, a paragraph below each."""
    styles = style("Normal", "Normal") + "".join(map(style, ids, names, ["Normal"] * 3))
    first, second, third = ids
    kinds = (first, "", second, "", third, "", second, "")
    return document("".join(map(paragraph, words, kinds)), styles=styles)


def headings_english() -> bytes:
    """Built-in styles as Word names them."""
    words = (
        "Safety manual", "This manual is for everyone on site.", "Fire", "Leave by the nearest door.",
        "Assembly point", "Meet at the north gate.", "First aid", "A kit hangs in every hall.",
    )  # fmt: skip
    return headings(("Heading1", "Heading2", "Heading3"), ("heading 1", "heading 2", "heading 3"), words)


def headings_german() -> bytes:
    """Ids of a German Word, which lose their umlauts, and names as a German LibreOffice writes them."""
    words = (
        "Betriebsanleitung", "Diese Anleitung gilt für alle Standorte.", "Brandschutz", "Fluchtwege sind freizuhalten.",
        "Sammelplatz", "Der Sammelplatz liegt am Nordtor.", "Erste Hilfe", "In jeder Halle hängt ein Verbandkasten.",
    )  # fmt: skip
    return headings(
        ("berschrift1", "berschrift2", "berschrift3"), ("Überschrift 1", "Überschrift 2", "Überschrift 3"), words
    )


def headings_chinese() -> bytes:
    """Ids and names of a Chinese Word or WPS."""
    words = (
        "安全手册", "本手册适用于所有员工。", "消防", "请从最近的出口离开。",
        "集合地点", "在北门集合。", "急救", "每个车间都有急救箱。",
    )  # fmt: skip
    return headings(("1", "2", "3"), ("标题 1", "标题 2", "标题 3"), words)


def headings_custom() -> bytes:
    """A house's own styles: based on a heading, with an outline level, a level set by hand; and a bold line."""
    styles = (
        style("Normal", "Normal")
        + style("Heading2", "heading 2", "Normal", 1)
        + style("House", "House chapter", "Heading2")
        + style("Legal", "Legal clause", "Normal", 0)
    )
    body = (
        paragraph("Terms of supply", "Legal")
        + paragraph("These terms apply to all orders.")
        + paragraph("Delivery", "House")
        + paragraph("We deliver within ten days.")
        + paragraph("Freight", properties='<w:outlineLvl w:val="2"/>')
        + paragraph("Freight is paid by the buyer.")
        + paragraph(text("Nothing here is a heading, it is only bold.", "<w:b/>"))
    )
    return document(body, styles=styles)


def numbering() -> bytes:
    """Numbered headings and clauses as read: decimal, letters, Roman, Chinese; a restart; a start at 5."""
    legal = scheme(1, ("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"), ("lowerRoman", "%4)"))
    chinese = scheme(2, ("chineseCounting", "第%1条"), ("decimal", "%1.%2"))
    zeros = scheme(3, ("decimalZero", "Step %1:"))
    lists = numbered(1) + numbered(2) + numbered(3) + numbered(4, 5, of=3)
    lines = [
        ("Scope", 1, 0), ("Services", 1, 1), ("Consulting", 1, 2), ("Training", 1, 2), ("on site", 1, 3),
        ("remote", 1, 3), ("Fees", 1, 1), ("Term", 1, 0), ("Notice", 1, 1), ("适用范围", 2, 0), ("保密义务", 2, 0),
        ("Open the valve", 3, 0), ("Close the valve", 3, 0), ("Check the gauge", 4, 0), ("Sign the log", 4, 0),
    ]  # fmt: skip
    body = "".join(paragraph(words, properties=number(identity, level)) for words, identity, level in lines)
    return document(body, numbering=legal + chinese + zeros + lists)


def numbered_headings() -> bytes:
    """Numbers that come from the heading styles."""
    plan = scheme(1, ("decimal", "%1"), ("decimal", "%1.%2")) + numbered(1)
    styles = style("Normal", "Normal") + "".join(
        style(f"Heading{level + 1}", f"heading {level + 1}", "Normal", level, number(1, level)) for level in (0, 1)
    )
    lines = [
        ("Purpose", "Heading1"),
        ("Roles", "Heading1"),
        ("Owner", "Heading2"),
        ("Auditor", "Heading2"),
        ("Records", "Heading1"),
    ]
    body = "".join(paragraph(words, kind) + paragraph(f"About {words.lower()}.") for words, kind in lines)
    return document(body, styles=styles, numbering=plan)


def lists() -> bytes:
    """Bullets three deep, with a numbered list inside, and a paragraph that goes on after."""
    bullets = scheme(1, ("bullet", "•"), ("bullet", "–"), ("bullet", "▪")) + scheme(2, ("decimal", "%1.")) + numbered(1)
    lines = [("Tools", 1, 0), ("Hammer", 1, 1), ("claw", 1, 2), ("ball-peen", 1, 2), ("Saw", 1, 1), ("Materials", 1, 0)]
    steps = [("Measure twice", 2, 0), ("Cut once", 2, 0)]
    body = (
        paragraph("Bring the following:")
        + "".join(paragraph(words, properties=number(identity, level)) for words, identity, level in lines)
        + paragraph("Then work in this order:")
        + "".join(paragraph(words, properties=number(identity, level)) for words, identity, level in steps)
        + paragraph("Clean up when done.")
    )
    return document(body, numbering=bullets + numbered(2))


def tables_merged() -> bytes:
    """Cells merged across columns and down rows, a header of two rows."""
    across, down, below = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = (
        [cell("Region", down), cell("2025", across), cell("2026", across)],
        [cell("", below), "Plan", "Actual", "Plan", "Actual"],
        [cell("North", down), "10", "12", "14", "13"],
        [cell("", below), "20", "21", "22", "25"],
        ["South", cell("closed", '<w:gridSpan w:val="4"/>')],
    )
    return document(
        paragraph("Sales by region, in thousand euros:") + table(*rows, header=2) + paragraph("South reopens in 2027.")
    )


def tables_nested() -> bytes:
    """A table inside a cell, and paragraphs and a list inside cells."""
    inner = table(["Size", "Stock"], ["M", "14"], ["L", "3"])
    rows = (
        ["Item", "Details"],
        ["Jacket", cell(paragraph("Two sizes:") + inner + paragraph("Order by Friday."))],
        ["Gloves", cell(paragraph("Leather") + paragraph("One size"))],
    )
    return document(paragraph("Workwear") + table(*rows))


def text_box() -> bytes:
    """A text box as Word 2010 writes it, with the older form beside it: its words are read once."""
    words = paragraph("Note: the pump runs on 400 V.") + paragraph("Call the electrician.")
    inside = f"<w:txbxContent>{words}</w:txbxContent>"
    box = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><a:graphic><a:graphicData uri="wps">'
        f"<wps:wsp><wps:txbx>{inside}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{inside}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    return document(
        paragraph("Before the box.") + paragraph(text("Beside the box.") + box) + paragraph("After the box.")
    )


def notes() -> bytes:
    """A footnote and an endnote, and the two that Word keeps for separators."""
    parts: dict[str, Any] = {}
    for kind, words in (("footnote", "Measured at 20 °C."), ("endnote", "See ISO 9001, clause 7.")):
        separator = f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}>'
        mark = f"<w:r><w:{kind}Ref/></w:r>"
        parts[f"{kind}s"] = f'{separator}<w:{kind} w:id="1">{paragraph(mark + text(" " + words))}</w:{kind}>'
    body = paragraph(
        text("The density is 0.998") + '<w:r><w:footnoteReference w:id="1"/></w:r>' + text(" grams per millilitre.")
    )
    body += paragraph(text("The process is certified.") + '<w:r><w:endnoteReference w:id="1"/></w:r>') + paragraph(
        "Last line."
    )
    return document(body, **parts)


def comments() -> bytes:
    """Remarks of two reviewers; they are no part of the text."""
    remarks = "".join(
        f'<w:comment w:id="{number}" w:author="{author}" w:date="2026-02-01T09:00:00Z">{paragraph(words)}</w:comment>'
        for number, (author, words) in enumerate([("Ana Ruiz", "Is this still true?"), ("Li Wei", "请核对数字。")])
    )
    reference = '<w:commentRangeEnd w:id="{0}"/><w:r><w:commentReference w:id="{0}"/></w:r>'
    body = paragraph('<w:commentRangeStart w:id="0"/>' + text("The limit is 40 tonnes.") + reference.format(0))
    body += paragraph('<w:commentRangeStart w:id="1"/>' + text("Costs fell by 12 percent.") + reference.format(1))
    return document(body, comments=remarks)


def tracked_changes() -> bytes:
    """Insertions, deletions, a move and a deleted paragraph mark: what is read is the text as accepted."""
    by = 'w:id="1" w:author="Ana" w:date="2026-02-01T09:00:00Z"'
    gone = '<w:del {0}><w:r><w:delText xml:space="preserve">{1}</w:delText></w:r></w:del>'
    body = (
        paragraph(
            text("Payment is due in ") + gone.format(by, "30") + f"<w:ins {by}>{text('14')}</w:ins>" + text(" days.")
        )
        + paragraph(f"<w:moveFrom {by}>{text('This sentence was moved.')}</w:moveFrom>" + text("First stays first."))
        + paragraph(text("Then: ") + f"<w:moveTo {by}>{text('This sentence was moved.')}</w:moveTo>")
        + f"<w:p><w:pPr><w:rPr><w:del {by}/></w:rPr></w:pPr>{text('Joined to ')}</w:p>"
        + paragraph("the next line.")
        + f"<w:p><w:pPr><w:rPr><w:del {by}/></w:rPr></w:pPr>{gone.format(by, 'A paragraph that is gone.')}</w:p>"
    )
    return document(body)


def fields() -> bytes:
    """Fields by their last result, links by their words, a field inside a field, a tick box, text that is hidden."""
    nested = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> IF </w:instrText></w:r>'
        + field("DOCPROPERTY Status", "draft")
        + '<w:r><w:instrText> = "draft" "DRAFT" "FINAL" </w:instrText></w:r>'
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + text("DRAFT")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    link = f'<w:hyperlink r:id="rel-site">{text("the manual")}</w:hyperlink>'
    box = (
        '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent>{text('☒')}</w:sdtContent></w:sdt>"
    )
    body = (
        paragraph(text("Printed on ") + field('DATE \\@ "d MMMM yyyy"', "3 March 2026") + text("."))
        + paragraph(text("See ") + link + text(" and page ") + field("PAGEREF _Ref1 \\h", "7") + text("."))
        + paragraph(text("Status: ") + nested)
        + paragraph(f'<w:fldSimple w:instr=" AUTHOR ">{text("Mei Tan")}</w:fldSimple>' + text(" wrote this."))
        + paragraph(box + text(" Approved"))
        + paragraph(text("Shown") + text(" and hidden", "<w:vanish/>") + text(" text."))
        + paragraph(
            "<w:r><w:t>Tab</w:t><w:tab/><w:t>stop</w:t><w:br/><w:t>new line</w:t><w:noBreakHyphen/><w:t>end</w:t></w:r>"
        )
    )
    return document(body)


def equations() -> bytes:
    """A fraction, a power, a root, a sum and a matrix."""

    def run(words: str) -> str:
        return f"<m:r><m:t>{words}</m:t></m:r>"

    def e(content: str) -> str:
        return f"<m:e>{content}</m:e>"

    power = f"<m:sSup>{e(run('x'))}<m:sup>{run('2')}</m:sup></m:sSup>"
    fraction = f"<m:f><m:num>{run('a+b')}</m:num><m:den>{run('2')}</m:den></m:f>"
    root = f'<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/>{e(power)}</m:rad>'
    bounds = f"<m:sub>{run('i=1')}</m:sub><m:sup>{run('n')}</m:sup>"
    total = f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr>{bounds}{e(run("i"))}</m:nary>'
    body = (
        paragraph(text("The mean is ") + f"<m:oMath>{run('m=')}{fraction}</m:oMath>" + text(" in metres."))
        + paragraph(f"<m:oMathPara><m:oMath>{run('y=')}{root}{run('+')}{total}</m:oMath></m:oMathPara>")
        + paragraph("where n is the count.")
    )
    return document(body)


def headers_and_footers() -> bytes:
    """A running head and a footer with a page number field."""
    head = paragraph("ACME Ltd. – Confidential")
    foot = paragraph(text("Page ") + field("PAGE", "1") + text(" of ") + field("NUMPAGES", "3"))
    return document(paragraph("The contract text begins here.") + paragraph("And ends here."), header=head, footer=foot)


def embedded_picture() -> bytes:
    """A picture that holds words."""
    body = paragraph("The sign at the gate:") + paragraph(picture("sign")) + paragraph("Please obey it.")
    return document(body, media={"sign": sign(["Authorised staff only", "Ring bell for entry"])})


def rtf() -> bytes:
    """Rich text, which LibreOffice turns into a Word document."""
    words = (
        r"{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}{\stylesheet{\s1\outlinelevel0 heading 1;}}"
        r"{\pard\s1\outlinelevel0\b\fs32 Visitor rules\par}{\pard Visitors sign in at the desk.\par}"
        r"{\pard Gr\'fc\'dfe aus K\'f6ln: \u20320?\u22909?\par}"
        r"{\trowd\cellx3000\cellx6000\pard\intbl Badge\cell Colour\cell\row"
        r"\trowd\cellx3000\cellx6000\pard\intbl Guest\cell yellow\cell\row}"
        r"{\pard Return the badge.\par}}"
    )
    return words.encode("ascii")


def odt() -> bytes:
    """An OpenDocument text, which LibreOffice turns into a Word document."""
    cells = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{one}</text:p></table:table-cell>" for one in row)
        + "</table:table-row>"
        for row in (["Room", "Seats"], ["Oak", "12"], ["Elm", "6"])
    )
    return open_document(
        "text",
        '<text:h text:outline-level="1">Meeting rooms</text:h><text:p>Book a room a day ahead.</text:p>'
        f'<table:table><table:table-column table:number-columns-repeated="2"/>{cells}</table:table>'
        "<text:list><text:list-item><text:p>Leave it tidy.</text:p></text:list-item></text:list>",
    )


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "headings-english.docx": headings_english,
    "headings-german.docx": headings_german,
    "headings-chinese.docx": headings_chinese,
    "headings-custom.docx": headings_custom,
    "numbering.docx": numbering,
    "numbered-headings.docx": numbered_headings,
    "lists.docx": lists,
    "tables-merged.docx": tables_merged,
    "tables-nested.docx": tables_nested,
    "text-box.docx": text_box,
    "notes.docx": notes,
    "comments.docx": comments,
    "tracked-changes.docx": tracked_changes,
    "fields.docx": fields,
    "equations.docx": equations,
    "headers-and-footers.docx": headers_and_footers,
    "embedded-picture.docx": embedded_picture,
    "rich-text.rtf": rtf,
    "open-document.odt": odt,
}
