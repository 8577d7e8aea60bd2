"""What a process that reads strangers' files may not do: the kernel's limits and refusals."""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

# Machine -> its number in the kernel's audit interface, the number of socket, and those of: connect, ptrace,
# process_vm_readv, process_vm_writev, io_uring_setup, unshare, setns, mount, bpf.
_REFUSED = {
    "x86_64": (0xC000003E, 41, (42, 101, 310, 311, 425, 272, 308, 165, 321)),
    "aarch64": (0xC00000B7, 198, (203, 117, 270, 271, 425, 97, 268, 40, 280)),
}
_LOAD, _AND, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ACCESS_DENIED = 0x7FFF0000, 0x80000000, 0x00050000 | 13
_NUMBER, _MACHINE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24  # where they stand in what the kernel shows
_AF_UNIX, _SOCK_STREAM, _TYPE_BITS = 1, 1, 0xF
_X32 = 0x40000000

# Landlock: the same numbers on every machine; what may be done to files, a bit each.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF, _BELOW_PATH, _ASK_VERSION = 444, 445, 446, 1, 1
_EXECUTE, _WRITE, _READ, _LIST, _REMOVE_FILE, _MAKE_SOCKET = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 5, 1 << 9
_EVERY_FIRST, _MOVE, _TRUNCATE = (1 << 13) - 1, 1 << 13, 1 << 14  # of the first version, the second, the third


def _prctl(option: int, value: int, more: object = 0) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(option, ctypes.c_ulong(value), more, ctypes.c_ulong(0), ctypes.c_ulong(0)) == 0)


def forbid_network() -> bool:
    """Refuses this process and its descendants, for good: the network, the memory of other processes, namespaces.

    By the kernel (seccomp), so that native libraries and programs such as tesseract are bound as well; False where the
    kernel has no such filter, then only Python code is refused.
    """
    sys.addaudithook(_refuse_sockets)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if platform.machine() not in _REFUSED:
        return False
    program = network_filter(platform.machine())
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    return _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, head)


def network_filter(machine: str) -> list[tuple[int, int, int, int]]:
    """The filter for a machine: its instructions as (operation, steps to skip if true, steps to skip if not, value).

    LibreOffice does not start without a local socket on which it listens. So a local stream socket may be made, but
    nothing, not even such a socket, may be connected: who can reach nobody, reaches no service of this machine either.
    """
    identity, socket, refused = _REFUSED[machine]
    numbers = [
        *((_JUMP_EQUAL, len(refused) + 6 - at, 0, number) for at, number in enumerate(refused)),
        (_JUMP_EQUAL, 0, 5, socket),
    ]
    return [
        (_LOAD, 0, 0, _MACHINE),
        (_JUMP_EQUAL, 1, 0, identity),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_AT_LEAST, len(refused) + 7, 0, _X32),
        *numbers,
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_EQUAL, 0, 4, _AF_UNIX),
        (_LOAD, 0, 0, _SECOND_ARGUMENT),
        (_AND, 0, 0, _TYPE_BITS),
        (_JUMP_EQUAL, 0, 1, _SOCK_STREAM),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ACCESS_DENIED),
    ]


def keep_to_files(folder: Path, readable: Iterable[Path], sockets: Path) -> bool:
    """Refuses this process and its descendants, for good, all files but what is below `folder`, and to read `readable`.

    In the folder `sockets` a local socket may be made and removed. By the kernel (Landlock, Linux 5.13); False where
    it has none, then nothing is refused.
    """
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return False
    every = _EVERY_FIRST | (_MOVE if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    rules = call(_CREATE_RULESET, ctypes.byref(ctypes.c_uint64(every)), ctypes.c_size_t(8), 0)

    def allow(path: Path, rights: int) -> None:
        if not path.exists():
            return
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        call(_ADD_RULE, rules, _BELOW_PATH, ctypes.create_string_buffer(struct.pack("=Qi", rights, place)), 0)
        os.close(place)

    allow(folder, every)
    allow(sockets, _MAKE_SOCKET | _REMOVE_FILE)
    allow(Path(os.devnull), _READ | _WRITE)
    for path in readable:
        allow(path, _EXECUTE | _READ | (_LIST if path.is_dir() else 0))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    return bool(call(_RESTRICT_SELF, rules, 0) == 0)


def _refuse_sockets(event: str, _arguments: tuple[object, ...]) -> None:
    if event == "socket.__new__":
        raise PermissionError("a reader may not use the network")


def adopt_orphans() -> None:
    """Makes orphaned descendants children of this process, which can then await them."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Ends this process when its parent, whose process id is given, ends; at once if it already has."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def set_limits(memory: int, seconds: int) -> None:
    """Bounds this process and each one it starts: bytes of memory and of any one file, CPU seconds, open files."""
    for kind, wanted in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (most, hard if kind == resource.RLIMIT_CPU else most))  # soft: SIGXCPU, hard: SIGKILL
    os.nice(5)
