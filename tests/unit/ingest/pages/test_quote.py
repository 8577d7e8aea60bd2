"""Where a quote stands among the words of a page."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from ingest.model import Box
from ingest.pages import quote
from ingest.pages.model import PageWord
from ingest.pages.quote import places_of

HIGH = 0.02


def line(text: str, top: float, left: float = 0.1, letter: float = 0.01) -> list[PageWord]:
    """Words side by side, each letter equally wide."""
    words = []
    for word in text.split():
        words.append(PageWord(word, Box(left, top, left + letter * len(word), top + HIGH)))
        left += letter * (len(word) + 1)
    return words


def edges(boxes: Sequence[Box]) -> list[tuple[float, float, float, float]]:
    return [tuple(round(edge, 3) for edge in (box.left, box.top, box.right, box.bottom)) for box in boxes]  # type: ignore[misc]


def test_a_quote_over_two_lines_is_told_line_by_line_and_no_further() -> None:
    page = [*line("Never look into the", 0.1), *line("window while it is on", 0.13), *line("Use the charger", 0.16)]
    assert edges(places_of(page, "look into the window")) == [(0.16, 0.1, 0.29, 0.12), (0.1, 0.13, 0.16, 0.15)]


def test_hyphens_case_and_marks_do_not_matter_nor_where_words_are_parted() -> None:
    page = [*line("The spectro-", 0.1), *line("meter, model “QM-7”", 0.13)]
    found = places_of(page, "the Spectrometer model 'QM‑7'")
    assert edges(found) == [(0.1, 0.1, 0.22, 0.12), (0.1, 0.13, 0.29, 0.15)]


def test_chinese_is_found_within_a_run_of_characters() -> None:
    page = line("员工按在本公司的工龄享受带薪年假", 0.1, letter=0.02)
    assert edges(places_of(page, "工龄享受")) == [(0.26, 0.1, 0.34, 0.12)]


def test_of_several_places_the_one_near_the_box_counts() -> None:
    page = [*line("Price 12", 0.1), *line("Price 12", 0.5)]
    assert edges(places_of(page, "Price 12", Box(0.0, 0.48, 1.0, 0.6))) == [(0.1, 0.5, 0.18, 0.52)]
    assert edges(places_of(page, "Price 12")) == [(0.1, 0.1, 0.18, 0.12)]


def test_turned_text_is_told_in_the_direction_it_runs() -> None:
    down = [PageWord("abcd", Box(0.5, 0.2, 0.52, 0.24), 1), PageWord("efgh", Box(0.5, 0.25, 0.52, 0.29), 1)]
    assert edges(places_of(down, "cd ef")) == [(0.5, 0.22, 0.52, 0.27)]
    up = [PageWord("abcd", Box(0.5, 0.2, 0.52, 0.24), 3)]
    assert edges(places_of(up, "ab")) == [(0.5, 0.22, 0.52, 0.24)]
    head_down = [PageWord("abcd", Box(0.2, 0.5, 0.24, 0.52), 2)]
    assert edges(places_of(head_down, "ab")) == [(0.22, 0.5, 0.24, 0.52)]


def test_the_row_of_a_table_is_found_though_its_quote_names_the_columns() -> None:
    page = [
        *line("Item Price Stock", 0.1),
        *line("QM-7 4900 12", 0.13),
        *line("QM-3 2100 12", 0.16),
        *line("QM-9 7700 12", 0.19),
    ]
    whole = Box(0.1, 0.1, 0.9, 0.25)
    found = edges(places_of(page, "Item: QM-3 | Price: 2100 | Stock: 12", whole))
    assert [(top, bottom) for _, top, _, bottom in found] == [(0.1, 0.12), (0.16, 0.18)]


def test_lines_told_from_the_last_to_the_first_are_read_as_they_stand() -> None:
    page = [*line("water is bad", 0.2), *line("for it, and so", 0.17), *line("Keep it dry, as", 0.14)]
    assert edges(places_of(page, "dry, as for it")) == [(0.18, 0.14, 0.25, 0.16), (0.1, 0.17, 0.17, 0.19)]


def test_columns_told_line_by_line_are_read_one_by_one_near_the_box() -> None:
    page = [
        *line("Keep it", 0.1), *line("Charge the", 0.1, 0.6), *line("dry at", 0.13), *line("battery once", 0.13, 0.6)
    ]  # fmt: skip
    assert places_of(page, "Charge the battery") == []
    assert edges(places_of(page, "Charge the battery", Box(0.6, 0.1, 0.9, 0.15))) == [
        (0.6, 0.1, 0.7, 0.12), (0.6, 0.13, 0.67, 0.15)
    ]  # fmt: skip


def test_a_raised_word_stands_in_the_line_of_those_beside_it() -> None:
    mark = PageWord("2", Box(0.2, 0.095, 0.21, 0.107))
    page = [*line("area 40", 0.1), mark, *line("area 50", 0.13), *line("other words", 0.16)]
    assert edges(places_of(page, "50 2 | area", Box(0, 0, 1, 1))) == [
        (0.1, 0.1, 0.14, 0.12),
        (0.2, 0.095, 0.21, 0.107),
        (0.1, 0.13, 0.17, 0.15),
    ]


def test_a_page_full_of_words_takes_steps_by_their_number_and_not_by_its_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: Counter[str] = Counter()

    def counted(name: str) -> None:
        step = getattr(quote, name)

        def count(*arguments: object) -> object:
            steps[name] += 1
            return step(*arguments)

        monkeypatch.setattr(quote, name, count)

    counted("_stand_in_line")
    page = [PageWord("ab", Box(0.1, number / 1000, 0.2, (number + 0.9) / 1000)) for number in range(1000)]
    assert len(places_of(page, "cd ab", Box(0, 0, 1, 1))) == 1000
    assert steps["_stand_in_line"] < 40 * len(page)


def test_the_letters_of_a_long_quote_are_looked_at_once() -> None:
    class Once(list[tuple[int, int]]):
        walks = 0

        def __iter__(self) -> Iterator[tuple[int, int]]:
            self.walks += 1
            return super().__iter__()

    owners = Once((number // 2, number % 2) for number in range(200))
    pieces = quote._pieces(line("ab " * 100, 0.1), ["ab"] * 100, owners)
    assert len(pieces) == 100
    assert owners.walks == 1


def test_what_does_not_stand_on_the_page_is_not_found() -> None:
    page = line("Nothing of that kind", 0.1)
    assert places_of(page, "Something else") == []
    assert places_of(page, "Something else", Box(0, 0, 1, 1)) == []
    assert places_of(page, " … – ") == []
    assert places_of([], "Nothing") == []
