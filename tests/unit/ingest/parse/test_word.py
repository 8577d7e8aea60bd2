import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from ingest.errors import DamagedFile, NoText, PasswordNeeded
from ingest.model import Element, Event, Kind, Loss, ReadOptions, Source
from ingest.parse.word import read
from ingest.parse.word.counting import render

TEXT_BOX = "<w:txbxContent><w:p><w:r><w:t>in the box</w:t></w:r></w:p></w:txbxContent>"
NAMESPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
)
ALTERNATIVES = (
    f"<w:r {NAMESPACES}><mc:AlternateContent>"
    f"<mc:Choice Requires='wps'><w:drawing>{TEXT_BOX}</w:drawing></mc:Choice>"
    f"<mc:Fallback><w:pict><v:shape>{TEXT_BOX}</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
WHITE = '<w:color w:val="FFFFFF"/>'
NOTED = "<w:lastRenderedPageBreak/>"


def events(data: bytes, password: str | None = None) -> list[Event]:
    return list(read(Source("a.docx", io.BytesIO(data), len(data), password), ReadOptions()))


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def elements(document: Any) -> list[Element]:
    return [event for event in events(saved(document)) if isinstance(event, Element)]


def told(document: Any) -> list[tuple[Kind, str]]:
    return [(element.kind, element.text) for element in elements(document)]


def body(*blocks: str) -> Any:
    """A document whose body has these blocks of raw XML."""
    document = docx.Document()
    for block in blocks:
        document.element.body.insert(-1, parse_xml(re.sub(r"^<w:(\w+)", rf"<w:\1 {nsdecls('w')}", block)))
    return document


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*parts: str) -> str:
    return f"<w:p>{''.join(parts)}</w:p>"


def patched(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            if (part := change(name, old.read(name))) is not None:
                new.writestr(name, part)
    return buffer.getvalue()


def with_part(data: bytes, kind: str, xml: str) -> bytes:
    """The document with one more part, related to by `kind`."""
    relation = (
        f'<Relationship Id="rIdX" Target="{kind}.xml" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/></Relationships>'
    )
    changed = patched(
        data,
        lambda name, part: (
            part.replace(b"</Relationships>", relation.encode()) if name == "word/_rels/document.xml.rels" else part
        ),
    )
    buffer = io.BytesIO(changed)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr(f"word/{kind}.xml", xml)
    return buffer.getvalue()


def test_headings_text_and_lists_come_in_order_with_their_levels() -> None:
    document = docx.Document()
    document.add_heading("Handbook", 0)
    document.add_heading("Leave", 1)
    document.add_paragraph("Everybody rests.")
    document.add_heading("Annual", 2)
    document.add_paragraph("apply early", style="List Bullet")
    document.add_paragraph("first", style="List Number")
    document.add_paragraph("second", style="List Number")
    assert [(e.kind, e.level, e.text) for e in elements(document)] == [
        (Kind.TITLE, 1, "Handbook"),
        (Kind.TITLE, 1, "Leave"),
        (Kind.TEXT, None, "Everybody rests."),
        (Kind.TITLE, 2, "Annual"),
        (Kind.LIST_ITEM, 1, "apply early"),
        (Kind.LIST_ITEM, 1, "1. first"),
        (Kind.LIST_ITEM, 1, "2. second"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("heading 2", "Heading 2 numbered", "Überschrift 2", "Titre 2", "Título 2", "Заголовок 2", "Sous-titre"),
        *("标题 2", "副标题", "見出し 2", "見出し２", "제목 2"),
    ],
)
def test_headings_are_known_in_other_languages_and_through_inheritance(name: str) -> None:
    document = docx.Document()
    base = document.styles.add_style("base", 1)
    base.element.find(qn("w:name")).set(qn("w:val"), name)
    own = document.styles.add_style("House style", 1)
    own.base_style = base
    document.add_paragraph("Scope", style=own)
    (title,) = elements(document)
    assert (title.kind, title.level) == (Kind.TITLE, 2)


def test_the_name_of_a_style_that_is_not_in_the_file_has_to_do() -> None:
    given = "<w:p><w:pPr><w:pStyle w:val='{}'/></w:pPr><w:r><w:t>Scope</w:t></w:r></w:p>"
    found = elements(body(given.format("Heading2x"), given.format("berschrift3"), given.format("BodyTextX")))
    assert [(element.kind, element.level) for element in found] == [
        (Kind.TITLE, 2),
        (Kind.TITLE, 3),
        (Kind.TEXT, None),
    ]


def test_an_outline_level_makes_a_heading_and_a_long_one_stays_text() -> None:
    level = '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>'
    short, long = elements(body(f"<w:p>{level}{run('Scope')}</w:p>", f"<w:p>{level}{run('word ' * 90)}</w:p>"))
    assert (short.kind, short.level) == (Kind.TITLE, 3)
    assert long.kind is Kind.TEXT


def test_captions_and_code_are_told_apart() -> None:
    document = docx.Document()
    code = document.styles.add_style("Source Code", 1)
    document.add_paragraph("Figure 1: A duck", style="Caption")
    document.add_paragraph("import sys", style=code)
    document.add_paragraph("    print(1)", style=code)
    assert told(document) == [(Kind.CAPTION, "Figure 1: A duck"), (Kind.CODE, "import sys\nprint(1)")]


def numbered(levels: str, overrides: str = "") -> str:
    return (
        f'<w:numbering {nsdecls("w")}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        f'<w:num w:numId="70"><w:abstractNumId w:val="7"/></w:num>'
        f'<w:num w:numId="71"><w:abstractNumId w:val="7"/>{overrides}</w:num></w:numbering>'
    )


def level(index: int, shape: str, text: str, start: int = 1) -> str:
    facts = f'<w:start w:val="{start}"/><w:numFmt w:val="{shape}"/><w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{index}">{facts}</w:lvl>'


def item(text: str, index: int = 0, number: int = 70) -> str:
    return (
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{index}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>{run(text)}</w:p>'
    )


def labels(numbering: str, *items: str) -> list[str]:
    data = patched(saved(body(*items)), lambda name, part: numbering.encode() if name == "word/numbering.xml" else part)
    return [event.text for event in events(data) if isinstance(event, Element)]


def test_lists_are_numbered_as_word_does() -> None:
    numbering = numbered(
        level(0, "chineseCounting", "第%1条") + level(1, "decimal", "%1.%2") + level(2, "lowerRoman", "(%3)", start=3),
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>',
    )
    given = [
        item("a"),
        item("b", 1),
        item("c", 1),
        item("d", 2),
        item("e"),
        item("f", 1),
        item("g", 0, 71),
        item("h", 0, 71),
    ]
    assert labels(numbering, *given) == [
        "第一条 a",
        "一.1 b",
        "一.2 c",
        "(iii) d",
        "第二条 e",
        "二.1 f",
        "第五条 g",
        "第六条 h",
    ]


def test_bullets_are_left_out_unless_they_say_something() -> None:
    def bullet(sign: str, font: str, index: int) -> str:
        fonts = f'<w:rPr><w:rFonts w:ascii="{font}"/></w:rPr>'
        return level(index, "bullet", sign).replace("</w:lvl>", f"{fonts}</w:lvl>")

    numbering = numbered(
        bullet("\uf0b7", "Symbol", 0) + bullet("\uf0fe", "Wingdings", 1) + bullet("\uf0a3", "Wingdings 2", 2)
    )
    assert labels(numbering, item("a"), item("b", 1), item("c", 2)) == ["a", "☑ b", "☐ c"]


def test_signs_of_symbol_fonts_read_as_what_they_show() -> None:
    def sign(code: str, font: str) -> str:
        return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'

    greek = run("5 \uf06dm", '<w:rFonts w:ascii="Symbol"/>')
    given = paragraph(
        greek, run(" "), sign("F0A3", "Symbol"), run(" 3 "), sign("F04A", "Wingdings"), sign("zz", "Symbol")
    )
    assert told(body(given)) == [(Kind.TEXT, "5 μm ≤ 3")]


def test_a_list_number_of_zero_and_a_list_that_does_not_exist_are_plain_text() -> None:
    assert [e.kind for e in elements(body(item("a", 0, 0), item("b", 0, 999)))] == [Kind.TEXT, Kind.TEXT]


@pytest.mark.parametrize(
    ("count", "shape", "shown"),
    [
        (28, "lowerLetter", "bb"),
        (1994, "upperRoman", "MCMXCIV"),
        (3, "decimalZero", "03"),
        (22, "ordinal", "22nd"),
        (112, "ordinal", "112th"),
        (3, "decimalEnclosedCircle", "③"),
        (2, "ideographTraditional", "乙"),
        (10, "chineseCounting", "十"),
        (10, "ideographDigital", "一〇"),
        (25, "chineseLegalSimplified", "贰拾伍"),
        (3, "aiueoFullWidth", "ウ"),
        (2, "irohaFullWidth", "ロ"),
        (3, "ganada", "다"),
        (2, "chosung", "ㄴ"),
        (3, "russianLower", "в"),
        (4, "numberInDash", "- 4 -"),
        (21, "cardinalText", "Twenty-one"),
        (12, "ordinalText", "Twelfth"),
        (30, "ordinalText", "Thirtieth"),
        (2, "chicago", "†"),
        (21, "chineseCounting", "二十一"),
        (105, "chineseCounting", "一百零五"),
        (1010, "chineseCounting", "一千零一十"),
        (7, "no such format", "7"),
        (10**9, "upperRoman", "1000000000"),
    ],
)
def test_numbers_in_words_formats(count: int, shape: str, shown: str) -> None:
    assert render(count, shape) == shown


def test_merged_cells_repeat_their_text_and_nested_tables_stay_in_their_cell() -> None:
    document = docx.Document()
    table = document.add_table(4, 3)
    for row, texts in enumerate((("Region", "Q1", "Q2"), ("North", "1", "2"), ("", "3", "4"), ("South", "5", ""))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0)).text = "North"
    table.cell(3, 1).merge(table.cell(3, 2)).text = "none"
    inner = table.cell(3, 0).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "a", "b"
    (element,) = elements(document)
    assert element.rows == (
        ("Region", "Q1", "Q2"),
        ("North", "1", "2"),
        ("North", "3", "4"),
        ("South a, b", "none", "none"),
    )
    assert element.header_rows == 1
    assert element.text.splitlines()[0] == "Region | Q1 | Q2"


def test_the_header_is_what_the_author_marked_else_what_looks_like_one() -> None:
    def table(rows: list[list[str]], marked: int) -> str:
        return (
            "<w:tbl>"
            + "".join(
                f"<w:tr><w:trPr>{'<w:tblHeader/>' if index < marked else ''}</w:trPr>"
                + "".join(f"<w:tc><w:p>{run(cell)}</w:p></w:tc>" for cell in row)
                + "</w:tr>"
                for index, row in enumerate(rows)
            )
            + "</w:tbl>"
        )

    rows = [["A", "B"], ["a", "b"], ["1", "2"]]
    found = elements(body(table(rows, 2), table(rows, 0), table([["1", "2"], ["3", "4"]], 0)))
    assert [element.header_rows for element in found] == [2, 1, 0]


def test_a_frame_of_one_cell_is_text_and_a_deleted_row_is_gone() -> None:
    frame = f"<w:tbl><w:tr><w:tc><w:p>{run('boxed')}</w:p></w:tc></w:tr></w:tbl>"
    gone = f"<w:tr><w:trPr><w:del w:id='1'/></w:trPr><w:tc><w:p>{run('gone')}</w:p></w:tc></w:tr>"
    kept = f"<w:tr><w:tc><w:p>{run('x')}</w:p></w:tc><w:tc><w:p>{run('y')}</w:p></w:tc></w:tr>"
    assert told(body(frame, f"<w:tbl>{gone}{kept}</w:tbl>")) == [(Kind.TEXT, "boxed"), (Kind.TABLE, "x | y")]


def test_spans_beyond_any_table_are_cut() -> None:
    wide = f"<w:tc><w:tcPr><w:gridSpan w:val='999999999'/></w:tcPr><w:p>{run('wide')}</w:p></w:tc>"
    (element,) = elements(body(f"<w:tbl><w:tr>{wide}{wide}</w:tr></w:tbl>"))
    assert len(element.rows[0]) <= 200


def test_tracked_changes_are_accepted() -> None:
    gone = "<w:del w:id='2'><w:r><w:delText>old</w:delText></w:r></w:del>"
    text = paragraph(run("kept "), f"<w:ins w:id='1'>{run('new')}</w:ins>", gone)
    moved = paragraph(f"<w:moveFrom w:id='3'>{run('from')}</w:moveFrom><w:moveTo w:id='4'>{run('to')}</w:moveTo>")
    assert told(body(text, moved)) == [(Kind.TEXT, "kept new"), (Kind.TEXT, "to")]


def test_a_deleted_paragraph_mark_joins_two_paragraphs_and_is_not_counted() -> None:
    mark = "<w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr>"
    numbering = numbered(level(0, "decimal", "%1."))
    gone = item("").replace("</w:numPr>", "</w:numPr><w:rPr><w:del w:id='2'/></w:rPr>")
    split = f"<w:p>{mark}{run('one ')}</w:p>"
    assert labels(
        numbering, split, paragraph(run("sentence")), item("a"), gone, item("b"), f"<w:p>{mark}{run('last')}</w:p>"
    ) == [
        "one sentence",
        "1. a",
        "2. b",
        "last",
    ]


def test_an_empty_item_of_a_list_counts_as_it_does_in_word() -> None:
    assert labels(numbered(level(0, "decimal", "%1.")), item("a"), item(""), item("c")) == ["1. a", "3. c"]


def test_a_deleted_cell_is_gone() -> None:
    def cell(text: str, change: str = "") -> str:
        return f"<w:tc><w:tcPr>{change}</w:tcPr><w:p>{run(text)}</w:p></w:tc>"

    gone = cell("gone", "<w:cellDel w:id='1'/>")
    assert told(body(f"<w:tbl><w:tr>{cell('a')}{gone}{cell('b')}</w:tr></w:tbl>")) == [(Kind.TABLE, "a | b")]


def test_a_form_field_reads_as_what_was_chosen() -> None:
    entries = "".join(f'<w:listEntry w:val="{entry}"/>' for entry in ("red", "green"))
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData>'
        f'<w:ddList><w:result w:val="1"/>{entries}</w:ddList></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText>FORMDROPDOWN</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert told(body(f"<w:p>{run('Colour: ')}{field}</w:p>")) == [(Kind.TEXT, "Colour: green")]


def test_checkboxes_read_as_in_markdown_whatever_sign_the_file_draws() -> None:
    def box(checked: int, sign: str) -> str:
        space = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
        state = f'<w14:checkbox {space}><w14:checked w14:val="{checked}"/></w14:checkbox>'
        return f"<w:sdt><w:sdtPr>{state}</w:sdtPr><w:sdtContent>{run(sign)}</w:sdtContent></w:sdt>"

    field = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>'
        "</w:fldChar></w:r>"
        '<w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    given = paragraph(box(1, "☒"), run(" tea "), box(0, "☐"), run(" milk "), field, run(" sugar"))
    assert told(body(given)) == [(Kind.TEXT, "[x] tea [ ] milk [x] sugar")]


def test_links_fields_controls_breaks_and_tabs_read_as_shown() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE</w:instrText></w:r>'
        + run("hidden code")
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run("2024-03-05")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{run('☒ agreed')}</w:sdtContent></w:sdt>"
    link = f"<w:hyperlink>{run('a link')}</w:hyperlink>"
    breaks = "<w:r><w:br/><w:t>line</w:t><w:tab/><w:t>tab</w:t><w:noBreakHyphen/><w:t>x</w:t></w:r>"
    document = body(f"<w:p>{field}{run(' ')}{control}{run(' ')}{link}{breaks}</w:p>")
    assert told(document) == [(Kind.TEXT, "2024-03-05 ☒ agreed a link\nline\ttab-x")]


def test_hidden_text_is_dropped_and_invisible_text_is_marked() -> None:
    found = elements(
        body(
            paragraph(run("seen"), run(" vanished", "<w:vanish/>"), run(" kept", '<w:vanish w:val="0"/>')),
            paragraph(run("white", WHITE)),
            paragraph(run("tiny", '<w:sz w:val="2"/>')),
            paragraph(run("on black", WHITE + '<w:shd w:fill="000000"/>')),
        )
    )
    assert [(e.text, e.hidden) for e in found] == [
        ("seen kept", False),
        ("white", True),
        ("tiny", True),
        ("on black", False),
    ]


def test_a_text_box_is_told_once_where_it_is_anchored() -> None:
    assert told(body(paragraph(run("anchor"), ALTERNATIVES), paragraph(run("after")))) == [
        (Kind.TEXT, "anchor"),
        (Kind.TEXT, "in the box"),
        (Kind.TEXT, "after"),
    ]


def test_notes_follow_the_paragraph_that_refers_to_them() -> None:
    reference = '<w:r><w:footnoteReference w:id="5"/></w:r>'
    note = f'<w:footnote w:id="5">{paragraph(run("See the annex."))}</w:footnote>'
    notes = f"<w:footnotes {nsdecls('w')}>{note}</w:footnotes>"
    data = with_part(saved(body(f"<w:p>{run('Claim')}{reference}</w:p>", paragraph(run("Next")))), "footnotes", notes)
    found = [(e.kind, e.text) for e in events(data) if isinstance(e, Element)]
    assert found == [(Kind.TEXT, "Claim[^1]"), (Kind.FOOTNOTE, "[^1] See the annex."), (Kind.TEXT, "Next")]


def test_comments_follow_their_paragraph_with_their_author() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Doubtful.")
    document.add_comment(paragraph.runs[0], text="Really?", author="Eve", initials="E")
    assert told(document) == [(Kind.TEXT, "Doubtful."), (Kind.COMMENT, "Eve: Really?")]


def test_page_headers_and_footers_are_told_once_and_only_if_shown() -> None:
    document = docx.Document()
    for _ in range(2):
        section = document.add_section()
        section.header.is_linked_to_previous = False
        section.header.paragraphs[0].text = "ACME internal"
        section.footer.is_linked_to_previous = False
        section.footer.paragraphs[0].text = "Page 1"
        section.first_page_header.is_linked_to_previous = False
        section.first_page_header.paragraphs[0].text = "never shown"
    document.add_paragraph("Body")
    assert told(document) == [(Kind.HEADER, "ACME internal"), (Kind.TEXT, "Body"), (Kind.FOOTER, "Page 1")]


def test_pages_are_counted_once_where_word_notes_the_break_an_author_made() -> None:
    author = '<w:r><w:br w:type="page"/></w:r>'
    document = body(
        paragraph(run("one"), author),
        paragraph(f"<w:r>{NOTED}<w:t>two</w:t></w:r>"),
        paragraph(f"<w:r>{NOTED}<w:t>three</w:t></w:r>"),
        paragraph("<w:pPr><w:pageBreakBefore/></w:pPr>", run("four")),
    )
    assert [(e.text, e.page) for e in elements(document)] == [("one", 1), ("two", 2), ("three", 3), ("four", 4)]


def test_pages_stay_unknown_without_breaks_or_with_more_text_than_they_can_hold() -> None:
    document = docx.Document()
    document.add_paragraph("one")
    assert elements(document)[0].page is None
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    assert elements(document)[0].page == 1
    document.add_paragraph("word " * 3_000)
    assert elements(document)[0].page is None


def test_a_table_over_two_pages_comes_in_two_parts_that_repeat_the_header() -> None:
    def row(*texts: str, mark: str = "") -> str:
        return f"<w:tr>{''.join(f'<w:tc>{paragraph(mark, run(text))}</w:tc>' for text in texts)}</w:tr>"

    rows = row("Name", "Age") + row("Ann", "1") + row("Bob", "2", mark=f"<w:r>{NOTED}</w:r>")
    first, second, end = elements(body(f"<w:tbl>{rows}</w:tbl>", paragraph(run("end"))))
    assert (first.page, first.rows, first.header_rows) == (1, (("Name", "Age"), ("Ann", "1")), 1)
    assert (second.page, second.rows, second.header_rows) == (2, (("Name", "Age"), ("Bob", "2")), 1)
    assert end.page == 2


def test_equations_stand_in_their_line_as_latex() -> None:
    space = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    square = "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    assert told(body(f"<w:p>{run('is ')}<m:oMath {space}>{half}{square}</m:oMath></w:p>")) == [
        (Kind.TEXT, r"is $\frac{1}{2}x^{2}$")
    ]


def test_a_document_in_strict_open_xml_is_read() -> None:
    def strict(_: str, part: bytes) -> bytes:
        return re.sub(
            rb"http://schemas.openxmlformats.org/(\w+)/2006/(main|relationships)",
            rb"http://purl.oclc.org/ooxml/\1/\2",
            part,
        )

    data = patched(saved(body(paragraph(run("strict text")))), strict)
    assert [event.text for event in events(data) if isinstance(event, Element)] == ["strict text"]


def test_a_missing_picture_does_not_matter_and_a_broken_part_is_a_loss() -> None:
    data = with_part(saved(body(paragraph(run("text")))), "image", "")
    data = patched(data, lambda name, part: None if name == "word/image.xml" else part)
    assert [event for event in events(data) if not isinstance(event, Element)] == []
    broken = with_part(data, "footnotes", "<w:footnotes")
    assert any(isinstance(event, Loss) for event in events(broken))
    assert any(isinstance(event, Element) and event.text == "text" for event in events(broken))


def test_what_cannot_be_read_fails_with_a_reason() -> None:
    good = saved(body(paragraph(run("text"))))
    with pytest.raises(NoText):
        events(saved(docx.Document()))
    for broken in (b"", good[: len(good) // 2], b"<html>"):
        with pytest.raises(DamagedFile):
            events(broken)
    with pytest.raises(DamagedFile):
        events(patched(good, lambda name, part: None if name == "word/document.xml" else part))
    with pytest.raises(DamagedFile):
        events(patched(good, lambda name, part: part[:-20] if name == "word/document.xml" else part))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<w:document", b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><w:document'),
        (b"<w:body>", b"<w:body>" + b"<w:tbl><w:tr><w:tc>" * 3_000),
    ],
    ids=["entities", "nesting"],
)
def test_entities_and_nesting_without_end_are_refused(old: bytes, new: bytes) -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(old, new, 1) if name == "word/document.xml" else part

    with pytest.raises(DamagedFile):
        events(patched(saved(body(paragraph(run("text")))), change))


def test_tables_nested_as_deep_as_xml_allows_are_read_or_refused() -> None:
    depth = 75
    cell = paragraph(run("core"))
    for _ in range(depth):
        cell = f"<w:tbl><w:tr><w:tc>{cell}</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    assert "core" in elements(body(cell))[0].text


def test_a_password_opens_a_protected_document() -> None:
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    data = bytes(ECMA376Agile.encrypt("geheim", io.BytesIO(saved(body(paragraph(run("text")))))))
    with pytest.raises(PasswordNeeded):
        events(data)
    assert [event.text for event in events(data, "geheim") if isinstance(event, Element)] == ["text"]
