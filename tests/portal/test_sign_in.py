"""The portal's sign-in page in Debian's Chromium: by a link, a password, and an issuer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.issuer import RunningIssuer
from tests.portal.browsing import CHROMIUM, QUIET
from tests.serving import Serving


@pytest.fixture(scope="module")
def lectern_of_issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("page")
    issuer = RunningIssuer(folder)
    serving = Serving(
        folder / "data",
        oidc_issuer=issuer.url,
        oidc_client_id=issuer.client_id,
        oidc_client_secret=issuer.client_secret,
    )
    issuer.back = serving.url
    issuer.write(ada={"preferred_username": "Ada"})
    issuer.start()
    yield serving.wait()
    assert serving.stop() == 0
    issuer.stop()


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page(locale="en-GB")
        browser.close()


def test_a_person_comes_in_by_link_by_password_and_by_issuer(lectern_of_issuer: Serving, page: Page) -> None:
    with lectern_of_issuer.http() as http:
        user = http.post("/v1/users", json={"name": "Grace"}).json()
        link = http.post(f"/v1/users/{user['id']}/password_link").json()["url"]
    page.goto(link)
    page.get_by_label("New password").fill("grace and more")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#choose-error")).to_contain_text("contains your name")
    page.get_by_label("New password").fill("a compiler of words")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Ask your documents …")).to_be_visible()
    assert "#" not in page.url

    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Name", exact=True).fill("grace")
    page.get_by_label("Password", exact=True).fill("a wrong one at first")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#sign-in-error")).to_contain_text("do not belong together")
    page.get_by_label("Password", exact=True).fill("a compiler of words")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Ask your documents …")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in with 127.0.0.1").click()
    page.locator("input[name=login]").fill("ada")
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.locator("button[type=submit]").click()
    expect(page.get_by_label("Ask your documents …")).to_be_visible()


def test_what_went_wrong_is_said_in_the_readers_language(
    lectern_of_issuer: Serving, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{lectern_of_issuer.url}/#failed=not_admitted")
    expect(page.locator("#sign-in-error")).to_contain_text("you may not use Lectern")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    page.goto(f"{lectern_of_issuer.url}/?again#failed=<b>anything</b>")
    expect(page.locator("#sign-in-error")).to_have_text("登录未成功，请重试。")
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.screenshot(path=tmp_path / "sign-in.png")
