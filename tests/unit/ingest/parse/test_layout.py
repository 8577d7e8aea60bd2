from collections.abc import Sequence

import pytest

from ingest.model import Box, Element, Kind
from ingest.parse.columns import regions_of
from ingest.parse.layout import Grid, Line, Word, join_words, lines_of, turn_back
from ingest.parse.paragraphs import Sheet, Style, elements_of
from ingest.parse.prose import join_lines, mend
from ingest.parse.ruling import Rule, ruled_grids
from ingest.parse.tables import header_rows

SIZE = 10.0


def words(text: str, left: float, top: float, *, size: float = SIZE, bold: bool = False, order: int = 0) -> list[Word]:
    placed = []
    for index, part in enumerate(text.split()):
        width = len(part) * 0.5 * size
        placed.append(Word(part, left, top, left + width, top + size, size, bold, order + index))
        left += width + 0.3 * size
    return placed


def sheet(*runs: list[Word]) -> Sheet:
    return Sheet([*lines_of([word for run in runs for word in run])], 600, 800)


def texts(*runs: list[Word]) -> list[str]:
    page = sheet(*runs)
    style = Style()
    style.count(page)
    return [element.text for element in elements_of(page, 1, style)]


def column(left: float, top: float, tag: str, rows: int = 6) -> list[Word]:
    lines = [f"{tag}{row} of this column runs on and so" for row in range(rows)]
    return [word for row, line in enumerate(lines) for word in words(line, left, top + 12 * row, order=1000 * row)]


def test_words_at_one_height_form_a_line_and_a_wide_gap_parts_it() -> None:
    lines = lines_of([*words("left part", 50, 100), *words("right part", 300, 100), *words("below", 50, 120)])

    assert [line.text for line in lines] == ["left part", "right part", "below"]


@pytest.mark.parametrize(("text", "shown"), [("area km", "area km2"), ("see below", "see below 2")])
def test_a_raised_figure_belongs_to_its_unit_and_not_to_a_word_with_a_footnote(text: str, shown: str) -> None:
    before = words(text, 50, 100)
    raised = Word("2", before[-1].right, 97, before[-1].right + 3, 103, 6.0)

    assert [line.text for line in lines_of([*before, raised])] == [shown]


def test_a_word_set_in_two_fonts_is_one() -> None:
    light, heavy = (
        Word("mile", 50, 100, 70, 110, SIZE, order=0),
        Word("stone", 70, 100, 95, 110, SIZE, bold=True, order=4),
    )

    assert [line.text for line in lines_of([light, heavy])] == ["milestone"]


def test_columns_are_read_one_after_the_other() -> None:
    found = " ".join(texts(column(50, 100, "a"), column(300, 100, "b")))

    assert found.index("a5") < found.index("b0")


def test_columns_whose_lines_stand_at_different_heights_are_read_one_after_the_other() -> None:
    found = " ".join(texts(column(50, 100, "a"), column(300, 105, "b")))

    assert found.index("a5") < found.index("b0")


def test_a_heading_across_two_columns_comes_first_and_one_between_them_divides_them() -> None:
    wide = "a heading that runs across both of the columns and well beyond the middle of the page"
    found = texts(
        words(wide, 50, 60),
        column(50, 100, "a"),
        column(300, 100, "b"),
        words(wide.replace("heading", "caption"), 50, 200),
        column(50, 240, "c"),
        column(300, 240, "d"),
    )
    joined = " ".join(found)

    places = [joined.index(sign) for sign in ("heading", "a0", "b0", "caption", "c0", "d0")]
    assert places == sorted(places)


def test_the_last_line_of_a_paragraph_above_columns_stays_with_it() -> None:
    found = texts(
        words("a long line that runs across both of the columns and beyond the middle of the page", 50, 64),
        words("and its end.", 50, 76),
        column(50, 110, "a"),
        column(300, 110, "b"),
    )

    assert found[0].endswith("and its end.")


def test_aligned_cells_become_a_table_and_not_columns_of_text() -> None:
    rows = [("Item", "Price", "Stock"), ("Apple", "1.20", "40"), ("Pear", "1.50", "12"), ("Plum", "0.80", "7")]
    runs = [
        words(cell, left, 100 + 14 * row)
        for row, cells in enumerate(rows)
        for cell, left in zip(cells, (50, 200, 350), strict=True)
    ]
    page = sheet(*runs)

    (table,) = elements_of(page, 3, Style())

    assert table.kind is Kind.TABLE
    assert table.rows == tuple(rows)
    assert table.header_rows == 1
    assert table.text.splitlines()[1] == "Apple | 1.20 | 40"
    assert table.page == 3


def test_the_rest_of_a_wrapped_cell_joins_its_row() -> None:
    runs = [words(name, 50, 100 + 30 * row) for row, name in enumerate(("Apple", "Pear", "Plum"))]
    runs += [words(f"fruit number {row}", 200, 100 + 30 * row) for row in range(3)]
    runs += [words(f"{row}.50", 400, 100 + 30 * row) for row in range(3)]
    runs.append(words("and more", 200, 111))

    (table,) = elements_of(sheet(*runs), 1, Style())

    assert table.rows[0] == ("Apple", "fruit number 0 and more", "0.50")


def table_of(rows: Sequence[Sequence[str]], lefts: Sequence[float], tops: Sequence[float]) -> list[Element]:
    runs = [
        words(cell, left, top)
        for cells, top in zip(rows, tops, strict=True)
        for cell, left in zip(cells, lefts, strict=True)
        if cell
    ]
    return list(elements_of(sheet(*runs), 1, Style()))


STOCK = [("Item", "Code", "Price"), ("Bolt", "A-1", "1.20"), ("Nut", "B-22", "0.30"), ("Washer", "C-3", "0.10")]


def test_columns_of_a_table_that_stand_close_are_parted() -> None:
    (table,) = table_of(STOCK, [50, 150, 176], [100, 114, 128, 142])

    assert table.rows == tuple(STOCK)


def test_a_last_row_with_one_cell_belongs_to_the_table() -> None:
    (table,) = table_of([*STOCK, ("Screw", "", "")], [50, 150, 250], [100, 114, 128, 142, 156])

    assert table.rows[-1] == ("Screw", "", "")


def test_lines_of_wrapped_cells_are_put_together_where_rows_stand_further_apart() -> None:
    rows = [("Name", "Task", "Day"), ("Ann", "checks", "Mo"), ("", "the pump", "")]
    rows += [("Bob", "fills", "Tu"), ("Junior", "the tank", ""), ("Cy", "rests", "We")]

    (table,) = table_of(rows, [50, 150, 250], [100, 120, 131, 151, 162, 182])

    assert table.rows[1:] == (
        ("Ann", "checks the pump", "Mo"),
        ("Bob Junior", "fills the tank", "Tu"),
        ("Cy", "rests", "We"),
    )


def test_rows_parted_by_rules_hold_several_lines() -> None:
    rows = [
        ("Name", "Task", "Day"),
        ("Ann", "checks", "Mo"),
        ("", "the pump", ""),
        ("Bob", "fills", "Tu"),
        ("Cy", "rests", "We"),
    ]
    tops = [100, 114, 125, 139, 153]
    runs = [
        words(cell, left, top, order=100 * row + 10 * column)
        for row, (cells, top) in enumerate(zip(rows, tops, strict=True))
        for column, (cell, left) in enumerate(zip(cells, (50, 150, 250), strict=True))
    ]
    rules = [Rule(45, y, 300, y) for y in (98, 112, 137, 151, 165)]

    (grid,), rest = ruled_grids([word for run in runs for word in run], rules)

    assert grid.rows == [
        ["Name", "Task", "Day"],
        ["Ann", "checks the pump", "Mo"],
        ["Bob", "fills", "Tu"],
        ["Cy", "rests", "We"],
    ]
    assert rest == []


def test_rules_over_words_without_width_are_no_table() -> None:
    flat = [Word("x", 60, top, 60, top + 10, SIZE, order=top) for top in (100, 120, 140)]

    assert ruled_grids(flat, [Rule(45, y, 300, y) for y in (98, 118, 138, 158)]) == ([], flat)


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([("Item", "2023", "2024"), ("Bolts", "10", "20"), ("Nuts", "30", "40")], 1),
        ([("", "Sales", ""), ("Region", "Units", "Value"), ("North", "10", "1.50"), ("South", "30", "2.50")], 2),
        ([("Rule 3", "Oath"), ("Rule 4", "Notice"), ("Rule 7", "Appeal")], 0),
        ([("Ann", "Berlin"), ("Bob", "Paris"), ("Cy", "Rome")], 0),
    ],
)
def test_a_header_names_columns_of_figures(rows: list[tuple[str, ...]], header: int) -> None:
    assert header_rows(rows, bold=False) == header


def test_lines_spread_to_the_width_of_a_narrow_column_are_no_table() -> None:
    runs = []
    for row, text in enumerate(
        ("north rail order", "unit inks a pumps", "gamma of valves", "cable or sundries", "to the ship")
    ):
        parts = text.split()
        room = (120 - sum(5 * len(part) for part in parts)) / (len(parts) - 1)
        left = 50.0
        for part in parts:
            runs.append(words(part, left, 100 + 12 * row, order=100 * row))
            left += 5 * len(part) + room

    assert {element.kind for element in elements_of(sheet(*runs), 1, Style())} == {Kind.TEXT}


def test_line_numbers_beside_text_are_no_table() -> None:
    runs = [words(str(row), 50, 100 + 20 * row) for row in range(1, 7)]
    runs += [words("what was said in court", 100, 100 + 20 * row) for row in range(1, 7)]

    assert {element.kind for element in elements_of(sheet(*runs), 1, Style())} == {Kind.TEXT}


def test_rules_around_cells_make_a_table_and_a_cell_that_spans_is_filled() -> None:
    inside = [
        *words("Region", 55, 105, order=0),
        *words("Sales", 155, 105, order=10),
        *words("North", 55, 125, order=20),
        *words("10", 155, 125, order=30),
        *words("20", 205, 125, order=40),
        *words("South", 55, 145, order=50),
        *words("30", 155, 145, order=60),
        *words("40", 205, 145, order=70),
    ]
    outside = words("outside", 55, 300, order=80)
    rules = [Rule(50, y, 250, y) for y in (100, 120, 140, 160)]
    rules += [Rule(x, 100, x, 160) for x in (50, 150, 250)]
    rules.append(Rule(200, 120, 200, 160))

    grids, rest = ruled_grids([*inside, *outside], rules)

    assert grids[0].rows == [["Region", "Sales", "Sales"], ["North", "10", "20"], ["South", "30", "40"]]
    assert grids[0].header_rows == 1
    assert rest == outside


def test_a_frame_around_text_is_no_table() -> None:
    rules = [Rule(40, 90, 400, 90), Rule(40, 200, 400, 200), Rule(40, 90, 40, 200), Rule(400, 90, 400, 200)]

    grids, rest = ruled_grids(column(50, 100, "a"), rules)

    assert grids == []
    assert len(rest) == len(column(50, 100, "a"))


def test_an_indented_line_and_a_wider_gap_begin_a_paragraph() -> None:
    found = texts(
        words("one line of a text that is quite long for it", 50, 100),
        words("two line of a text that is quite long for it", 50, 112),
        words("three line of a text that is quite long too", 65, 124),
        words("four line of a text that is quite long for it", 50, 136),
        words("five line of a text that is quite long for it", 50, 160),
    )

    assert [text.split()[0] for text in found] == ["one", "three", "five"]


def test_list_items_are_told_apart_with_their_depth() -> None:
    page = sheet(
        words("• first thing", 50, 100),
        words("• inner thing", 70, 112),
        words("• second thing", 50, 124),
        words("3. numbered thing", 50, 136),
    )

    items = list(elements_of(page, 1, Style()))

    assert [item.kind for item in items] == [Kind.LIST_ITEM] * 4
    assert [item.level for item in items] == [1, 2, 1, 1]


def test_large_bold_and_outlined_lines_become_headings() -> None:
    page = sheet(
        words("The Great Title", 50, 40, size=20),
        words("Bold heading", 50, 80, bold=True),
        words("Plain heading", 50, 110),
        column(50, 140, "a"),
    )
    style = Style(outline={1: {"plainheading": 2}})
    style.count(page)

    titles = [(e.text, e.level) for e in elements_of(page, 1, style) if e.kind is Kind.TITLE]

    assert titles == [("The Great Title", 1), ("Bold heading", 4), ("Plain heading", 2)]


def test_the_number_of_a_heading_tells_its_level() -> None:
    page = sheet(words("2.1.3 Scope of it", 50, 40, size=14), column(50, 140, "a"))
    style = Style()
    style.count(page)

    assert next(elements_of(page, 1, style)).level == 3


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Figure 3: Parts of the pump", Kind.CAPTION),
        ("表 2 各部门预算", Kind.CAPTION),
        ("Table 3 shows that it grew", Kind.TEXT),
    ],
)
def test_captions_are_told_from_text_about_a_figure(text: str, kind: Kind) -> None:
    assert [element.kind for element in elements_of(sheet(words(text, 50, 100)), 1, Style())] == [kind]


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        (["the infor-", "mation here"], "the information here"),
        (["a self-", "contained unit"], "a self-contained unit"),
        (["Figure A-", "Z"], "Figure A- Z"),
        (["知识", "管理"], "知识管理"),
        (["增加了31", "项。在2", "月"], "增加了31项。在2月"),
        (["知识", "base"], "知识 base"),
        (["plain", "lines"], "plain lines"),
    ],
)
def test_lines_are_joined_as_a_reader_would(lines: list[str], whole: str) -> None:
    assert join_lines(lines) == whole


def test_words_of_chinese_are_joined_without_blanks() -> None:
    assert join_words(["知", "识", "and", "管", "理"]) == "知识 and 管理"


def test_a_blank_between_chinese_words_of_a_line_stays_where_it_is_seen() -> None:
    apart = [*words("第一章", 50, 100), *words("总则", 68, 100)]
    spread = [*words("通", 50, 130), *words("知", 62, 130)]
    touching = [*words("知识", 50, 160), *words("管理", 61, 160)]

    assert [line.text for line in lines_of([*apart, *spread, *touching])] == ["第一章 总则", "通知", "知识管理"]


def test_chinese_and_figures_are_parted_only_by_a_blank() -> None:
    text = Word("年度", 50, 100, 70, 110, SIZE, order=0)
    automatic = Word("2024", 72, 100, 92, 110, SIZE, order=4)
    blank = Word("2024", 72, 100, 92, 110, SIZE, order=3)

    assert [line.text for words in ([text, automatic], [text, blank]) for line in lines_of(words)] == [
        "年度2024",
        "年度 2024",
    ]


def test_a_centred_caption_and_the_line_below_it_stay_apart() -> None:
    found = texts(
        words("Listing 1: A program", 250, 100),
        words("function add(a, b) and then a lot of other things that follow it here", 50, 112),
    )

    assert len(found) == 2


def test_a_bullet_is_no_part_of_the_text_and_a_number_is() -> None:
    found = texts(words("• first thing", 50, 100), words("☐ open thing", 50, 112), words("3. numbered thing", 50, 124))

    assert found == ["first thing", "☐ open thing", "3. numbered thing"]


def test_ligatures_radicals_and_control_signs_are_mended() -> None:
    assert mend("e\ufb03cient \u2f08\u200b \x07a\u00a0b") == "efficient 人 a b"


@pytest.mark.parametrize(
    ("turn", "box"),
    [
        (0, Box(0.1, 0.2, 0.3, 0.4)),
        (1, Box(0.6, 0.1, 0.8, 0.3)),
        (2, Box(0.7, 0.6, 0.9, 0.8)),
        (3, Box(0.2, 0.7, 0.4, 0.9)),
    ],
)
def test_a_box_is_turned_back_to_the_page_as_shown(turn: int, box: Box) -> None:
    turned = turn_back(Box(0.1, 0.2, 0.3, 0.4), turn)

    assert [getattr(turned, side) for side in Box.__slots__] == pytest.approx(
        [getattr(box, side) for side in Box.__slots__]
    )


def test_a_grid_keeps_its_place_among_lines() -> None:
    grid = Grid([["a", "b"], ["c", "d"]], 0, 50, 120, 250, 160)
    above, below = words("above it", 50, 100), words("below it", 50, 170)

    rows = [row for region in regions_of([*lines_of([*above, *below]), grid]) for row in region.rows]

    assert [row[0].text if isinstance(row[0], Line) else "grid" for row in rows] == ["above it", "grid", "below it"]


def test_a_page_of_countless_short_words_is_laid_out() -> None:
    crowd = [word for row in range(400) for x in (10, 60, 110, 160) for word in words("x", x, row * 12)]

    assert sum(len(region.rows) for region in regions_of(lines_of(crowd))) == 400
