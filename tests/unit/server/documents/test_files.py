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
