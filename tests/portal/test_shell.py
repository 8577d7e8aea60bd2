"""The frame around every page: its files, its policy, its languages and themes."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.portal.browsing import PHONE, Visit, visiting
from tests.serving import Serving


def test_every_address_of_the_portal_shows_the_portal_and_others_do_not(lectern: Serving) -> None:
    with httpx.Client(base_url=lectern.url) as browser:
        for path in ("/", "/ask/one", "/documents/one/two", "/find?q=x", "/admin/users", "/account"):
            answer = browser.get(path)
            assert answer.status_code == 200, path
            assert '<div id="portal">' in answer.text
        assert browser.get("/nowhere").status_code == 404


def test_files_are_kept_by_browsers_under_the_address_of_their_version(lectern: Serving) -> None:
    with httpx.Client(base_url=lectern.url) as browser:
        page = browser.get("/")
        assert page.headers["cache-control"] == "no-cache"
        assert browser.get("/", headers={"If-None-Match": page.headers["etag"]}).status_code == 304
        main = re.search(r'src="([^"]+main\.js)"', page.text)
        assert main
        current = browser.get(main[1])
        assert "immutable" in current.headers["cache-control"]
        assert current.headers["content-type"] == "text/javascript; charset=utf-8"
        older = browser.get(re.sub(r"static/\w+/", "static/0123/", main[1]))
        assert (older.content, older.headers["cache-control"]) == (current.content, "no-cache")
        plain = browser.get(main[1], headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == current.content


@pytest.mark.parametrize("path", ["..%2froutes.py", "nothing.js", "/etc/passwd", "package.json"])
def test_nothing_but_the_portals_own_files_is_sent(lectern: Serving, path: str) -> None:
    with httpx.Client(base_url=lectern.url) as browser:
        assert browser.get(f"/portal/static/0123/{path}").status_code == 404


def test_no_script_and_no_style_but_the_portals_own_may_run(lectern: Serving) -> None:
    policy = httpx.get(lectern.url).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


def test_a_policy_that_is_violated_is_noticed(browser: Browser, lectern: Serving, visit: Visit) -> None:
    """A control: what the other tests rely on."""
    page = visit.open("/")
    page.evaluate("document.body.setAttribute('onclick', 'alert(1)')")
    page.wait_for_function("() => window.refused.length > 0")
    assert any("script-src" in one for one in visit.unexpected())
    page.evaluate("window.refused = []")
    visit.complaints.clear()


def test_the_frame_has_no_barriers_in_both_themes_and_languages(visit: Visit) -> None:
    page = visit.open("/documents")
    ready = page.get_by_role("main").wait_for
    visit.examine_in_both_languages("frame", ready)


def test_language_and_theme_are_those_of_the_browser_until_others_are_chosen(
    browser: Browser, visit: Visit, lectern: Serving
) -> None:
    page = visit.open("/documents")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Menu of").click()
    page.get_by_role("menuitem", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("button", name="的菜单").click()
    page.get_by_role("menuitem", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    with visiting(browser, lectern, visit.shots, locale="zh-CN", color_scheme="dark") as chinese:
        chinese.open("/")
        expect(chinese.page.get_by_role("button", name="登录")).to_be_visible()
        expect(chinese.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_menu_is_worked_by_the_keyboard_alone(visit: Visit) -> None:
    page = visit.open("/documents")
    page.get_by_role("button", name="Menu of").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Menu of")).to_be_focused()
    expect(page.get_by_role("menu")).to_be_hidden()


def test_it_fits_a_phone(visit: Visit) -> None:
    visit.page.set_viewport_size(PHONE)
    page = visit.open("/documents")
    page.get_by_role("main").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_who_is_signed_in_is_told_of_the_pages_styles_before_its_modules_run(visit: Visit) -> None:
    served = visit.page.request.get(visit.url + "/documents").text()
    assert re.search(r'<link rel="stylesheet" href="[^"]+/style/documents\.css">', served)
    page = visit.open("/documents")
    page.get_by_role("heading", name="Documents", exact=True).wait_for()
    hrefs = page.evaluate("() => [...document.styleSheets].map(sheet => sheet.href)")
    assert len(hrefs) == len(set(hrefs))
