"""The first run: from the link that a start prints to the first question."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from server.samples import documents
from tests.portal.browsing import PHONE, link, visiting
from tests.serving import Serving


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A Lectern that nobody has opened yet."""
    serving = Serving(tmp_path_factory.mktemp("fresh") / "data", samples="false").wait()
    yield serving
    assert serving.stop() == 0


def tab_to(page: Page, name: str) -> None:
    """Moves on by the keyboard until what is called so has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if (
            page.evaluate("document.activeElement.textContent + (document.activeElement.ariaLabel ?? '')").strip()
            == name
        ):
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_the_first_run_leads_from_the_link_to_the_first_question_by_keyboard(
    browser: Browser, fresh: Serving, shots: Path
) -> None:
    with visiting(browser, fresh, shots, viewport=PHONE) as visit:
        page = visit.page
        page.goto(link(fresh))
        expect(page).to_have_url(f"{fresh.url}/welcome")
        page.get_by_label("Your name").focus()
        page.keyboard.type("Root <b>")
        page.keyboard.press("Tab")
        visit.expected.append("400")
        page.keyboard.type("password of root <b>")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("contains your name")
        page.reload()  # it goes on with the account that was made
        visit.examine_in_both_languages(
            "welcome", page.get_by_label("Your name").or_(page.get_by_label("您的用户名")).wait_for
        )
        page.get_by_label("Your name").focus()
        page.keyboard.type("Root <b>")
        page.keyboard.press("Tab")
        page.keyboard.type("correct horse battery")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Add a document")).to_be_visible()
        who = page.request.get(f"{fresh.url}/portal/session").json()
        assert (who["name"], who["role"], who["first_run"]) == ("Root <b>", "admin", False)
        sessions = page.request.get(f"{fresh.url}/portal/sessions").json()["data"]
        assert [one["via"] for one in sessions] == ["password"]

        page.reload()
        expect(page.get_by_role("heading", name="Add a document")).to_be_visible()
        with page.expect_file_chooser() as opened:
            tab_to(page, "Choose files")
            page.keyboard.press("Enter")
        handbook = next(path for path in documents() if path.suffix == ".docx")
        opened.value.set_files([handbook])
        expect(page.get_by_text("Ready")).to_be_visible(timeout=60_000)
        visit.examine("welcome-file")
        tab_to(page, "Go on")
        page.keyboard.press("Enter")
        page.get_by_label("Your question").fill("What is written here?")
        visit.examine("welcome-question")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        tab_to(page, "Ask it")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ask?**")
        assert "q=What+is+written+here" in page.url
        assert "store=vs_" in page.url
        visit.open("/")
        expect(page.get_by_role("heading", name="Welcome to Lectern")).to_have_count(0)
