"""An export of the record, away from its Lectern: whatever is done to it is found."""

from collections.abc import Iterator, Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.audit.chain import Link, Signer, chained, head_of
from server.audit.export import check_export, export_lines
from server.errors import BrokenAudit
from server.model import LECTERN, AuditEntry, AuditEvent, AuditFilter, AuditHead, Page

SIGNER = Signer(b"s" * 32)
ENTRIES = 12


class Kept:
    """A record in memory, as the port describes it, to export from."""

    def __init__(self, agent: str = "ünï\ud800") -> None:
        self.all: list[AuditEntry] = []
        end = Link()
        for number in range(ENTRIES):
            event = AuditEvent("chat", "POST /v1/chat/completions", LECTERN, agent=agent, time=1000 + number)
            self.all.append(chained(event, end, SIGNER))
            end = Link(self.all[-1].sequence, self.all[-1].hash)

    def append(self, events: Sequence[AuditEvent], *, durable: bool = True) -> None:
        raise NotImplementedError

    def page(self, wanted: AuditFilter, page: Page) -> list[AuditEntry]:
        raise NotImplementedError

    def bounds(self, since: int | None = None, until: int | None = None) -> tuple[int, int]:
        return max(1, (since or 0) - 999), min(ENTRIES, (until or 2000) - 1000)

    def entries(self, first: int, last: int) -> Iterator[AuditEntry]:
        return iter(self.all[first - 1 : last])

    def head(self) -> AuditHead | None:
        return head_of(self.all[-1])


KEPT = Kept()
LINES = list(export_lines(KEPT, SIGNER))
PART = list(export_lines(KEPT, SIGNER, since=1003, until=1009))
numbers = st.integers(1, ENTRIES)


def kinds(lines: list[bytes]) -> list[tuple[int, str]]:
    return [(fault.sequence, fault.kind) for fault in check_export(lines, SIGNER.public).faults]


def test_an_export_is_whole_for_whoever_has_it() -> None:
    checked = check_export(LINES)
    assert (checked.entries, checked.faults, checked.public_key) == (ENTRIES, [], SIGNER.public.hex)


def test_an_export_of_some_time_is_whole_without_what_came_before() -> None:
    checked = check_export(PART, SIGNER.public)
    assert (checked.entries, checked.faults) == (6, [])


@given(number=numbers, amount=st.integers(1, ENTRIES))
def test_removed_entries_are_found(number: int, amount: int) -> None:
    found = kinds(LINES[:number] + LINES[number + amount :])
    assert found[0] == (number, "removed" if number + amount <= ENTRIES else "cut")


@given(number=st.integers(1, 6), amount=st.integers(1, 6))
def test_entries_removed_of_some_time_are_found(number: int, amount: int) -> None:
    found = kinds(PART[:number] + PART[number + amount :])
    assert found[0] == (number + 3, "removed" if number + amount <= 6 else "cut")


@given(data=st.data(), number=numbers)
def test_a_changed_entry_is_found_whatever_was_changed(data: st.DataObject, number: int) -> None:
    shown = orjson.loads(LINES[number])
    name = data.draw(st.sampled_from(sorted(set(shown) - {"object", "id", "sequence"})))
    other = data.draw(st.none() | st.text() | st.integers(0, 2**31) | st.lists(st.text(), max_size=2))
    if other == shown[name]:
        return
    shown[name] = other
    found = kinds([*LINES[:number], orjson.dumps(shown), *LINES[number + 1 :]])
    assert found[0][0] == number
    assert found[0][1] in {"changed", "forged", "unreadable", "removed"}


@given(number=numbers, place=numbers)
def test_exchanged_entries_are_found(number: int, place: int) -> None:
    lines = LINES.copy()
    lines[number], lines[place] = lines[place], lines[number]
    if number == place:
        assert kinds(lines) == []
    else:
        assert kinds(lines)[0][0] == min(number, place)


@given(number=numbers, place=numbers)
def test_an_entry_that_stands_twice_is_found(number: int, place: int) -> None:
    found = kinds([*LINES[: place + 1], LINES[number], *LINES[place + 1 :]])
    assert found[0][0] == (number if number <= place else place + 1)


def test_entries_of_another_past_of_the_same_installation_are_found() -> None:
    # As when a backup was restored: entries after it have the numbers, and good signatures, of those before.
    other = list(export_lines(Kept("another"), SIGNER))
    assert kinds([*LINES[:6], *other[6:]]) == [(6, "changed")]


@given(position=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_every_flipped_bit_is_found(position: int, bit: int) -> None:
    content = bytearray(b"\n".join(LINES))
    position %= len(content)
    content[position] ^= 1 << bit
    lines = bytes(content).split(b"\n")
    try:
        told = check_export(lines, SIGNER.public)
    except BrokenAudit:
        return  # the first line
    # Names that only the export shows ("id", "object") are not part of the entry.
    untouched = _readable(lines) and [_entry(line) for line in lines[1:]] == [_entry(line) for line in LINES[1:]]
    assert told.faults or untouched


def _readable(lines: list[bytes]) -> bool:
    try:
        return all(isinstance(orjson.loads(line), dict) for line in lines)
    except orjson.JSONDecodeError:
        return False


def _entry(line: bytes) -> dict[str, object]:
    return {name: value for name, value in orjson.loads(line).items() if name not in {"object", "id"}}


@pytest.mark.parametrize("field", ["last", "first", "whole", "public_key", "head", "exported_at"])
def test_a_changed_first_line_is_refused(field: str) -> None:
    stated = orjson.loads(LINES[0])
    stated[field] = 3 if field in {"first", "last"} else None
    with pytest.raises(BrokenAudit):
        check_export([orjson.dumps(stated), *LINES[1:]], SIGNER.public)


def test_an_export_that_another_installation_signed_is_refused() -> None:
    with pytest.raises(BrokenAudit):
        check_export(LINES, Signer(b"f" * 32).public)


def test_an_export_older_than_a_head_that_was_kept_is_cut() -> None:
    head = head_of(chained(AuditEvent("chat", "-"), Link(ENTRIES, KEPT.all[-1].hash), SIGNER))
    faults = check_export(LINES, SIGNER.public, head).faults
    assert [(fault.sequence, fault.kind) for fault in faults] == [(ENTRIES + 1, "cut")]
