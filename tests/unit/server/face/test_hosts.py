import socket

import pytest

from server.face.hosts import Hosts, name_of


@pytest.mark.parametrize(
    ("bound", "further", "name", "admitted"),
    [
        ("127.0.0.1", "", "localhost", True),
        ("127.0.0.1", "", "LOCALHOST.", True),
        ("127.0.0.1", "", "127.0.0.1", True),
        ("127.0.0.1", "", "[::1]", True),
        ("127.0.0.1", "", "attacker.example", False),
        ("127.0.0.1", "", "localhost.attacker.example", False),
        ("127.0.0.1", "", "127.0.0.1.attacker.example", False),
        ("127.0.0.1", "", socket.gethostname() + "x", False),
        ("lectern.example", "", "lectern.example", True),
        ("0.0.0.0", "", socket.gethostname(), True),
        ("0.0.0.0", "", "attacker.example", False),
        ("0.0.0.0", "lectern.example, wiki.example", "wiki.example", True),
        ("0.0.0.0", "lectern.example", "x.lectern.example", False),
        ("0.0.0.0", "*.lectern.example", "x.lectern.example", True),
        ("0.0.0.0", "*.lectern.example", "xlectern.example", False),
        ("0.0.0.0", "*", "attacker.example", True),
    ],
)
def test_only_names_of_this_machine_are_admitted(bound: str, further: str, name: str, admitted: bool) -> None:
    assert Hosts(bound, further).admits(name) is admitted


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("a.example", "a.example"),
        ("a.example:8000", "a.example"),
        ("[::1]:8000", "[::1]"),
        ("1.2.3.4", "1.2.3.4"),
        ("", None),
        ("a b", None),
        ("user@a.example", None),
        ("a.example:80:80", None),
        ("a.example/path", None),
        ("::1", None),
        ("a.example,b.example", None),
    ],
)
def test_a_host_header_is_read_strictly(header: str, name: str | None) -> None:
    assert name_of(header) == name
