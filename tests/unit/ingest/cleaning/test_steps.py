from collections.abc import Iterable, Sequence

import pytest

from ingest.cleaning import ALL_STEPS, STEPS, Cleaning
from ingest.model import Box, Element, Kind
from server.settings import Settings

LONG = "The mains must be disconnected before the cover is opened, and the key must be kept by the one who works."


def run(elements: Iterable[Element], *names: str) -> tuple[list[Element], Cleaning]:
    cleaning = Cleaning(names or ALL_STEPS)
    return list(cleaning.elements(elements)), cleaning


def left(elements: Iterable[Element], *names: str) -> list[str]:
    return [element.text for element in run(elements, *names)[0]]


def test_only_the_steps_named_run() -> None:
    dirty = [Element(Kind.HEADER, "ＡＣＭＥ"), Element(Kind.TEXT, "ａ")]
    assert left(dirty, "characters") == ["ACME", "a"]
    assert left(dirty, "boilerplate") == ["ａ"]
    assert list(Cleaning(()).elements(dirty)) == dirty


def test_an_unknown_step_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"polish.*characters"):
        Cleaning(["polish"])


def test_the_setting_lists_every_step_and_takes_none() -> None:
    assert Settings.read().clean_steps() == tuple(STEPS)
    assert Settings.read(clean="none").clean_steps() == ()
    assert Settings.read(clean=" characters , quality").clean_steps() == ("characters", "quality")


def test_each_step_tells_what_it_changed_and_left_out() -> None:
    text = [Element(Kind.FOOTER, "7"), Element(Kind.TEXT, "ａ"), Element(Kind.TEXT, LONG), Element(Kind.TEXT, LONG)]
    _, cleaning = run(text)
    told = {name: (tally.seen, tally.changed, tally.dropped) for name, tally in cleaning.tallies.items()}
    assert told["characters"] == (4, 1, 0)
    assert told["boilerplate"] == (4, 0, 1)
    assert told["duplicates"] == (3, 0, 1)
    assert cleaning.tallies["duplicates"].dropped_characters == len(LONG)


class TestDuplicates:
    def test_a_block_said_again_under_the_same_heading_goes(self) -> None:
        heading = Element(Kind.TITLE, "Safety")
        assert left([heading, Element(Kind.TEXT, LONG), heading, Element(Kind.TEXT, LONG)]) == [
            "Safety",
            LONG,
            "Safety",
        ]
        chinese = "员工出差住宿标准为每晚五百元，超出部分由员工自行承担，特殊情况须经部门主管书面批准后方可报销。"
        assert left([Element(Kind.TEXT, chinese)] * 3) == [chinese]

    def test_the_same_words_under_another_heading_are_another_fact(self) -> None:
        found = [
            Element(Kind.TITLE, "Press"),
            Element(Kind.TEXT, LONG),
            Element(Kind.TITLE, "Saw"),
            Element(Kind.TEXT, LONG),
        ]
        assert left(found) == ["Press", LONG, "Saw", LONG]

    @pytest.mark.parametrize("short", ["Signature:", "Yes / No", "Total: 0.00", "同意"])
    def test_short_blocks_may_repeat(self, short: str) -> None:
        assert left([Element(Kind.TEXT, short)] * 20) == [short] * 20

    def test_sheets_with_the_same_rows_both_stay(self) -> None:
        rows = tuple((f"item {number}", f"{number}.00") for number in range(12))
        text = "\n".join(map(" | ".join, rows))
        sheets = [Element(Kind.TABLE, text, rows=rows, sheet=name) for name in ("Q1", "Q2")]
        assert len(left(sheets)) == 2


class TestBoilerplate:
    @staticmethod
    def pages(number: int, top: str = "ACME Annual Report", foot: str = "Page {page} of 40") -> list[Element]:
        found = []
        for page in range(1, number + 1):
            found += [
                Element(Kind.TEXT, top.format(page=page), page=page, box=Box(0.1, 0.03, 0.9, 0.05)),
                Element(Kind.TEXT, f"Fact {page * page} of this page.", page=page, box=Box(0.1, 0.2, 0.9, 0.3)),
                Element(Kind.TEXT, f"Another {page * 7}.", page=page, box=Box(0.1, 0.5, 0.9, 0.6)),
                Element(Kind.TEXT, foot.format(page=page), page=page, box=Box(0.1, 0.95, 0.9, 0.97)),
            ]
        return found

    def test_lines_at_the_edge_of_page_after_page_go_but_the_first_few(self) -> None:
        found = left(self.pages(40))
        assert found.count("ACME Annual Report") == 4
        assert sum(text.startswith("Page ") for text in found) == 4
        assert sum(text.startswith(("Fact", "Another")) for text in found) == 80

    def test_a_line_that_differs_by_more_than_the_page_stays(self) -> None:
        pages = self.pages(30, foot="Net pay: {page}00.17 EUR")
        odd = [Element(Kind.TEXT, f"Net pay: {page * 37 % 100}.17 EUR", page=page) for page in range(1, 31)]
        assert sum(text.startswith("Net pay") for text in left(odd)) == 30
        assert sum(text.startswith("Net pay") for text in left(pages)) == 30

    def test_what_stands_in_the_middle_of_the_page_stays(self) -> None:
        form = [
            Element(Kind.TEXT, "Name of the employee", page=page, box=Box(0.1, 0.3, 0.4, 0.33)) for page in range(1, 20)
        ]
        assert len(left(form)) == 19

    def test_titles_that_count_with_the_pages_stay(self) -> None:
        slides = [Element(Kind.TITLE, f"Lesson {page}", page=page) for page in range(1, 20)]
        assert len(left(slides)) == 19

    def test_a_line_that_ends_every_section_goes(self) -> None:
        page = []
        for number in range(20):
            page += [
                Element(Kind.TITLE, f"Rule {number}"),
                Element(Kind.TEXT, f"Text {number}"),
                Element(Kind.TEXT, "Back to top"),
            ]
        assert left(page).count("Back to top") == 5
        assert left([*page[:-1], Element(Kind.TEXT, "Approved")]).count("Approved") == 1

    def test_a_line_that_ends_most_sections_tells_them_from_the_others(self) -> None:
        minutes = []
        for number in range(20):
            word = "Rejected" if number % 4 == 3 else "Approved"
            minutes += [
                Element(Kind.TITLE, f"Item {number}"),
                Element(Kind.TEXT, f"Text {number}"),
                Element(Kind.TEXT, word),
            ]
        assert left(minutes).count("Approved") == 15

    @pytest.mark.parametrize(
        "banner",
        [
            ["We use cookies to improve your experience. See our cookie policy.", "Accept all", "Manage preferences"],
            ["Diese Website verwendet Cookies.", "Alle akzeptieren", "Nur notwendige Cookies"],
            ["本网站使用 Cookie 以改善体验。", "全部接受", "设置"],
        ],
    )
    def test_a_cookie_banner_goes(self, banner: Sequence[str]) -> None:
        body = [Element(Kind.TITLE, "Travel policy"), Element(Kind.TEXT, "Trips need approval.")]
        around = [Element(Kind.TEXT, text) for text in banner]
        assert left([*around, *body]) == ["Travel policy", "Trips need approval."]
        assert left([*body, *around]) == ["Travel policy", "Trips need approval."]

    def test_a_text_about_cookies_stays(self) -> None:
        policy = ["We use cookies to count visits.", "You may accept or reject them.", "Cookies last a year."]
        assert left([Element(Kind.TEXT, text) for text in policy]) == policy
        button = ["Cookies are set when you press:", "the green button, or", "Accept all"]
        assert left([Element(Kind.TEXT, text) for text in button]) == button


class TestLanguage:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("The contract is renewed every year unless it is ended.", "en"),
            ("Der Vertrag wird jährlich erneuert, wenn er nicht gekündigt wird.", "de"),
            ("Le contrat est renouvelé chaque année par les deux parties.", "fr"),
            ("合同每年自动续签，除非一方提出终止 (ACME GmbH).", "zh"),
            ("これは毎年更新される契約書です。", "ja"),
            ("계약은 매년 갱신됩니다.", "ko"),
            ("Договор продлевается каждый год без уведомления сторон.", "ru"),
            ("1,234.50 | 17 %", None),
            ("㈱ ①", None),
        ],
    )
    def test_each_block_has_its_language(self, text: str, language: str | None) -> None:
        (found,) = run([Element(Kind.TEXT, text)], "language")[0]
        assert found.language == language

    def test_a_short_block_is_in_the_language_around_it(self) -> None:
        text = ["Die Reisekosten werden nach der Rückkehr erstattet und bezahlt.", "Hotel", "住宿", "Bahn"]
        found, _ = run([Element(Kind.TEXT, part) for part in text], "language")
        assert [element.language for element in found] == ["de", "de", "zh", "de"]

    def test_blocks_of_two_languages_in_turn_are_told_apart(self) -> None:
        text = ["The rules of this house are to be read by all who come for a visit.",
                "Die Regeln dieses Hauses sind von allen zu lesen, die auf Besuch kommen."] * 4  # fmt: skip
        found, _ = run([Element(Kind.TEXT, part) for part in text], "language")
        assert [element.language for element in found] == ["en", "de"] * 4
