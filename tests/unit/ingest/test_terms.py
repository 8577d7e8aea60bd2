"""Terms are the same for documents and questions, in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.stems import stem
from ingest.terms import terms


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("approvals", "approved"),
        ("travelling", "travels"),
        ("policies", "policy"),
        ("naïve", "naive"),
        ("ＡＢＣ１２", "abc12"),
        ("Zürich", "zurich"),
        ("年假", "年假"),
        ("1,234.50", "1234.50"),
        ("北线", "北\n线"),
    ],
)
def test_forms_of_a_word_meet(asked: str, written: str) -> None:
    assert terms(asked) == terms(written)


def test_stop_words_say_nothing() -> None:
    assert terms("What is the … of it?") == []
    assert terms("为什么？") == []


@pytest.mark.parametrize("code", ["ab-1234/5", "2024-05-01", "25mg", "10%", "37°c", "v2.1", "192.168.0.1", "12:30"])
def test_codes_dates_and_units_stay_whole_and_have_parts(code: str) -> None:
    found = terms(f"See {code.upper()}.")
    assert code in found
    assert set(terms(code)) > {code}


def test_a_part_of_a_code_finds_the_code() -> None:
    assert {"qm", "7"} <= set(terms("the QM-7 guide"))


def test_chinese_becomes_characters_and_pairs() -> None:
    assert terms("防守丢") == ["防", "守", "丢", "防守", "守丢"]


def test_particles_and_question_words_part_chinese() -> None:
    found = terms("黑豹队的防守丢了多少分？")
    assert {"黑豹", "豹队", "防守", "守丢", "分"} <= set(found)
    assert not {"队的", "的防", "多少", "丢了"} & set(found)


def test_numbers_in_chinese_are_numbers() -> None:
    assert {"2016", "年", "2", "月", "7"} <= set(terms("2016年2月7日"))


def test_gaps_of_recognised_text_do_not_part_chinese() -> None:
    assert "检测" in terms("检 测 人 员")


def test_scripts_side_by_side_are_told_apart() -> None:
    assert {"vllm", "端口", "8000"} <= set(terms("vLLM的端口是8000"))


def test_other_scripts_are_kept() -> None:
    assert terms("Москва") == ["москва"]
    assert "서울" in terms("서울에서")
    assert terms("ก่อน")


def test_an_endless_word_does_not_grow_the_terms() -> None:
    assert sum(map(len, terms("a1-" * 100_000))) < 400_000
    assert terms("x" * 1_000_000) == ["x" * 1_000_000]


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("agreed", "agre"),
        ("hopping", "hop"),
        ("falling", "fall"),
        ("filing", "file"),
        ("happy", "happi"),
        ("sky", "sky"),
        ("relational", "relat"),
        ("digitizer", "digit"),
        ("triplicate", "triplic"),
        ("hopeful", "hope"),
        ("adjustable", "adjust"),
        ("adoption", "adopt"),
        ("controll", "control"),
        ("rate", "rate"),
        ("is", "is"),
        ("ing", "ing"),
        ("москвы", "москвы"),
    ],
)
def test_words_are_reduced_to_stems(word: str, root: str) -> None:
    assert stem(word) == root


@given(st.text(max_size=200))
def test_any_text_has_terms_without_blanks_or_capitals(text: str) -> None:
    for term in terms(text):
        assert term
        assert term == term.strip()
        assert not any(character.isascii() and character.isupper() for character in term)


@given(st.text(st.characters(codec="utf-8", categories=["Ll", "Nd"]), max_size=30))
def test_words_are_stemmed_without_fail(word: str) -> None:
    assert len(stem(word)) <= len(word) + 1
