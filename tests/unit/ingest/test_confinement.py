import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.sandbox.confinement import network_filter

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x0005000D, 0x80000000
MACHINES = {"x86_64": (0xC000003E, 41, 42), "aarch64": (0xC00000B7, 198, 203)}  # audit number, socket, connect

CONFINED = """
import subprocess, sys
from ingest.sandbox.confinement import forbid_network
assert forbid_network()
sys.exit(subprocess.run([sys.executable, "-c", sys.argv[1]]).returncode)
"""


def decided(machine: str, call: int, *arguments: int, audit: int | None = None) -> int:
    """What the filter says to a system call, worked out as the kernel does."""
    shown = {0: call, 4: MACHINES[machine][0] if audit is None else audit}
    shown |= {16 + 8 * place: value for place, value in enumerate((*arguments, 0, 0, 0))}
    program, at, value = network_filter(machine), 0, 0
    while True:
        operation, if_true, if_false, operand = program[at]
        at += 1
        if operation == 0x20:
            value = shown[operand]
        elif operation == 0x54:
            value &= operand
        elif operation == 0x06:
            return operand
        else:
            holds = value == operand if operation == 0x15 else value >= operand
            at += if_true if holds else if_false


@pytest.mark.parametrize("machine", MACHINES)
def test_only_local_stream_sockets_are_made_and_nothing_is_connected(machine: str) -> None:
    _, make, connect = MACHINES[machine]
    flags = socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
    assert decided(machine, make, socket.AF_UNIX, socket.SOCK_STREAM | flags) == ALLOW
    for family, kind in (
        (socket.AF_UNIX, socket.SOCK_DGRAM),
        (socket.AF_UNIX, socket.SOCK_SEQPACKET),
        (socket.AF_INET, socket.SOCK_STREAM),
        (socket.AF_INET6, socket.SOCK_DGRAM),
        (socket.AF_NETLINK, socket.SOCK_RAW),
        (socket.AF_VSOCK, socket.SOCK_STREAM),
    ):
        assert decided(machine, make, family, kind | flags) == REFUSE
    assert decided(machine, connect, 3) == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
def test_other_calls_pass_and_those_of_another_machine_kill(machine: str) -> None:
    assert decided(machine, 0) == ALLOW
    assert decided(machine, 60) == ALLOW
    assert decided(machine, 0x40000000) == REFUSE
    assert decided(machine, 0, audit=0x40000003) == KILL


@pytest.mark.parametrize(
    ("attempt", "allowed"),
    [
        ("socket.socket(socket.AF_UNIX).bind('here'); socket.socketpair()", True),
        ("socket.socket(socket.AF_UNIX).connect(sys.argv[1])", False),
        ("socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)", False),
        ("socket.socket(socket.AF_INET)", False),
        ("socket.socket(socket.AF_INET6)", False),
    ],
)
def test_kernel_holds_programs_to_it(attempt: str, allowed: bool, tmp_path: Path) -> None:
    service = tmp_path / "service"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(service))
        listening.listen()
        program = f"import socket, sys\nsys.argv.append({str(service)!r})\n{attempt}"
        done = subprocess.run(
            [sys.executable, "-c", CONFINED, program],
            cwd=tmp_path,
            env={"PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode == 0) is allowed, done.stderr
    assert allowed or "Permission denied" in done.stderr


def test_kernel_keeps_programs_to_their_files(tmp_path: Path) -> None:
    own, sockets, other = (tmp_path / name for name in ("own", "sockets", "other"))
    for folder in (own, sockets, other):
        folder.mkdir()
        (folder / "file").write_text("text")
    program = f"""
import socket, sys
from pathlib import Path
from ingest.sandbox.confinement import keep_to_files
if not keep_to_files(Path({str(own)!r}), [Path(path) for path in {sys.path!r}], Path({str(sockets)!r})):
    sys.exit("this kernel has no Landlock")
assert Path({str(own)!r}, "file").read_text() == "text"
Path({str(own)!r}, "new").write_text("text")
socket.socket(socket.AF_UNIX).bind({str(sockets / "socket")!r})
Path({str(sockets / "socket")!r}).unlink()
attempts = [
    lambda: Path({str(other)!r}, "file").read_text(),
    lambda: Path({str(other)!r}, "new").write_text("text"),
    lambda: Path({str(sockets)!r}, "file").read_text(),
    lambda: Path({str(own)!r}, "file").rename({str(other / "moved")!r}),
    lambda: Path("/etc/hostname").read_text(),
]
for number, attempt in enumerate(attempts):
    try:
        attempt()
    except OSError:
        continue
    sys.exit(f"attempt {{number}} succeeded")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
