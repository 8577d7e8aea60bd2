"""What was recognised in a scan before its reading was stopped is not recognised again."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from ingest.model import Element, Event, ReadOptions, Source
from ingest.sandbox import Sandbox
from server.adapters.blobs import Blobs
from server.documents.findings import Findings, names_of
from server.documents.text import Texts
from server.vault.keyring import Keyring
from tests.scans import scan

OPTIONS = ReadOptions(ocr_languages="eng", ocr_engine="tesseract", ocr_threads=1)


class Kept:
    """What a reading keeps, in memory."""

    def __init__(self, known: Iterable[bytes] = ()) -> None:
        self.known = list(known)
        self.new: list[bytes] = []

    def lines(self) -> Iterable[bytes]:
        return self.known

    def keep(self, line: bytes) -> None:
        self.new.append(line)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(memory_mb=1024, seconds=120) as built:
        yield built


@pytest.mark.parametrize("form", ["PDF", "TIFF"])
def test_a_scan_whose_reading_was_stopped_goes_on_with_the_pages_that_are_left(sandbox: Sandbox, form: str) -> None:
    data = scan(5, form)

    def read(kept: Kept) -> Iterator[Event]:
        return sandbox.read(Source(f"scan.{form.lower()}", io.BytesIO(data), len(data)), OPTIONS, kept=kept)

    whole = Kept()
    undisturbed = list(read(whole))
    assert len(whole.new) == 5

    stopped = Kept()
    for _ in read(stopped):
        if len(stopped.new) >= 2:
            break
    resumed = Kept(stopped.new)
    assert list(read(resumed)) == undisturbed
    assert len(resumed.new) == 5 - len(stopped.new)
    assert {event.page for event in undisturbed if isinstance(event, Element)} == set(range(1, 6))


def test_a_picture_that_comes_again_is_recognised_once(sandbox: Sandbox) -> None:
    from PIL import Image

    from tests.scans import pages

    out, (page,) = io.BytesIO(), pages(1)
    page.save(out, "TIFF", save_all=True, append_images=[Image.Image.copy(page)] * 2)
    kept = Kept()
    source = Source("thrice.tiff", io.BytesIO(out.getvalue()), len(out.getvalue()))
    events = list(sandbox.read(source, OPTIONS, kept=kept))
    assert {event.page for event in events if isinstance(event, Element)} == {1, 2, 3}
    assert len(kept.new) == 1


def test_findings_outlive_the_reading_and_go_when_it_ends(blobs: Blobs, keyring: Keyring, tmp_path: Path) -> None:
    keyring.create("file-1")
    texts, advances = Texts(blobs, "1"), []
    for number in range(3):
        findings = texts.findings("file-1", lambda: advances.append(1))
        assert findings is not None
        assert list(findings.lines()) == [b"line %d\n" % line for line in range(number)]
        findings.keep(b"line %d\n" % number)
    assert len(advances) == 3
    assert not any(b"line 1" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert list(Findings(blobs, "file-1", b"2", lambda: None).lines()) == []  # of an older reader
    assert list(texts.events("file-1", [])) == []
    assert list(names_of(blobs, "file-1")) == []


def test_where_personal_data_is_masked_no_findings_are_kept(blobs: Blobs) -> None:
    assert Texts(blobs, "1", "contact").findings("file-1", lambda: None) is None
