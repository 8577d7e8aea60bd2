import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.adapters.sources.folder import FRESH_SECONDS, MOST_DEEP, Folder, Roots
from server.adapters.sources.selection import Selection
from server.errors import RefusedSource, SourceUnavailable
from server.model import Found

ALL = Selection((), ())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    return root


@pytest.fixture
def folder(root: Path) -> Iterator[Folder]:
    folder = Folder(root, ALL)
    yield folder
    folder.close()


def names(folder: Folder) -> list[str]:
    return sorted(one.path for one in folder.scan({}, lambda: None).files)


def test_links_are_followed_neither_inside_nor_outside(folder: Folder, root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text("secret")
    (root / "a.md").write_text("text")
    (root / "to-file.md").symlink_to(tmp_path / "outside" / "secret.md")
    (root / "to-folder").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(root)
    assert names(folder) == ["a.md"]


@pytest.mark.parametrize("swapped", ["sub", "sub/a.md"])
def test_a_link_that_takes_a_places_name_after_the_scan_leads_nowhere(
    folder: Folder, root: Path, tmp_path: Path, swapped: str
) -> None:
    for place in (root / "sub", tmp_path / "outside"):
        place.mkdir()
        (place / "a.md").write_text(f"text of {place.name}")
    (found,) = folder.scan({}, lambda: None).files
    target = tmp_path / "outside" / Path(swapped).relative_to("sub")
    (root / swapped).rename(tmp_path / "moved")
    (root / swapped).symlink_to(target)
    with pytest.raises(OSError, match=r"Too many levels|Not a directory"):
        folder.open(found)


def test_what_is_no_file_is_left_out_and_never_waited_for(folder: Folder, root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    (root / "a.md").write_text("text")
    assert names(folder) == ["a.md"]
    (found,) = folder.scan({}, lambda: None).files
    (root / "a.md").unlink()
    os.mkfifo(root / "a.md")
    with pytest.raises(FileNotFoundError):
        folder.open(found)


def test_names_may_be_anything_that_a_file_system_holds(folder: Folder, root: Path) -> None:
    odd = [
        b"bad-\xff\xfe.md",
        b"line\nfeed.md",
        b"back\\slash.md",
        "e\u0301.md".encode(),
        "é.md".encode(),
        b"A.md",
        b"a.md",
    ]
    for name in odd:
        (root / os.fsdecode(name)).write_bytes(name)
    found = folder.scan({}, lambda: None).files
    assert sorted(os.fsencode(one.path) for one in found) == sorted(odd)
    for one in found:
        with folder.open(one) as stream:
            assert stream.read() == os.fsencode(one.path)


def test_long_paths_are_read(folder: Folder, root: Path) -> None:
    place = root.joinpath(*["x" * 200] * 6)
    place.mkdir(parents=True)
    (place / "a.md").write_text("text")
    (found,) = folder.scan({}, lambda: None).files
    assert len(found.path) > 1200
    with folder.open(found) as stream:
        assert stream.read() == b"text"


def test_a_folder_that_goes_too_deep_is_told_and_not_taken_for_empty(folder: Folder, root: Path) -> None:
    place = root
    for _ in range(MOST_DEEP + 3):
        place /= "d"
        place.mkdir()
    (place / "a.md").write_text("text")
    listing = folder.scan({}, lambda: None)
    assert listing.files == ()
    assert list(listing.unread) == ["/".join(["d"] * (MOST_DEEP + 1))]


def test_a_root_that_is_not_there_is_no_empty_one(root: Path) -> None:
    root.rmdir()
    with pytest.raises(SourceUnavailable, match="No such file"):
        Folder(root, ALL)


def test_a_folder_that_cannot_be_listed_is_told(folder: Folder, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("open", "shut"):
        (root / name).mkdir()
        (root / name / "a.md").write_text("text")
    inode = (root / "shut").stat().st_ino
    whole = os.scandir

    def refusing(place: int) -> object:
        if os.fstat(place).st_ino == inode:
            raise PermissionError(13, "Permission denied")
        return whole(place)

    monkeypatch.setattr(os, "scandir", refusing)  # root may read everything
    listing = folder.scan({}, lambda: None)
    assert [one.path for one in listing.files] == ["open/a.md"]
    assert listing.unread == {"shut": "Permission denied"}


def test_a_change_shows_though_size_and_time_stay(folder: Folder, root: Path) -> None:
    path = root / "a.md"
    path.write_text("first")
    facts = path.stat()
    (before,) = folder.scan({}, lambda: None).files
    time.sleep(0.02)
    path.write_text("other")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    (after,) = folder.scan({}, lambda: None).files
    assert after.stamp != before.stamp
    assert not folder.settled(before)
    assert folder.settled(after)


def test_a_file_just_written_is_fresh_and_an_older_one_not(folder: Folder, root: Path) -> None:
    (root / "a.md").write_text("text")
    (found,) = folder.scan({}, lambda: None).files
    assert found.fresh
    time.sleep(FRESH_SECONDS + 0.1)
    assert folder.scan({}, lambda: None).files == (Found(found.path, found.stamp, found.name, found.size),)


def test_ten_thousand_files_are_listed_in_a_second_or_two(folder: Folder, root: Path) -> None:
    for number in range(10_000):
        if number % 100 == 0:
            (root / str(number // 100)).mkdir()
        (root / str(number // 100) / f"{number}.md").touch()
    started = time.process_time()
    assert len(folder.scan({}, lambda: None).files) == 10_000
    assert time.process_time() - started < 5


def test_sources_lie_below_the_roots_and_nowhere_else(tmp_path: Path) -> None:
    for name in ("allowed", "allowed-not", "data"):
        (tmp_path / name / "sub").mkdir(parents=True)
    (tmp_path / "allowed" / "link").symlink_to(tmp_path / "allowed-not")
    roots = Roots(f"{tmp_path / 'allowed'}:{tmp_path / 'data'}", tmp_path / "data" / "lectern")
    (tmp_path / "data" / "lectern" / "files").mkdir(parents=True)
    assert roots.folder(str(tmp_path / "allowed" / "sub")) == tmp_path / "allowed" / "sub"
    for refused in ("allowed-not", "allowed/../allowed-not", "allowed/link", "allowed/link/sub", ""):
        with pytest.raises(RefusedSource, match="LECTERN_SOURCE_ROOTS"):
            roots.folder(str(tmp_path / refused))
    for refused in ("data", "data/lectern", "data/lectern/files"):
        with pytest.raises(RefusedSource, match="own data"):
            roots.folder(str(tmp_path / refused))
    for refused in ("allowed", "", "a\0b"):
        with pytest.raises(RefusedSource, match="whole path"):
            roots.folder(refused)


def test_without_roots_no_folder_is_a_source(tmp_path: Path) -> None:
    with pytest.raises(RefusedSource, match="nowhere"):
        Roots("", tmp_path / "data").folder(str(tmp_path))
