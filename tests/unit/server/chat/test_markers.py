import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.chat.markers import Markers, Verdict

TEXTS = ("Earlier work [1] and others [12] agree.", "Second.", "Third.")


def check(statement: str, number: int) -> Verdict:
    """Passage 1 supports everything, passage 2 nothing, and of passage 3 nothing can be told."""
    verdicts: tuple[Verdict, ...] = ("supported", "unsupported", "unknown")
    return verdicts[number - 1]


def sifted(answer: str, *, drops: bool = True) -> tuple[str, Markers]:
    markers = Markers(TEXTS, check, drops=drops)
    return markers.feed(answer, end=True), markers


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        ("It is so [1]. And so [2].", "It is so [1]. And so."),
        ("It is so [9].", "It is so."),
        ("So [1, 2, 3] it is.", "So [1, 3] it is."),
        ("So [2][1] it is.", "So [1] it is."),
        ("就是这样【2】。还有【1】。", "就是这样。还有【1】。"),
        ("就是这样【1、2】。", "就是这样【1】。"),
        ("Nobody knows [3]", "Nobody knows [3]"),
    ],
)
def test_a_marker_without_support_leaves_the_text_with_the_space_before_it(answer: str, sent: str) -> None:
    assert sifted(answer)[0] == sent


@pytest.mark.parametrize(
    "answer",
    [
        "Call `a[2]` or\n```\nlist[2]\n```\nnow.",
        "Index xs[2] and list_of[2] and any[0].",
        "See [2](https://example.org) and [^2] and [x] and [2024].",
        "[2]: https://example.org",
        "He says that others [12] agree.",
        "Half [2 a marker, [ 2",
    ],
)
def test_what_only_looks_like_a_marker_stays_and_counts_for_nothing(answer: str) -> None:
    sent, markers = sifted(answer)
    assert sent == answer
    assert not markers.counts


def test_markers_are_counted_and_know_what_they_stand_for_and_where() -> None:
    sent, markers = sifted("A is B [2]. C is D [1][3].\n\nE is F [9].")
    assert [(marker.number, marker.statement) for marker in markers.kept] == [(1, ". C is D"), (3, ". C is D")]
    assert [sent[marker.index : marker.index + 3] for marker in markers.kept] == ["[1]", "[3]"]
    assert markers.counts == {"supported": 1, "unsupported": 2, "unknown": 1}
    assert markers.dropped == 2


def test_text_that_is_for_a_program_is_left_as_it_is() -> None:
    answer = '{"limit": "850 [2]", "ids": [1]}'
    markers = Markers(TEXTS, check, drops=False)
    assert markers.feed(answer[:10]) + markers.feed(answer[10:], end=True) == answer
    assert [marker.number for marker in markers.kept] == [1]
    assert markers.dropped == 0


def test_text_is_held_back_only_while_it_may_be_a_marker() -> None:
    markers = Markers(TEXTS, check)
    sent = [markers.feed(part) for part in ("It is", " so", " ", "[", "1", ",2", "]", ". And [", "b", "] x", " [1]")]
    assert sent == ["It is", " so", "", "", "", "", "", " [1]. And", " [b", "] x", ""]
    assert markers.feed("", end=True) == " [1]"


ANSWERS = st.lists(
    st.sampled_from(
        ["[", "]", "【", "】", "1", "2", "3", "9", "12", ",", "、", " ", "\n", "`", "```", "(", ":", "a", "xs", "好",
         "It is so [1].", " [2]", "[2]", "[1, 2]", "others [12]"]
    ),
    max_size=25,
)  # fmt: skip


@given(ANSWERS, st.lists(st.integers(1, 4), max_size=60), st.booleans())
def test_however_an_answer_is_split_the_same_is_sent(parts: list[str], lengths: list[int], drops: bool) -> None:
    answer = "".join(parts)
    whole, expected = sifted(answer, drops=drops)
    streamed, sent, at = Markers(TEXTS, check, drops=drops), "", 0
    for length in lengths:
        sent += streamed.feed(answer[at : at + length])
        at += length
    sent += streamed.feed(answer[at:], end=True)
    assert sent == whole
    assert streamed.kept == expected.kept
    assert streamed.counts == expected.counts
    for marker in streamed.kept:
        assert sent[marker.index] in "[【"
