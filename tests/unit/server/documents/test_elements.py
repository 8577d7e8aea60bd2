"""Elements read a page or a sheet at a time."""

from collections.abc import Iterator
from unittest.mock import Mock

import pytest

from ingest.model import Element, Event, Kind, Notice
from server.adapters.blobs import Blobs
from server.documents import elements as elements_module
from server.documents.elements import Elements
from server.documents.text import Texts
from server.errors import FileNotRead, InvalidRequest
from server.model import FileRecord
from server.vault.keyring import Keyring

FILE = FileRecord("file-a", "book.xlsx", 1, "assistants", "", 0)


def table(first: int, last: int, sheet: str) -> Element:
    rows = tuple((f"r{number}", "x") for number in range(first, last + 1))
    numbers = tuple(range(first, last + 1))
    return Element(
        Kind.TABLE,
        "",
        sheet=sheet,
        cells=f"B{first}:C{last}",
        rows=(("a", "b"), *rows),
        header_rows=1,
        row_numbers=numbers,
    )


def reading() -> Iterator[Event]:
    yield Element(Kind.TITLE, "Jane <jane@example.com>", sheet="One")
    yield table(3, 202, "One")
    yield Notice("nothing")
    yield table(203, 300, "One")
    yield Element(Kind.TEXT, "On a page", page=2)
    yield Element(Kind.TITLE, "年", sheet="二", cells="A1")


@pytest.fixture
def read(blobs: Blobs, keyring: Keyring) -> Blobs:
    keyring.create(FILE.id)
    list(Texts(blobs, "1").events(FILE.id, reading()))
    return blobs


def numbers(elements: Elements, **wish: object) -> list[int]:
    wanted: dict[str, object] = {"page": None, "sheet": None, "after": None, "most": 100, **wish}
    return [number for number, _ in elements.page(FILE, **wanted)]  # type: ignore[arg-type]


def test_they_come_by_page_by_sheet_and_behind_one_another(read: Blobs) -> None:
    for _ in range(2):  # by an outline that is made, then by the one that is kept
        elements = Elements(read)
        assert numbers(elements) == [0, 1, 2, 3, 4]
        assert numbers(elements, most=2, after="element-1") == [2, 3]
        assert numbers(elements, page=2) == [3]
        assert numbers(elements, sheet="One") == [0, 1, 2]
        assert numbers(elements, sheet="二") == [4]
        ((_, last),) = elements.page(FILE, None, None, "element-3", 9)
        assert last.text == "年"


def test_a_workbook_tells_where_its_blocks_stand(read: Blobs) -> None:
    one, none, two = Elements(read).sheets(FILE)
    assert (one.name, one.rows, one.columns, one.blocks) == ("One", 300, 3, [(3, 202, 1), (203, 300, 2)])
    assert none.name is None
    assert (two.name, two.rows, two.columns, two.blocks) == ("二", 1, 1, [(1, 1, 4)])


def test_what_was_read_anew_is_told_as_it_is_now(read: Blobs) -> None:
    assert len(numbers(Elements(read))) == 5
    list(Texts(read, "2").events(FILE.id, iter([Element(Kind.TEXT, "New", page=1)])))
    ((_, element),) = Elements(read).page(FILE, None, None, None, 9)
    assert element.text == "New"


def test_personal_data_is_masked_in_what_was_kept_before(read: Blobs) -> None:
    ((_, element),) = Elements(read, "personal").page(FILE, None, None, None, 1)
    assert element.text == f"Jane <{'█' * 16}>"


def test_what_was_not_read_has_none_and_unknown_ones_are_refused(read: Blobs) -> None:
    elements = Elements(read)
    with pytest.raises(FileNotRead, match="other"):
        elements.page(FileRecord("file-b", "other.md", 1, "assistants", "", 0), None, None, None, 1)
    for after in ("element-x", "element--1", "0", "element-" + "9" * 400):
        with pytest.raises(InvalidRequest):
            elements.page(FILE, None, None, after, 1)


def test_the_blocks_of_a_workbook_are_bounded(read: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements_module, "MOST_BLOCKS", 1)
    one, *_, two = Elements(read).sheets(FILE)
    assert (one.rows, one.columns, one.blocks) == (300, 3, [(3, 202, 1)])
    assert (two.rows, two.columns, two.blocks) == (1, 1, [])


def test_what_lies_before_the_page_that_is_wanted_or_behind_it_is_not_looked_at(
    read: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert numbers(Elements(read)) == [0, 1, 2, 3, 4]
    looked = Mock(wraps=elements_module.Entry)
    monkeypatch.setattr(elements_module, "Entry", looked)
    assert numbers(Elements(read), after="element-1", most=2) == [2, 3]
    assert looked.call_count == 2
