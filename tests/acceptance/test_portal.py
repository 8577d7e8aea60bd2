"""The portal in Debian's Chromium: sign in, upload, ask, see the source."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

from tests.serving import Serving

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


@pytest.fixture
def page(lectern: Serving) -> Iterator[Page]:
    """A signed-in portal; whatever its console complains about fails the test."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(locale="en-GB")
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(link(lectern))
        yield page
        browser.close()
    assert complaints == []


def link(lectern: Serving) -> str:
    environment = {"LECTERN_DATA": str(lectern.data), "LECTERN_PORT": str(lectern.port), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "server", "keys", "link"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_from_an_empty_store_to_a_cited_answer(page: Page, note: Path, tmp_path: Path) -> None:
    page.get_by_placeholder("New knowledge base").fill("From the portal")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#store option:checked")).to_have_text("From the portal")
    page.locator("#files").set_input_files(note)
    expect(page.locator("#list li")).to_contain_text("note.md")
    expect(page.locator("#list li")).to_contain_text("ready", timeout=30_000)
    page.get_by_label("Ask your documents …").fill("When does the cantina open?")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".answer")).to_contain_text("11:45")
    expect(page.locator(".sources li")).to_contain_text("note.md")
    page.screenshot(path=tmp_path / "portal.png", full_page=True)


def test_a_file_that_cannot_be_read_says_why(page: Page, tmp_path: Path) -> None:
    page.get_by_placeholder("New knowledge base").fill("Bad files")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#store option:checked")).to_have_text("Bad files")
    bad = tmp_path / "broken.pdf"
    bad.write_bytes(b"%PDF-1.7 and nothing more")
    page.locator("#files").set_input_files(bad)
    expect(page.locator("#list .error")).to_contain_text("broken.pdf", timeout=30_000)


def test_the_portal_speaks_chinese_and_signs_out(page: Page) -> None:
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="文件")).to_be_visible()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    expect(page.locator("#documents")).to_be_hidden()


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_a_stranger_says_of_its_address_does_not_count(lectern: Serving) -> None:
    said = {"X-Lectern-Portal": "1", "X-Forwarded-For": "203.0.113.77", "X-Forwarded-Proto": "https"}
    with httpx.Client(base_url=lectern.url, headers=said) as browser:
        answer = browser.post("/portal/sign_in", json={"key": lectern.key})
        assert "secure" not in answer.headers["set-cookie"].lower()
        current = next(one for one in browser.get("/portal/sessions").json()["data"] if one["current"])
        assert (current["address"], current["via"]) == ("127.0.0.1", "key")
