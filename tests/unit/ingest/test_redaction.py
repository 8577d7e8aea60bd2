import time
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import Element, Event, Kind, Loss, Notice, Progress
from ingest.redaction import MASK, POLICIES, Redaction


def masked(text: str, policy: str = "personal") -> str:
    return Redaction(policy).mask(text)


def shown(events: Iterable[Event]) -> list[str]:
    return [event.text if isinstance(event, Element) else getattr(event, "message", "") for event in events]


@pytest.mark.parametrize(
    "data",
    [
        "jane.doe+billing@mail.example.co.uk",
        "ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "+49 30 901820-0",
        "+1 (415) 555-2671",
        "030 1234567",
        "020 7946 0958",
        "(415) 555-2671",
        "415-555-2671",
        "13800138000",
        "138 0013 8000",
        "１３８００１３８０００",
        "010-62345678",
        "11010519491231002X",
        "4111 1111 1111 1111",
        "5500-0000-0000-0004",
        "6222020200112233446",
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
        "536-90-4399",
    ],
)
@pytest.mark.parametrize("frame", ["Write to {} today.", "联系人：{}（财务部）", "{}", "a\n{}\nb"])
def test_personal_data_is_masked_character_by_character(data: str, frame: str) -> None:
    text = frame.format(data)
    assert masked(text) == frame.format(MASK * len(data))


@pytest.mark.parametrize(
    "text",
    [
        "Invoice 2024-000123 of 2024-05-17 over 1,234,567.89 EUR",
        "ISO 9001:2015, RFC 2119, DIN 5008, § 433 BGB",
        "between 2019 and 2023, pages 100-120",
        "Order 4111 1111 1111 1112",
        "ID 110105194912310021",
        "ID 110105194913310029",
        "DE88 3704 0044 0532 0130 00",
        "version 10.15.7, IP 192.168.100.200",
        "@media print, user@host",
        "ISBN 978-3-16-148410-0",
        "1 234 567 and 12 345 678 inhabitants",
        "GPS 52.520008, 13.404954",
        "π = 3.14159265358979323846",
        "666-12-3456",
    ],
)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert masked(text) == text


def test_a_label_makes_a_number_a_phone_number() -> None:
    assert masked("Phone: 5551234") == f"Phone: {MASK * 7}"
    assert masked("办公电话：62345678") == f"办公电话：{MASK * 8}"
    assert masked("Stock: 5551234") == "Stock: 5551234"


def test_invisible_characters_hide_nothing() -> None:
    text = "138\u200b0013\u200b8000 and ja\u00adne@example.com"
    found = masked(text)
    assert len(found) == len(text)
    assert set(found) == set(f"{MASK} and")


def test_policies_name_what_is_masked() -> None:
    text = "jane@example.com 4111 1111 1111 1111"
    assert masked(text, "contacts") == f"{MASK * 16} 4111 1111 1111 1111"
    assert masked(text, "identifiers") == f"jane@example.com {MASK * 19}"
    assert set(POLICIES["personal"]) == {*POLICIES["contacts"], *POLICIES["identifiers"]}


def test_tables_losses_and_notices_are_masked_and_counts_are_told() -> None:
    rows = (("Name", "Mobile", "Code"), ("Li", "5551234", "5551234"), ("Wu", "13800138000", ""))
    text = "\n".join(map(" | ".join, rows))
    table = Element(Kind.TABLE, text, rows=rows, header_rows=1, sheet="li@example.com")
    events: list[Event] = [
        table,
        Progress(1, 1),
        Loss("attachment of wu@example.com could not be read"),
        Notice("fine"),
    ]
    found = list(Redaction("personal").events(events))
    assert isinstance(found[0], Element)
    assert found[0].rows[1:] == (("Li", MASK * 7, "5551234"), ("Wu", MASK * 11, ""))
    assert found[0].text == "\n".join(map(" | ".join, found[0].rows))
    assert len(found[0].text) == len(text)
    assert found[0].sheet == MASK * 14
    assert found[1] == Progress(1, 1)
    assert shown(found)[2] == f"attachment of {MASK * 14} could not be read"
    assert shown(found)[4] == "Personal data was masked: 2 e-mail addresses, 2 phone numbers."


def test_nothing_found_tells_nothing_and_changes_nothing() -> None:
    element = Element(Kind.TEXT, "Trips need approval.")
    assert next(iter(Redaction("personal").events([element]))) is element
    assert len(list(Redaction("personal").events([element]))) == 1


@given(st.text(st.sampled_from("0123456789 -+()@.aZ\u200b四４\n"), max_size=120))
def test_masking_keeps_the_length_and_masks_nothing_twice(text: str) -> None:
    once = masked(text)
    assert len(once) == len(text)
    assert all(new in {old, MASK} for old, new in zip(text, once, strict=True))


@pytest.mark.parametrize(
    "hostile", ["1 " * 50_000, "a" * 100_000, "a." * 50_000 + "@", "+1" * 50_000, "DE12" * 25_000, "tel " * 25_000]
)
def test_hostile_text_takes_no_long_time(hostile: str) -> None:
    started = time.process_time()
    masked(hostile)
    assert time.process_time() - started < 5
