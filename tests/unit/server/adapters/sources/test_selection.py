import time

import pytest

from server.adapters.sources.selection import Selection


@pytest.mark.parametrize(
    ("include", "exclude", "taken", "left"),
    [
        ((), (), "a.md sub/b.PDF", ".a.md .git/a.md sub/.x/a.md ~$a.docx sub/~$b.docx"),
        (("*.pdf",), (), "a.pdf A.PDF sub/deep/b.pdf", "a.md a.pdf.txt pdf"),
        (("*.pdf", "*.docx"), ("old",), "a.pdf b.docx older/c.pdf", "old/a.pdf sub/old/a.pdf sub/OLD/x/a.docx"),
        (("handbook/**",), (), "handbook/a.md handbook/x/y.md", "a.md sub/handbook/a.md"),
        ((), ("archive/**", "*.tmp"), "a.md sub/archive/a.md", "archive/a.md archive/x/a.md sub/b.tmp"),
        (("**/*.md",), (), "a.md x/y/b.md", "a.txt"),
        (("report ?.md", "[ab].txt"), (), "report 1.md a.txt", "report 12.md c.txt"),
        (("/a.md/",), (), "a.md", "b.md"),
        (("鹤*.md",), (), "鹤望.md sub/鹤.md", "a鹤.md"),
    ],
)
def test_globs_choose_files(include: tuple[str, ...], exclude: tuple[str, ...], taken: str, left: str) -> None:
    selection = Selection(include, exclude)
    names = taken.split() if "report" not in taken else ["report 1.md", "a.txt"]
    others = left.split() if "report" not in left else ["report 12.md", "c.txt"]
    assert [name for name in names if not selection.takes(name)] == []
    assert [name for name in others if selection.takes(name)] == []


def test_folders_in_which_nothing_is_wanted_are_not_entered() -> None:
    selection = Selection(("*.md",), ("old", "archive/**"))
    assert [one for one in ("sub", "sub/old", "archive", "archive/x", ".git", "older") if selection.enters(one)] == [
        "sub",
        "older",
    ]


@pytest.mark.parametrize("globs", [("",), ("x" * 201,), ("*.md",) * 51])
def test_globs_that_cannot_be_used_are_refused(globs: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="glob"):
        Selection(globs, ())


def test_no_glob_takes_for_ever() -> None:
    selection = Selection(("*a" * 50 + "b", "**/a/" * 30 + "x"), ("*a" * 50 + "b", "**/a/" * 30 + "x"))
    started = time.perf_counter()
    assert not selection.takes("a" * 4000)
    assert not selection.takes("a/" * 100 + "a")
    assert time.perf_counter() - started < 10
