import pytest

from server.documents.files import display_name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\年假.docx", "年假.docx"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_a_name_is_only_ever_a_name(given: str, shown: str) -> None:
    assert display_name(given) == shown


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u061c", "\u200f", "\x9b", "\u2028", "\ufeff"])
def test_no_mark_turns_a_name_round_or_hides_in_it(mark: str) -> None:
    assert display_name(f"in{mark}voice.pdf") == "invoice.pdf"
