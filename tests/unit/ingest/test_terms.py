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
        ("5 kg", "５ｋｇ"),
        ("7.5 %", "7.5%"),
        ("1\u00a0000", "1,000"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("كِتَاب", "كتاب"),
    ],
)
def test_forms_of_a_word_meet(asked: str, written: str) -> None:
    assert terms(asked) == terms(written)


@pytest.mark.parametrize(
    "forms",
    [
        "Vertrag Verträge Verträgen",
        "Rechnung Rechnungen",
        "Mitarbeiter Mitarbeitern",
        "Präsident Präsidenten",
        "facture factures",
        "employé employés employée employées",
        "animal animaux",
        "local locaux",
        "bureau bureaux",
        "empleado empleados empleada empleadas",
        "condición condiciones",
        "contratto contratti",
        "fattura fatture",
        "dipendente dipendenti",
        "condição condições",
        "animal animais",
        "contract contracten",
        "werknemer werknemers",
    ],
)
def test_forms_of_a_word_meet_in_any_latin_language(forms: str) -> None:
    first, *others = map(terms, forms.split())
    assert len(first) == 1
    assert others == [first] * len(others)


@pytest.mark.parametrize("pair", ["policy police", "China chin", "listen line", "data date", "employee employer"])
def test_english_words_that_differ_stay_apart(pair: str) -> None:
    one, other = map(terms, pair.split())
    assert one != other


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-05",
        "2024/3/5",
        "2024年3月5日",
        "5 March 2024",
        "the 5th of March, 2024",
        "March 5, 2024",
        "Mar. 5 2024",
        "5. März 2024",
        "05.03.2024",
        "1er mars 2023, 5 mars 2024",
        "5 de marzo de 2024",
        "签于2024-03-05。",
    ],
)
def test_all_notations_of_a_date_share_a_term(written: str) -> None:
    assert "20240305" in terms(written)


def test_days_that_are_none_or_unclear_are_no_dates() -> None:
    for written in ("2024-13-45", "31 June 2024", "3/5/2024", "version 1.2.3"):
        assert not any(len(term) == 8 and term.isdigit() for term in terms(written))


@pytest.mark.parametrize("written", ["€ 5", "5 €", "5 EUR", "EUR 5", "5 euros", "共5欧元", "5歐元"])
def test_amounts_of_money_share_a_term(written: str) -> None:
    assert {"5eur", "5"} <= set(terms(written))


def test_decimals_are_found_with_and_without_their_unit() -> None:
    assert "2.5" in terms("2.5 kg")
    assert "1500.50" in terms("$1,500.50")
    assert "1000" in terms("1.000")


def test_a_question_in_chinese_meets_names_and_codes_in_english() -> None:
    asked = set(terms("请问ＸＫ-200/4型号的LaserJet打印机怎么保养?"))
    assert {"xk-200/4", "xk", "200", "laserjet"} <= asked & set(terms("Service the Laserjet xk-200/4 yearly."))


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("東京タワーの高さは?", "高さ333mの東京タワー"),
        ("서울의 인구는?", "서울특별시 인구"),
        ("臺北的颱風", "颱風侵襲臺北"),
        ("Where is 王小明?", "The engineer 王小明 works in Zurich."),
    ],
)
def test_a_question_meets_its_passage_in_each_script(asked: str, written: str) -> None:
    assert any(len(term) == 2 for term in set(terms(asked)) & set(terms(written)))


@pytest.mark.parametrize(
    "part", ["2024 ", "1,", "1 ", "€", "5 kg", "a\u0301", "\u0301", "12.", "march 5", "אב ", "2024年3月", "e-", "1'"]
)
def test_terms_of_hostile_text_grow_no_faster_than_it(part: str) -> None:
    few, many = (sum(map(len, terms(part * count))) for count in (5_000, 20_000))
    assert many <= 4.2 * few + 1_000


def test_stop_words_say_nothing() -> None:
    assert terms("What is the … of it?") == []
    assert terms("为什么？") == []
    assert terms("Wann und warum? Quand? ¿Cuándo? Quando? Wanneer?") == []


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


@given(st.lists(st.sampled_from(["Verträge", "the", "5 kg", "年假", "XK-2", "€", "2024-03-05"]), max_size=8))
def test_capitals_and_full_width_change_nothing(words: list[str]) -> None:
    text = "; ".join(words)
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
    assert terms(text) == terms(text.upper()) == terms(wide)


@given(st.text(st.characters(codec="utf-8", categories=["Ll", "Nd"]), max_size=30))
def test_words_are_stemmed_without_fail(word: str) -> None:
    assert len(stem(word)) <= len(word) + 1
