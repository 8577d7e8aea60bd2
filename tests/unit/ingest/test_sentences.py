import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import sentences


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("The rate is 3.5 percent. The other is 4.75.", ["The rate is 3.5 percent.", "The other is 4.75."]),
        ("As J. Smith said, no. 4 is e.g. open.", ["As J. Smith said, no.", "4 is e.g. open."]),
        ("年假为十五天。加班需提前申请！是吗？", ["年假为十五天。", "加班需提前申请！", "是吗？"]),
        ("Hotel. Limit | 850 CNY. Paid\nNext line ", ["Hotel. Limit | 850 CNY. Paid", "Next line"]),
        (" \n\n ", []),
    ],
)
def test_sentences_end_at_full_stops_and_lines_and_rows_stay_whole(text: str, parts: list[str]) -> None:
    assert said(text) == parts


@given(st.text(alphabet="aB1 .!?。|\n\u2028", max_size=60))
def test_no_character_but_space_is_lost(text: str) -> None:
    assert "".join("".join(said(text)).split()) == "".join(text.split())
