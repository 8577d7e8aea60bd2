from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.chat.numbers import figures, numbers


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("1,250", "1250 EUR"),
        ("1.250,50", "1,250.5"),
        ("3.5 million", "3,500,000"),
        ("350万", "3.5 million"),
        ("15", "fifteen days"),
        ("25", "Twenty-five people"),
        ("15", "年假为十五天"),
        ("2027", "二〇二七年"),
        ("20,000", "两万元"),
        ("4.50", "4.5"),
        ("08", "8:30"),
        ("2027", "2027.05.14"),
        ("380", "the A380-800"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(said: str, written: str) -> None:
    [readings] = figures(said)
    assert readings & numbers(written)


@pytest.mark.parametrize(("said", "written"), [("850", "800 and 50"), ("3.5", "35"), ("2027", "2026-05-14")])
def test_other_numbers_are_others(said: str, written: str) -> None:
    [readings] = figures(said)
    assert not readings & numbers(written)


@given(st.text(alphabet="0123456789.,' 十百万亿零两million", max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert all(isinstance(value, Decimal) for value in numbers(text))
