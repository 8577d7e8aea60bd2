"""Pages of files as pictures, and the words on them: rendered in the sandbox, kept sealed for the next look."""

import contextlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

import orjson

from ingest.errors import NoPages, NoSuchPage, UnreadableFile
from ingest.formats import FORMATS
from ingest.model import ReadOptions, Source
from ingest.pages.model import WIDTHS, PagePicture, PageSizes, PageWords, Shown, Wish, from_record, to_record
from ingest.sniff import PDF
from server.documents.names import blob_name, page_name, pages_name
from server.documents.passwords import Passwords
from server.errors import FileNotViewable, UnknownFile, UnknownPage, ViewersBusy
from server.model import FileRecord
from server.ports import Catalog, Files

SLOTS = 160
"""Most pictures and words that are kept of one file."""

_STEPS = (0, *WIDTHS)  # 0: its words
_PATIENCE_SECONDS = 20
_BLANK = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n"
)


class Viewers(Protocol):
    """Shows pages in a sandbox."""

    def show(self, source: Source, options: ReadOptions, wish: Wish, media_type: str | None = None) -> Shown:
        """What is wished for. Raises UnreadableFile."""
        ...


class Pages:
    """Shows the pages of files, `most` at once."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        files: Files,
        passwords: Passwords,
        viewers: Viewers,
        options: ReadOptions,
        most: int,
    ) -> None:
        self._catalog = catalog
        self._files = files
        self._passwords = passwords
        self._viewers = viewers
        self._options = options
        self.most = most
        self._free = threading.BoundedSemaphore(most)

    def prepare(self) -> None:
        """Has the sandbox start and load what shows pages, so that the first who looks does not wait for that."""
        blank = Source("blank", io.BytesIO(_BLANK), len(_BLANK))
        with contextlib.suppress(UnreadableFile, OSError):  # whoever looks will be told
            self._viewers.show(blank, self._options, Wish(1, WIDTHS[0]), PDF)

    def sizes(self, file_id: str) -> PageSizes:
        """The size of every page.

        Raises:
            UnknownFile: there is no such file.
            NoPages: its format has none. Raised as it is, for such a file can be shown in another way.
            PasswordNeeded: its password was forgotten once it was read. Raised as it is, too.
            FileNotViewable: it is damaged, or more than may be shown; tells why.
            ViewersBusy: too many look at pages just now.
        """
        record = self._catalog.file(file_id)
        known = FORMATS.get(record.media_type or "")
        if known is not None and known.pages is None:
            raise NoPages(record.filename, detail=f"of the kind {known.label}")
        kept = self._kept(pages_name(file_id), file_id, b"")
        if kept is not None:
            found = from_record(orjson.loads(kept))
        else:
            found = self._shown(record, Wish(), self._options)
            self._keep(pages_name(file_id), file_id, b"", orjson.dumps(to_record(found)))
        assert isinstance(found, PageSizes)  # noqa: S101 - what is shown without a page
        return found

    def has(self, file_id: str, page: int) -> bool:
        """Whether a page is known to be there: one of a file whose sizes are kept."""
        kept = self._kept(pages_name(file_id), file_id, b"")
        return kept is not None and page <= len(orjson.loads(kept)["sizes"])

    def picture(self, file_id: str, page: int, width: int) -> bytes:
        """A page as a JPEG picture, of the next of a few widths. Raises as `sizes`, and UnknownPage."""
        record = self._catalog.file(file_id)
        step = next((step for step in WIDTHS if step >= width), WIDTHS[-1])
        name, head = _slot(file_id, page, step)
        kept = self._kept(name, file_id, head)
        if kept is not None:
            return kept
        with _as_told(record):
            found = self._shown(record, Wish(page, step), self._options)
        assert isinstance(found, PagePicture)  # noqa: S101 - what is shown with a width
        self._keep(name, file_id, head, found.content)
        return found.content

    def words(self, file_id: str, page: int, *, recognise: bool) -> PageWords:
        """The words of a page. Those of a page that is a picture are recognised anew if wished, which takes seconds.
        Raises as `picture`."""
        record = self._catalog.file(file_id)
        name, head = _slot(file_id, page, 0)
        kept = self._kept(name, file_id, head)
        if kept is not None:
            found = from_record(orjson.loads(kept))
        else:
            with _as_told(record):
                options = self._options if recognise else replace(self._options, ocr=False)
                found = self._shown(record, Wish(page), options)
            assert isinstance(found, PageWords)  # noqa: S101 - what is shown without a width
            if recognise or not found.recognised:
                self._keep(name, file_id, head, orjson.dumps(to_record(found)))
        assert isinstance(found, PageWords)  # noqa: S101 - what is kept there
        return found

    def _shown(self, record: FileRecord, wish: Wish, options: ReadOptions) -> Shown:
        if not self._free.acquire(timeout=_PATIENCE_SECONDS):
            raise ViewersBusy(retry_after=5)
        try:
            with self._files.open(blob_name(record.id), record.id) as stream:
                source = Source(record.filename, stream, record.bytes, self._passwords.of(record.id))
                return self._viewers.show(source, options, wish, record.media_type)
        except FileNotFoundError:
            raise UnknownFile(file=record.id) from None
        finally:
            self._free.release()

    def _kept(self, name: str, file_id: str, head: bytes) -> bytes | None:
        try:
            with self._files.open(name, file_id) as stream:
                return stream.read() if stream.readline().rstrip(b"\n") == head else None
        except FileNotFoundError:
            return None

    def _keep(self, name: str, file_id: str, head: bytes, content: bytes) -> None:
        # The sizes say that there may be more, so they must be there before the rest: see `kept_names`.
        if name != pages_name(file_id) and not self._files.exists(pages_name(file_id)):
            self.sizes(file_id)
        with self._files.write(name, file_id, durable=False) as out:  # can be rendered again
            out.write(head + b"\n" + content)


def kept_names(files: Files, file_id: str) -> Iterator[str]:
    """The names of what may be kept of a file's pages."""
    if files.exists(pages_name(file_id)):
        yield pages_name(file_id)
        yield from (page_name(file_id, slot) for slot in range(SLOTS))


def _slot(file_id: str, page: int, step: int) -> tuple[str, bytes]:
    """Where a picture is kept, in place of another one of the file, and what it begins with there."""
    slot = (page * len(_STEPS) + _STEPS.index(step)) % SLOTS
    return page_name(file_id, slot), b"%d %d" % (page, step)


@contextmanager
def _as_told(record: FileRecord) -> Iterator[None]:
    """Tells why a page cannot be shown in the words of the API."""
    try:
        yield
    except NoSuchPage as error:
        raise UnknownPage(name=record.filename, page=error.facts["page"], pages=error.facts["pages"]) from None
    except UnreadableFile as error:
        raise not_viewable(record, error) from None


def not_viewable(record: FileRecord, error: UnreadableFile) -> FileNotViewable:
    """Why the pages of a file cannot be shown, with its name as it is."""
    return FileNotViewable(detail=type(error)(record.filename, **error.facts).message.rstrip("."))
