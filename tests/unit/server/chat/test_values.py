from typing import Any

import pytest

from server.chat.support import Support
from server.chat.values import cited_values, is_for_program
from server.model import Passage


def passages(*texts: str) -> tuple[Passage, ...]:
    return tuple(
        Passage(id=str(n), store_id="s", file_id=f"f{n}", filename=f"{n}.md", text=text, score=0.8)
        for n, text in enumerate(texts, 1)
    )


RENTAL = "The price of the rental car is 140 EUR. It is booked by Mara Lind."
SUPPER = "Supper is served from 18:30 in the north hall."


def cited(text: str, *texts: str) -> list[tuple[int, int]]:
    found = passages(*(texts or (RENTAL, SUPPER)))
    return [(one.number, one.index) for one in cited_values(text, Support(found, ""), len(found))]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ('{"price": "140 EUR"}', [1]),
        ('{"price_of_rental_car": 140}', [1]),
        ('{"booked_by": "Mara Lind", "supper": {"place": ["north hall"]}}', [1, 2]),
        ('["Mara Lind"]', [1]),
        ('{"price": "999 EUR"}', []),
        ('{"free": true, "note": null, "empty": ""}', []),
        ("{}", []),
        ("", []),
        ("The price of the rental car is 140 EUR", [1]),
        ('{"price": "140 E', [1]),
    ],
)
def test_passages_are_cited_that_support_a_value(text: str, numbers: list[int]) -> None:
    assert cited(text) == [(number, len(text)) for number in numbers]


def test_what_stands_as_a_marker_in_a_value_is_none() -> None:
    assert cited('{"note": "[1] [2] [9]"}') == []


def test_each_passage_is_cited_once() -> None:
    assert cited('{"a": "140 EUR", "b": "Mara Lind", "c": "rental car"}', RENTAL) == [(1, 53)]


def test_many_values_are_looked_at_up_to_a_bound() -> None:
    assert cited("[" + ",".join(['"nowhere"'] * 5000) + "]") == []


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        ({}, False),
        ({"response_format": None}, False),
        ({"response_format": {"type": "text"}}, False),
        ({"response_format": {"type": "json_object"}}, True),
        ({"response_format": {"type": "structural_tag"}}, True),
        ({"guided_choice": ["yes", "no"]}, True),
        ({"structured_outputs": {"regex": "a"}}, True),
    ],
)
def test_a_form_makes_an_answer_one_for_a_program(body: dict[str, Any], is_one: bool) -> None:
    assert is_for_program(body) is is_one
