from pathlib import Path

import pytest

from server.bench.portal.browser import NoBrowser, chromium
from server.bench.portal.rows import name_of


def test_without_a_browser_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBrowser, match=r"apt-get install chromium, or name one with --chromium"), chromium(None):
        pass


def test_ten_documents_share_all_of_their_name_but_the_last_digit() -> None:
    names = [name_of(number) for number in range(40, 50)]
    assert len(set(names)) == 10
    assert {name[:-4] for name in names} == {names[0].removesuffix("0.md")}
