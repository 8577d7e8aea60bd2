import signal
import subprocess
import sys
from pathlib import Path

import pytest

from server.adapters.datafolder import DataFolder
from server.errors import DataInUse, WrongSetting


def held(folder: DataFolder) -> None:
    with folder.locked():
        pass


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    held(DataFolder(tmp_path / "deep" / "data"))
    assert (tmp_path / "deep" / "data").stat().st_mode & 0o777 == 0o700
    assert DataFolder(tmp_path / "deep" / "data").folder("files").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    DataFolder(tmp_path / "data").prepare()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_one_process_holds_it_and_the_other_is_told_which(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from server.adapters.datafolder import DataFolder\n"
        "with DataFolder(Path(sys.argv[1])).locked(): print('ready', flush=True); sys.stdin.read()"
    )
    folder = DataFolder(tmp_path / "data")
    with subprocess.Popen(
        [sys.executable, "-c", script, folder.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        with pytest.raises(DataInUse, match=f"process {other.pid}"):
            held(folder)
        other.send_signal(signal.SIGKILL)
        other.wait()
    held(folder)


def test_it_can_be_held_again_after_it_was_let_go(tmp_path: Path) -> None:
    held(DataFolder(tmp_path))
    with DataFolder(tmp_path).locked(), pytest.raises(DataInUse):
        held(DataFolder(tmp_path))
    held(DataFolder(tmp_path))


def test_a_place_that_cannot_be_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for place in (tmp_path / "file", tmp_path / "file" / "data"):
        with pytest.raises(WrongSetting, match="LECTERN_DATA"):
            held(DataFolder(place))
