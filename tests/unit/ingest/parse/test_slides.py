import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from ingest.errors import DamagedFile, NoText, PasswordNeeded, TooLarge, UnreadableFile
from ingest.model import Element, Event, Kind, Loss, Progress, ReadOptions, Source
from ingest.parse import slides

WHERE = (Inches(1), Inches(2), Inches(4), Inches(1))


def saved(presentation: Any) -> bytes:
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def deck(*builders: Callable[[Any], None], layout: int = 5) -> bytes:
    """A presentation with one slide per builder; layout 5 has a title only, layout 1 a title and a body."""
    presentation = Presentation()
    for build in builders:
        slide = presentation.slides.add_slide(presentation.slide_layouts[layout])
        build(slide)
    return saved(presentation)


def events(data: bytes, options: ReadOptions | None = None) -> list[Event]:
    return list(slides.read(Source("deck.pptx", io.BytesIO(data), len(data)), options or ReadOptions()))


def read(data: bytes) -> list[Element]:
    return [event for event in events(data) if isinstance(event, Element)]


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The package with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            new.writestr(member.filename, change(content) if member.filename == name else content)
    return out.getvalue()


def titled(text: str) -> Callable[[Any], None]:
    def build(slide: Any) -> None:
        slide.shapes.title.text = text

    return build


def test_slide_number_title_and_bullets_with_levels() -> None:
    def build(slide: Any) -> None:
        slide.shapes.title.text = "差旅\vTravel"
        frame = slide.placeholders[1].text_frame
        frame.text = "Hotels"
        inner = frame.add_paragraph()
        inner.text, inner.level = "up to 120 EUR", 1

    found = read(deck(build, build, layout=1))
    assert [(element.kind, element.level, element.page, element.text) for element in found[3:]] == [
        (Kind.TITLE, 1, 2, "差旅 Travel"),
        (Kind.LIST_ITEM, 1, 2, "Hotels"),
        (Kind.LIST_ITEM, 2, 2, "up to 120 EUR"),
    ]
    box = found[0].box
    assert box is not None
    assert 0 <= box.left < box.right <= 1
    assert 0 <= box.top < box.bottom <= 1


def test_shapes_come_from_top_to_bottom_and_groups_are_opened() -> None:
    def build(slide: Any) -> None:
        slide.shapes.add_textbox(Inches(1), Inches(6), Inches(3), Inches(1)).text_frame.text = "below"
        group = slide.shapes.add_group_shape()
        group.shapes.add_textbox(Inches(1), Inches(3), Inches(3), Inches(1)).text_frame.text = "grouped"
        slide.shapes.title.text = "Title"

    assert [element.text for element in read(deck(build))] == ["Title", "grouped", "below"]


def test_table_with_merged_cells() -> None:
    def build(slide: Any) -> None:
        table = slide.shapes.add_table(3, 3, *WHERE).table
        for row, cells in enumerate((("City", "2024", ""), ("Rome", "1", "2"), ("", "3", "4"))):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(1, 0).merge(table.cell(2, 0))

    (table,) = read(deck(build))
    assert table.rows == (("City", "2024", "2024"), ("Rome", "1", "2"), ("Rome", "3", "4"))
    assert (table.header_rows, table.page) == (1, 1)


def test_chart_is_read_as_the_numbers_behind_it() -> None:
    def build(slide: Any) -> None:
        data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
        data.categories = ["Q1", "Q2"]
        data.add_series("Sales", (19.2, None))
        data.add_series("Cost", (7, 1_250_000))
        slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *WHERE, data)

    table = read(deck(build))[-1]
    assert table.rows == (("", "Sales", "Cost"), ("Q1", "19.2", "7"), ("Q2", "", "1250000"))


def test_notes_and_picture_descriptions() -> None:
    def build(slide: Any) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "PNG")
        picture.seek(0)
        shape = slide.shapes.add_picture(picture, *WHERE)
        shape._element.nvPicPr.cNvPr.set("descr", "Map of the new office")
        slide.notes_slide.notes_text_frame.text = "Say hello.\n\nThen begin."

    found = read(deck(build))
    assert [(element.kind, element.text) for element in found] == [
        (Kind.CAPTION, "Map of the new office"),
        (Kind.TEXT, "Notes: Say hello.\nThen begin."),
    ]


def test_hidden_slides_are_marked() -> None:
    def build(slide: Any) -> None:
        slide.shapes.title.text = "Backup"
        slide._element.set("show", "0")

    assert [element.hidden for element in read(deck(titled("Shown"), build))] == [False, True]


def test_progress_counts_slides() -> None:
    steps = [event for event in events(deck(titled("a"), titled("b"))) if isinstance(event, Progress)]
    assert steps == [Progress(1, 2, "slides"), Progress(2, 2, "slides")]


def test_picture_without_its_file_does_no_harm() -> None:
    def build(slide: Any) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "PNG")
        picture.seek(0)
        slide.shapes.add_picture(picture, *WHERE)
        slide.shapes.title.text = "Still here"

    broken = with_part(
        deck(build), "ppt/slides/slide1.xml", lambda xml: xml.replace(b'r:embed="rId2"', b'r:embed="rId99"')
    )
    assert [element.text for element in read(broken)] == ["Still here"]


def test_damaged_table_is_a_loss_and_the_rest_is_read() -> None:
    def build(slide: Any) -> None:
        slide.shapes.title.text = "Title"
        slide.shapes.add_table(2, 2, *WHERE).table.cell(0, 0).text = "x"

    broken = with_part(
        deck(build), "ppt/slides/slide1.xml", lambda xml: xml.replace(b"<a:tc>", b'<a:tc gridSpan="oops">', 1)
    )
    found = events(broken)
    assert [event.text for event in found if isinstance(event, Element)] == ["Title"]
    assert [event.page for event in found if isinstance(event, Loss)] == [1]


def test_slide_whose_part_is_missing_is_a_loss() -> None:
    data = with_part(
        deck(titled("one"), titled("two")),
        "ppt/presentation.xml",
        lambda xml: xml.replace(b'r:id="rId7"', b'r:id="rId77"'),
    )
    found = events(data)
    losses = [event for event in found if isinstance(event, Loss)]
    assert len(losses) == 1
    assert [event.text for event in found if isinstance(event, Element)] in (["one"], ["two"])


def test_presentation_without_text() -> None:
    with pytest.raises(NoText):
        events(deck(lambda _slide: None))


def test_too_many_slides_are_refused() -> None:
    with pytest.raises(TooLarge, match="3 slides, more than 2"):
        events(deck(*[titled("x")] * 3), ReadOptions(max_pages=2))


@pytest.mark.parametrize(
    "part", ["ppt/presentation.xml", "[Content_Types].xml", "_rels/.rels", "ppt/_rels/presentation.xml.rels"]
)
def test_broken_package_is_damaged(part: str) -> None:
    with pytest.raises(DamagedFile):
        events(with_part(deck(titled("x")), part, lambda _xml: b"<broken"))


@pytest.mark.parametrize("length", [0, 10, 1000, 20_000])
def test_cut_off_file_is_damaged(length: int) -> None:
    with pytest.raises(DamagedFile):
        events(deck(titled("x"))[:length])


def test_entities_are_refused_before_anything_is_parsed() -> None:
    def declare(xml: bytes) -> bytes:
        head, _, rest = xml.partition(b"?>")
        return head + b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + rest

    with pytest.raises(UnreadableFile):
        events(with_part(deck(titled("x")), "ppt/slides/slide1.xml", declare))


def test_old_container_is_not_mistaken() -> None:
    with pytest.raises((PasswordNeeded, UnreadableFile)):
        events(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(2000))
