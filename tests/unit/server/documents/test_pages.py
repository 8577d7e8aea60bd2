"""Pages kept sealed: rendered once, bounded in number, gone with their file."""

import io
from collections.abc import Iterator
from typing import cast

import pytest

from ingest.model import ReadOptions, Source
from ingest.pages.model import WIDTHS, PagePicture, PageSizes, Shown, Wish
from ingest.sandbox import Sandbox
from server.adapters.blobs import Blobs
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.documents.files import Uploads
from server.documents.pages import _BLANK, SLOTS, Pages
from server.documents.passwords import Passwords
from server.documents.stores import Stores
from server.errors import FileNotViewable, UnknownFile, UnknownPage, ViewersBusy
from server.vault.keyring import Keyring
from tests.pages import NO_OCR, made
from tests.unit.server.documents.test_uploads import left


class Counting:
    """A sandbox that tells what it was asked for."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.wishes: list[Wish] = []

    def show(self, source: Source, options: ReadOptions, wish: Wish, media_type: str | None = None) -> Shown:
        self.wishes.append(wish)
        return self.sandbox.show(source, options, wish, media_type)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(1024, 60) as one:
        yield one


@pytest.fixture
def viewers(sandbox: Sandbox) -> Counting:
    return Counting(sandbox)


@pytest.fixture
def uploads(sqlite: Database, blobs: Blobs, keyring: Keyring) -> Uploads:
    """Uploads that are in no store."""
    return Uploads(SqlCatalog(sqlite), blobs, keyring, cast(Stores, None), lambda _: 1 << 24)


@pytest.fixture
def pages(sqlite: Database, blobs: Blobs, viewers: Counting) -> Pages:
    return Pages(
        catalog=SqlCatalog(sqlite), files=blobs, passwords=Passwords(blobs), viewers=viewers, options=NO_OCR, most=2
    )


def put(uploads: Uploads, data: bytes, name: str = "a.pdf") -> str:
    return uploads.put(name, "assistants", io.BytesIO(data)).id


def three_pages() -> bytes:
    def draw(canvas: object) -> None:
        for number in range(3):
            canvas.drawString(100, 700, f"Page {number}")  # type: ignore[attr-defined]
            canvas.showPage()  # type: ignore[attr-defined]

    return made(draw)


def test_a_page_is_rendered_once_for_each_width_and_kept_sealed(
    uploads: Uploads, pages: Pages, viewers: Counting, blobs: Blobs
) -> None:
    file = put(uploads, three_pages())
    first = pages.picture(file, 2, 500)
    assert first[:2] == b"\xff\xd8"
    assert pages.picture(file, 2, 960) == first
    assert viewers.wishes.count(Wish(2, 960)) == 1
    assert pages.picture(file, 2, 9999) == pages.picture(file, 2, WIDTHS[-1])
    assert pages.words(file, 2, recognise=False).words[1].text == "1"
    assert pages.words(file, 2, recognise=False) == pages.words(file, 2, recognise=True)
    assert pages.sizes(file) == pages.sizes(file)
    assert len(viewers.wishes) == 4  # the sizes once, two widths, the words
    assert all(b"\xff\xd8\xff" not in path.read_bytes() for path in blobs.paths())


def test_the_sandbox_is_ready_before_anybody_looks(pages: Pages, viewers: Counting, sandbox: Sandbox) -> None:
    pages.prepare()
    assert viewers.wishes == [Wish(1, WIDTHS[0])]
    blank = Source("blank", io.BytesIO(_BLANK), len(_BLANK))
    assert isinstance(sandbox.show(blank, NO_OCR, Wish(1, WIDTHS[0])), PagePicture)


def test_what_is_kept_of_a_file_is_bounded_and_still_right(
    uploads: Uploads, pages: Pages, viewers: Counting, sqlite: Database, blobs: Blobs
) -> None:
    file = put(uploads, three_pages())

    class Many:
        """Shows more pages than are kept, each another picture."""

        def show(self, source: Source, options: ReadOptions, wish: Wish, media_type: str | None = None) -> Shown:
            if wish.page is None:
                return PageSizes(((1, 1),) * 1000)
            return PagePicture(b"%d" % wish.page)

    many = Pages(
        catalog=SqlCatalog(sqlite), files=blobs, passwords=Passwords(blobs), viewers=Many(), options=NO_OCR, most=2
    )
    before = left(sqlite, blobs)
    for number in range(1, 2 * SLOTS):
        assert many.picture(file, number, 480) == b"%d" % number
    assert left(sqlite, blobs) - before <= SLOTS + 1
    assert many.picture(file, 1, 480) == b"1"


def test_a_page_is_there_as_far_as_the_sizes_go(uploads: Uploads, pages: Pages) -> None:
    file = put(uploads, three_pages())
    assert not pages.has(file, 1)
    pages.picture(file, 1, 480)
    assert pages.has(file, 3)
    assert not pages.has(file, 4)


def test_nothing_of_the_pages_outlives_their_file(
    uploads: Uploads, pages: Pages, sqlite: Database, blobs: Blobs
) -> None:
    before = left(sqlite, blobs)
    file = put(uploads, three_pages())
    pages.picture(file, 1, 2160)
    pages.words(file, 3, recognise=False)
    uploads.delete(file)
    assert left(sqlite, blobs) == before
    with pytest.raises(UnknownFile):
        pages.picture(file, 1, 2160)


def test_what_cannot_be_shown_is_told_in_the_words_of_the_api(uploads: Uploads, pages: Pages) -> None:
    file = put(uploads, three_pages())
    with pytest.raises(UnknownPage, match="no page 4; its last page is 3"):
        pages.picture(file, 4, 480)
    with pytest.raises(FileNotViewable, match="<img onerror> is damaged"):
        pages.picture(put(uploads, b"%PDF-1.7 nothing", "<img onerror>"), 1, 480)


def test_who_looks_waits_for_those_who_look_already_and_not_for_ever(
    uploads: Uploads, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.documents.pages._PATIENCE_SECONDS", 0)
    file = put(uploads, three_pages())
    with pages._free, pages._free, pytest.raises(ViewersBusy):
        pages.picture(file, 1, 480)
    assert pages.picture(file, 1, 480)
