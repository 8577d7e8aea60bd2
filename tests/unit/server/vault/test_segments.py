import io
import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import DamagedSeal
from server.vault.segments import HEADER_BYTES, TAG_BYTES, SealedReader, SealedWriter

KEY = bytes(range(32))
BITS = 5  # segments of 32 bytes, so that small objects have many
STRIDE = (1 << BITS) + TAG_BYTES
SIZES = [0, 1, 31, 32, 33, 63, 64, 65, 96, 100]

both_modes = pytest.mark.parametrize("seal", [True, False], ids=["sealed", "plain"])


def sealed(content: bytes, *, name: str = "files/a", seal: bool = True, bits: int = BITS, key: bytes = KEY) -> bytes:
    sink = io.BytesIO()
    writer = SealedWriter(sink, key, name, seal=seal, segment_bits=bits)
    writer.write(content)
    writer.finish()
    return sink.getvalue()


def opened(stored: bytes, name: str = "files/a", key: bytes = KEY) -> bytes:
    with SealedReader(io.BytesIO(stored), key, name) as reader:
        return reader.read()


def segments(stored: bytes) -> list[bytes]:
    body = stored[HEADER_BYTES:]
    return [body[start : start + STRIDE] for start in range(0, len(body), STRIDE)]


def refused(stored: bytes, name: str = "files/a", key: bytes = KEY) -> bool:
    try:
        opened(stored, name, key)
    except DamagedSeal:
        return True
    return False


@both_modes
@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_is_read_back_at_every_segment_border(size: int, seal: bool) -> None:
    content = os.urandom(size)
    assert opened(sealed(content, seal=seal)) == content


@both_modes
@pytest.mark.parametrize("size", [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 7])
def test_full_size_segments_are_read_back(size: int, seal: bool) -> None:
    content = os.urandom(size)
    stored = sealed(content, seal=seal, bits=20)
    assert opened(stored) == content
    assert len(stored) == HEADER_BYTES + size + TAG_BYTES * max(1, -(-size // (1 << 20)))


def test_sealed_objects_hide_their_content_and_plain_ones_do_not() -> None:
    content = b"the planted sentence"
    assert content not in sealed(content)
    assert content in sealed(content, seal=False)
    assert SealedReader(io.BytesIO(sealed(content)), KEY, "files/a").sealed
    assert not SealedReader(io.BytesIO(sealed(content, seal=False)), KEY, "files/a").sealed


def test_the_same_content_is_sealed_differently_each_time() -> None:
    assert sealed(b"x" * 100) != sealed(b"x" * 100)


@both_modes
def test_every_flipped_bit_is_detected(seal: bool) -> None:
    stored = sealed(os.urandom(70), seal=seal)
    for bit in range(len(stored) * 8):
        damaged = bytearray(stored)
        damaged[bit // 8] ^= 1 << bit % 8
        assert refused(bytes(damaged)), f"bit {bit} of {len(stored) * 8}"


@both_modes
@pytest.mark.parametrize("size", SIZES)
def test_every_truncation_is_detected_when_the_object_is_opened(size: int, seal: bool) -> None:
    stored = sealed(os.urandom(size), seal=seal)
    for length in range(len(stored)):
        with pytest.raises(DamagedSeal):
            SealedReader(io.BytesIO(stored[:length]), KEY, "files/a")


@both_modes
def test_appended_bytes_are_detected(seal: bool) -> None:
    stored = sealed(os.urandom(96), seal=seal)
    further = [b"\0", os.urandom(TAG_BYTES), os.urandom(STRIDE), segments(stored)[0], segments(stored)[-1], stored]
    assert all(refused(stored + tail) for tail in further)


@both_modes
def test_every_reordering_repetition_and_omission_of_segments_is_detected(seal: bool) -> None:
    stored = sealed(os.urandom(128), seal=seal)
    header, parts = stored[:HEADER_BYTES], segments(stored)
    for first in range(4):
        assert refused(header + b"".join(parts[:first] + parts[first + 1 :]))
        for second in range(4):
            if first != second:
                moved = list(parts)
                moved[first] = parts[second]
                assert refused(header + b"".join(moved))
                moved[second] = parts[first]
                assert refused(header + b"".join(moved))


@both_modes
def test_segments_of_another_object_of_the_same_key_and_name_are_detected(seal: bool) -> None:
    one, two = sealed(b"1" * 96, seal=seal), sealed(b"2" * 96, seal=seal)
    for number in range(3):
        mixed = segments(one)
        mixed[number] = segments(two)[number]
        assert refused(one[:HEADER_BYTES] + b"".join(mixed))
    assert refused(two[:HEADER_BYTES] + one[HEADER_BYTES:])


@both_modes
def test_an_object_under_another_name_or_key_is_refused(seal: bool) -> None:
    stored = sealed(b"content", seal=seal)
    assert refused(stored, name="files/b")
    assert refused(stored, name="files/a\0")
    assert refused(stored, name="")
    assert refused(stored, key=bytes(32))


def test_a_sealed_object_cannot_pass_as_plain_nor_plain_content_as_sealed() -> None:
    for stored, mode in ((sealed(b"secret"), b"P"), (sealed(b"public", seal=False), b"S")):
        assert refused(stored[:5] + mode + stored[6:])
    forged = bytearray(sealed(b"x" * 20, seal=False))
    forged[HEADER_BYTES : HEADER_BYTES + 5] = b"other"
    assert refused(bytes(forged))


@pytest.mark.parametrize("junk", [b"", b"PK\3\4", b"LSEG" + b"\0" * 60, os.urandom(200), b"\xff" * 64])
def test_other_files_are_refused(junk: bytes) -> None:
    assert refused(junk)


def test_an_object_that_was_not_finished_is_refused() -> None:
    sink = io.BytesIO()
    writer = SealedWriter(sink, KEY, "files/a", segment_bits=BITS)
    writer.write(os.urandom(100))
    writer.close()
    assert refused(sink.getvalue())
    assert not sink.closed


def test_a_finished_writer_takes_no_more() -> None:
    writer = SealedWriter(io.BytesIO(), KEY, "files/a")
    writer.finish()
    with pytest.raises(ValueError, match="finished"):
        writer.write(b"more")
    with pytest.raises(ValueError, match="finished"):
        writer.finish()


def test_damage_elsewhere_does_not_keep_other_segments_from_being_read() -> None:
    content = os.urandom(100)
    stored = bytearray(sealed(content))
    stored[HEADER_BYTES + STRIDE] ^= 1
    reader = SealedReader(io.BytesIO(bytes(stored)), KEY, "files/a")
    assert reader.read(32) == content[:32]
    with pytest.raises(DamagedSeal):
        reader.read(1)
    with pytest.raises(DamagedSeal):
        reader.read(1)
    reader.seek(64)
    assert reader.read() == content[64:]


def test_reading_a_range_touches_only_its_segments() -> None:
    class Counting(io.BytesIO):
        touched = 0

        def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
            self.touched += len(buffer)
            return super().readinto(buffer)

    source = Counting(sealed(os.urandom(3200)))
    reader = SealedReader(source, KEY, "files/a")
    source.touched = 0
    reader.seek(1000)
    reader.read(40)
    assert source.touched <= 3 * STRIDE


@settings(max_examples=200, deadline=None)
@given(
    content=st.binary(max_size=200),
    pieces=st.lists(st.integers(0, 90), max_size=12),
    steps=st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.integers(-60, 260), st.integers(-1, 120)), max_size=12),
    seal=st.booleans(),
)
def test_it_reads_like_the_plain_file(
    content: bytes, pieces: list[int], steps: list[tuple[int, int, int]], seal: bool
) -> None:
    sink, rest = io.BytesIO(), io.BytesIO(content)
    writer = SealedWriter(sink, KEY, "n", seal=seal, segment_bits=BITS)
    for piece in pieces:
        writer.write(rest.read(piece))
    writer.write(memoryview(rest.read()))
    writer.finish()
    reader, plain = SealedReader(io.BytesIO(sink.getvalue()), KEY, "n"), io.BytesIO(content)
    for whence, offset, size in steps:
        if [0, plain.tell(), len(content)][whence] + offset < 0:
            with pytest.raises(ValueError, match="negative"):
                reader.seek(offset, whence)
        else:
            assert reader.seek(offset, whence) == plain.seek(offset, whence)
            assert reader.read(size) == plain.read(size)
            assert reader.tell() == plain.tell()


def test_other_libraries_can_read_from_it() -> None:
    import zipfile

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.txt", "text " * 1000)
    reader = SealedReader(io.BytesIO(sealed(archive.getvalue())), KEY, "files/a")
    with zipfile.ZipFile(reader) as read:
        assert read.read("a.txt") == b"text " * 1000
    assert list(_lines(SealedReader(io.BytesIO(sealed(b"one\ntwo\n")), KEY, "files/a"))) == [b"one\n", b"two\n"]


def _lines(reader: SealedReader) -> Iterator[bytes]:
    with reader:
        yield from reader
