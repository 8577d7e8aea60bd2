import io
import random
import zipfile

import pytest

from ingest.errors import DamagedFile, PasswordNeeded, TooLarge, UnsupportedFormat
from ingest.model import ReadOptions, Source
from ingest.parse.archive import check_archive, open_package

DOCTYPE = b'<?xml version="1.0"?><!-- c --><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'

PICTURE = {"word/media/a.png": random.Random(0).randbytes(9_000)}


def source(data: bytes, password: str | None = None) -> Source:
    return Source("a.docx", io.BytesIO(data), len(data), password)


def package(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def encrypted(plain: bytes, password: str) -> bytes:
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    # Streams below 4 KiB are stored in another way, which msoffcrypto writes wrongly.
    assert len(plain) > 8_000
    return bytes(ECMA376Agile.encrypt(password, io.BytesIO(plain)))


def test_a_sound_package_passes_and_its_stream_is_at_the_start() -> None:
    given = source(package({"word/document.xml": b"<a/>"}))
    check_archive(given, ReadOptions())
    assert given.stream.tell() == 0


@pytest.mark.parametrize("data", [b"", b"no zip at all", package({"a.xml": b"<a/>" * 99})[:150]])
def test_what_is_no_whole_zip_is_damaged(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        check_archive(source(data), ReadOptions())


def test_a_large_part_that_grows_beyond_the_ratio_is_too_large() -> None:
    data = package({"word/document.xml": b" " * (51 * 1024**2)})
    with pytest.raises(TooLarge, match="fold"):
        check_archive(source(data), ReadOptions())


def test_a_small_part_may_compress_as_well_as_it_likes() -> None:
    check_archive(source(package({"word/document.xml": b"<a>" + b" " * 1024**2 + b"</a>"})), ReadOptions())


def test_the_parts_together_may_not_go_beyond_the_limit() -> None:
    data = package({f"{number}.bin": bytes(700) for number in range(3)})
    with pytest.raises(TooLarge, match="unpacks"):
        check_archive(source(data), ReadOptions(max_unpacked_bytes=2_000))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_declarations_are_refused_in_any_encoding(encoding: str) -> None:
    text = DOCTYPE.decode().replace("?>", f' encoding="{encoding}"?>', 1).encode(encoding)
    with pytest.raises(DamagedFile, match="entities"):
        check_archive(source(package({"word/document.xml": text})), ReadOptions())


@pytest.mark.parametrize("encoding", ["gb18030", "no-such-encoding"])
def test_parts_in_encodings_that_office_does_not_write_are_refused(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + DOCTYPE.partition(b"?>")[2]
    with pytest.raises(DamagedFile, match="UTF-8"):
        check_archive(source(package({"word/document.xml": text})), ReadOptions())


def test_a_part_that_never_begins_is_refused() -> None:
    with pytest.raises(DamagedFile, match="megabyte"):
        check_archive(source(package({"word/document.xml": b"<!--" + b" " * 2 * 1024**2})), ReadOptions())


def test_pictures_and_pages_inside_may_have_a_doctype() -> None:
    check_archive(source(package({"word/media/a.svg": DOCTYPE, "word/b.html": b"<!DOCTYPE html><p>"})), ReadOptions())


def test_an_encrypted_package_opens_with_its_password_only() -> None:
    data = encrypted(package({"word/document.xml": b"<a/>", **PICTURE}), "geheim")
    with pytest.raises(PasswordNeeded):
        open_package(source(data), ReadOptions())
    with pytest.raises(PasswordNeeded):
        open_package(source(data, "wrong"), ReadOptions())
    with pytest.raises(PasswordNeeded):
        check_archive(source(data, "geheim"), ReadOptions())
    with zipfile.ZipFile(open_package(source(data, "geheim"), ReadOptions())) as plain:
        assert "word/document.xml" in plain.namelist()


def test_the_password_that_excel_tries_itself_needs_nobody() -> None:
    data = encrypted(package({"xl/workbook.xml": b"<a/>", **PICTURE}), "VelvetSweatshop")
    assert zipfile.is_zipfile(open_package(source(data), ReadOptions()))


def test_a_bomb_inside_an_encrypted_package_is_refused() -> None:
    data = encrypted(package({"word/document.xml": b" " * (51 * 1024**2), **PICTURE}), "geheim")
    with pytest.raises(TooLarge):
        open_package(source(data, "geheim"), ReadOptions())


def test_damaged_and_old_ole_files_are_told_apart() -> None:
    with pytest.raises(DamagedFile):
        open_package(source(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)), ReadOptions())
    data = encrypted(package(PICTURE), "x").replace(
        "EncryptedPackage".encode("utf-16-le"), "SomethingElseXYZ".encode("utf-16-le")
    )
    with pytest.raises((UnsupportedFormat, DamagedFile)):
        open_package(source(data), ReadOptions())


def test_a_package_without_its_list_of_parts_is_damaged() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    with pytest.raises(DamagedFile, match="list of its parts"):
        open_package(source(buffer.getvalue()), ReadOptions())


def test_strict_namespaces_become_the_ones_libraries_know_even_across_blocks() -> None:
    strict = b'<a xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'
    parts = {
        "_rels/.rels": b'<r Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"/>',
        "word/document.xml": b"<!--" + b"x" * (64 * 1024 - 30) + b"-->" + strict,
    }
    with zipfile.ZipFile(open_package(source(package(parts)), ReadOptions())) as opened:
        assert b"schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" in opened.read(
            "_rels/.rels"
        )
        assert opened.read("word/document.xml").endswith(
            b"-->" + b'<a xmlns="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
        )


def test_part_names_with_backslashes_become_usual_ones() -> None:
    data = package({"_rels\\.rels": b"<r/>", "xl\\workbook.xml": b"<a/>"})
    with zipfile.ZipFile(open_package(source(data), ReadOptions())) as opened:
        assert "xl/workbook.xml" in opened.namelist()
