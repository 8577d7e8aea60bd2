import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ingest.errors import (
    DamagedFile,
    EmptyFile,
    OutOfMemory,
    OutOfTime,
    PasswordNeeded,
    ReaderCrashed,
    TooLarge,
    UnreadableFile,
    UnsupportedFormat,
)
from ingest.formats import Format
from ingest.model import Element, Kind, Loss, Progress, ReadOptions, Source
from ingest.sandbox import Reading, Sandbox

ORDER = "text/x-order"
FORMATS = {kind: Format("order", (".order",), "hostile_reader") for kind in (ORDER, "text/plain")}
OPTIONS = ReadOptions()
HERE = str(Path(__file__).parent)


@pytest.fixture(scope="module", autouse=True)
def hostile_reader_is_importable() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        yield


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(memory_mb=256, seconds=30, output_mb=16, formats=FORMATS) as built:
        yield built


@pytest.fixture
def hasty() -> Iterator[Sandbox]:
    with Sandbox(memory_mb=256, seconds=1, formats=FORMATS) as built:
        yield built


def order(sandbox: Sandbox, text: str, name: str = "my file.order", media_type: str | None = ORDER) -> Reading:
    data = text.encode()
    return sandbox.read(Source(name, io.BytesIO(data), len(data)), OPTIONS, media_type)


def texts(reading: Reading) -> list[str]:
    return [event.text for event in reading if isinstance(event, Element)]


def first_text(reading: Reading) -> str:
    return next(event.text for event in reading if isinstance(event, Element))


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def wait_until_gone(*pids: int) -> None:
    """Returns when none runs; the test's own time limit ends it otherwise."""
    while any(map(is_running, pids)):
        time.sleep(0.02)


def helper() -> psutil.Process:
    """The helper process that was started last."""
    return max(filter(psutil.Process.is_running, psutil.Process().children()), key=psutil.Process.create_time)


def test_events_arrive_as_the_reader_made_them(sandbox: Sandbox) -> None:
    events = list(order(sandbox, "say 你好 | ok\n"))
    assert events == [Progress(1, 2), Element(Kind.TEXT, "你好 | ok\n"), Loss("page 2 is blank", page=2)]


def test_reader_is_told_name_size_password_and_options(sandbox: Sandbox) -> None:
    source = Source("../../etc/pass\nwd", io.BytesIO(b"facts"), 5, password="gehei m")
    events = list(sandbox.read(source, ReadOptions(max_pages=7), ORDER))
    assert events == [Element(Kind.TEXT, "../../etc/pass\nwd 5 gehei m 7")]


def test_name_with_half_characters_is_shown_without_them(sandbox: Sandbox) -> None:
    assert texts(order(sandbox, "facts", name="caf\udce9.txt")) == ["caf?.txt 5 None 5000"]


def test_stream_is_read_from_its_start_wherever_it_stands(sandbox: Sandbox) -> None:
    stream = io.BytesIO(b"say x")
    stream.seek(3)
    assert texts(sandbox.read(Source("x", stream, 5), OPTIONS, ORDER)) == ["x"]


def test_media_type_is_found_when_it_is_not_given(sandbox: Sandbox) -> None:
    reading = order(sandbox, "say x", media_type=None)
    assert texts(reading) == ["x"]
    assert reading.media_type == "text/plain"


def test_media_type_is_known_even_if_the_reader_fails(sandbox: Sandbox) -> None:
    reading = order(sandbox, "exit 1", media_type=None)
    with pytest.raises(ReaderCrashed):
        list(reading)
    assert reading.media_type == "text/plain"


@pytest.mark.parametrize(("text", "expected"), [("", EmptyFile), ("{\\rtf1 x}", UnsupportedFormat)])
def test_sniffing_happens_inside_and_its_errors_come_out(
    sandbox: Sandbox, text: str, expected: type[UnreadableFile]
) -> None:
    with pytest.raises(expected):
        list(order(sandbox, text, media_type=None))


def test_type_without_a_reader_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(UnsupportedFormat, match="video/mp4"):
        list(order(sandbox, "say x", media_type="video/mp4"))


@pytest.mark.parametrize(
    ("text", "expected", "says"),
    [
        ("eat", OutOfMemory, "256 MiB"),
        ("eat_in_a_program", OutOfMemory, "256 MiB"),
        ("fill", OutOfMemory, "256 MiB"),
        ("flood", TooLarge, "16 MiB"),
        ("one_line 8", TooLarge, "8388608 characters"),
        ("exit 3", ReaderCrashed, "exit code 3"),
        ("exit 0", ReaderCrashed, "exit code 0"),
        ("segfault", ReaderCrashed, "SIGSEGV"),
        (f"die {signal.SIGABRT}", ReaderCrashed, "SIGABRT"),
        (f"die {signal.SIGKILL}", OutOfMemory, "256 MiB"),
        (f"die {signal.SIGXCPU}", OutOfTime, "30 seconds"),
        ("leave_a_child die", ReaderCrashed, "exit code 7"),
        ("raise password", PasswordNeeded, "protected by a password"),
        ("raise value", ReaderCrashed, "ValueError at hostile_reader.py"),
        ("raise foreign", ReaderCrashed, "KeyError"),
        ("recurse", DamagedFile, "nested too deeply"),
        ("forge {", ReaderCrashed, "not an event"),
        ("forge {}", ReaderCrashed, "not an event"),
        ('forge {"kind":"Title"}', ReaderCrashed, "not an event"),
        ('forge {"imported":[],"error":"x","module":"ingest.nowhere","facts":{}}', ReaderCrashed, "not an event"),
        ('forge {"imported":[],"error":"system","module":"os","facts":{}}', UnreadableFile, "could not be read"),
    ],
)
def test_end_of_a_reader_becomes_a_clear_error_and_the_next_file_is_read(
    sandbox: Sandbox, text: str, expected: type[UnreadableFile], says: str
) -> None:
    with pytest.raises(UnreadableFile) as raised:
        list(order(sandbox, text))
    assert type(raised.value) is expected
    assert says in raised.value.message
    assert "my file.order" in raised.value.message
    assert texts(order(sandbox, "say still here")) == ["still here"]


def test_message_of_a_crash_does_not_quote_the_document(sandbox: Sandbox) -> None:
    with pytest.raises(ReaderCrashed) as raised:
        list(order(sandbox, "raise value"))
    assert "a line of the document" not in str(raised.value)


def test_what_was_read_before_an_error_comes_first(sandbox: Sandbox) -> None:
    reading = order(sandbox, "raise password")
    assert next(reading) == Element(Kind.TEXT, "before")
    with pytest.raises(PasswordNeeded):
        next(reading)


@pytest.mark.parametrize("text", ["sleep", "spin", "leave_a_child hang"])
def test_reader_that_never_ends_is_stopped(hasty: Sandbox, text: str) -> None:
    reading = order(hasty, text)
    with pytest.raises(OutOfTime, match="longer than 1 seconds"):
        list(reading)
    assert texts(order(hasty, "say still here")) == ["still here"]


def test_time_does_not_run_while_nobody_asks(hasty: Sandbox) -> None:
    reading = order(hasty, "many 50000")
    assert next(reading)
    time.sleep(1.5)
    assert len(texts(reading)) == 49_999


def test_child_waits_for_a_slow_consumer_instead_of_piling_up_events(sandbox: Sandbox) -> None:
    reading = order(sandbox, "many 100000000")
    assert [next(reading) for _ in range(1000)]
    assert reading.peak_mb < 200
    reading.close()


@pytest.mark.parametrize("text", ["sleep", "spin"])
def test_closing_a_reading_ends_its_child_at_once(sandbox: Sandbox, text: str) -> None:
    reading = order(sandbox, text)
    pid = int(first_text(reading))
    assert is_running(pid)
    reading.close()
    assert not psutil.pid_exists(pid)
    reading.close()
    assert list(reading) == []


def test_dropping_a_reading_ends_its_child(sandbox: Sandbox) -> None:
    reading = order(sandbox, "sleep")
    pid = int(first_text(reading))
    del reading
    assert not psutil.pid_exists(pid)


def test_reading_that_was_never_begun_costs_nothing(sandbox: Sandbox) -> None:
    before = len(psutil.Process().open_files())
    order(sandbox, "sleep").close()
    assert len(psutil.Process().open_files()) == before


def test_programs_that_a_reader_started_end_with_it(sandbox: Sandbox) -> None:
    assert not is_running(int(texts(order(sandbox, "leave_a_child"))[0]))
    reading = order(sandbox, "leave_a_child hang")
    pid = int(first_text(reading))
    assert is_running(pid)
    reading.close()
    assert not is_running(pid)


@pytest.mark.parametrize("text", ["connect", "connect_by_program"])
def test_reader_and_its_programs_have_no_network(sandbox: Sandbox, text: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        said = texts(order(sandbox, f"{text} {server.getsockname()[1]}"))[0]
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert said.startswith("PermissionError")


def test_temporary_files_are_in_memory_and_removed(sandbox: Sandbox) -> None:
    kept = Path(texts(order(sandbox, "keep"))[0])
    assert kept.is_relative_to("/dev/shm")
    assert not kept.parent.exists()
    reading = order(sandbox, "keep and sleep")
    kept = Path(first_text(reading))
    assert kept.exists()
    reading.close()
    assert not kept.parent.exists()


def test_readers_start_with_telemetry_switched_off_and_one_thread(sandbox: Sandbox) -> None:
    assert texts(order(sandbox, "environment DO_NOT_TRACK")) == ["1"]
    assert texts(order(sandbox, "environment OMP_THREAD_LIMIT")) == ["1"]


def test_environment_of_the_server_stays_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_MASTER_KEY", "4711")
    with Sandbox(memory_mb=256, seconds=30, formats=FORMATS) as own:
        assert texts(order(own, "environment LECTERN_MASTER_KEY")) == [""]
        assert texts(order(own, "environment PATH")) == [os.environ["PATH"]]


def test_module_that_one_reader_loaded_is_there_for_the_next() -> None:
    with Sandbox(memory_mb=256, seconds=30, formats=FORMATS) as own:
        assert texts(order(own, "load colorsys")) == ["absent"]
        assert texts(order(own, "load colorsys")) == ["present"]


def test_helper_stays_without_threads_whatever_was_loaded() -> None:
    with Sandbox(memory_mb=512, seconds=60, formats=FORMATS) as own:
        for module in ("numpy", "PIL.Image", "lxml.etree", "openpyxl", "pypdfium2"):
            assert texts(order(own, f"load {module}"))
        assert texts(order(own, "load numpy")) == ["present"]
        assert helper().num_threads() == 1


def test_many_threads_read_at_once(sandbox: Sandbox) -> None:
    def read(number: int) -> list[str]:
        return texts(order(sandbox, f"say {number}" if number % 3 else "many 500"))

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(read, range(60)))
    assert all(result == [str(number)] for number, result in enumerate(results) if number % 3)
    assert all(len(result) == 500 for number, result in enumerate(results) if number % 3 == 0)


def test_many_readings_leave_no_process_and_no_descriptor() -> None:
    with Sandbox(memory_mb=256, seconds=30, formats=FORMATS) as own:
        assert texts(order(own, "say warm"))
        zygote = helper()
        descriptors = len(list(Path("/proc/self/fd").iterdir())), zygote.num_fds()
        for number in range(200):
            reading = order(own, ("say x", "exit 1", "sleep", "leave_a_child")[number % 4])
            with contextlib.suppress(ReaderCrashed):
                first_text(reading)
            reading.close()
        assert (len(list(Path("/proc/self/fd").iterdir())), zygote.num_fds()) == descriptors
        assert zygote.children(recursive=True) == []
    assert not zygote.is_running()


def test_helper_that_dies_takes_its_readings_along_and_is_replaced() -> None:
    with Sandbox(memory_mb=256, seconds=30, formats=FORMATS) as own:
        reading = order(own, "sleep")
        pid = int(first_text(reading))
        helper().kill()
        with pytest.raises(ReaderCrashed, match="helper process"):
            list(reading)
        wait_until_gone(pid)
        assert texts(order(own, "say again")) == ["again"]


def test_sandbox_works_again_after_close() -> None:
    own = Sandbox(memory_mb=256, seconds=30, formats=FORMATS)
    assert texts(order(own, "say one")) == ["one"]
    own.close()
    assert texts(order(own, "say two")) == ["two"]
    own.close()
    own.close()


def test_closing_the_sandbox_ends_readings_in_progress() -> None:
    own = Sandbox(memory_mb=256, seconds=30, formats=FORMATS)
    reading = order(own, "leave_a_child hang")
    pid = int(first_text(reading))
    own.close()
    assert not is_running(pid)
    with pytest.raises(ReaderCrashed):
        list(reading)


SERVER = """
import io, sys, time
from ingest.formats import Format
from ingest.model import Element, ReadOptions, Source
from ingest.sandbox import Sandbox

sandbox = Sandbox(256, 60, formats={"x": Format("order", (), "hostile_reader")})
orders = [io.BytesIO(text) for text in (b"sleep", b"leave_a_child hang", b"keep and sleep")]
readings = [sandbox.read(Source("x", order, 20), ReadOptions(), "x") for order in orders]
print(*[next(reading).text for reading in readings], flush=True)
time.sleep(600)
"""


def test_whole_family_ends_and_cleans_up_when_the_server_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    paths = os.pathsep.join([HERE, *sys.path])
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}, text=True
    ) as server:
        assert server.stdout
        child, grandchild, kept = server.stdout.readline().split()
        family = psutil.Process(server.pid).children(recursive=True)
        assert {int(child), int(grandchild)} <= {member.pid for member in family}
        server.kill()
    wait_until_gone(*[member.pid for member in family])
    while Path(kept).parent.parent.exists():
        time.sleep(0.02)


def test_folder_left_behind_by_a_killed_helper_is_removed_by_the_next() -> None:
    with Sandbox(memory_mb=256, seconds=30, formats=FORMATS) as own:
        reading = order(own, "keep and sleep")
        left = Path(first_text(reading))
        helper().kill()
        with pytest.raises(ReaderCrashed):
            list(reading)
        assert left.exists()
        assert texts(order(own, "say again")) == ["again"]
        assert not left.exists()


def test_last_words_of_a_reader_that_ends_while_it_is_looked_at_are_heard(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def family_once_ended(pid: int) -> list[int]:
        looks.append(pid)
        while len(looks) > 1 and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        return [pid]

    monkeypatch.setattr("ingest.sandbox.reading._family", family_once_ended)
    assert texts(order(sandbox, "nap")) == ["awake"]
    assert len(looks) > 1
