"""The portal's sign-in page: by a link, a password, a key, and an issuer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.issuer import RunningIssuer
from tests.portal.browsing import PHONE, Visit, visiting
from tests.serving import Serving


@pytest.fixture(scope="module")
def lectern_of_issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("page")
    issuer = RunningIssuer(folder)
    serving = Serving(
        folder / "data",
        samples="false",
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
def stranger(browser: Browser, lectern_of_issuer: Serving, shots: Path) -> Iterator[Visit]:
    """A visit of somebody who is not signed in."""
    with visiting(browser, lectern_of_issuer, shots) as one:
        yield one


def sign_out(stranger: Visit) -> None:
    page = stranger.open("/account")
    page.get_by_role("heading", name="Your account").wait_for()
    page.get_by_role("button", name="Menu of").click()
    page.get_by_role("menuitem", name="Sign out").click()


def test_a_person_comes_in_by_link_by_password_by_key_and_by_issuer(
    lectern_of_issuer: Serving, stranger: Visit
) -> None:
    page, inside = stranger.page, stranger.page.get_by_role("button", name="Menu of")
    stranger.expected += ["400", "401", "asked another server", "favicon.ico"]  # wrong ones; the issuer
    with lectern_of_issuer.http() as http:
        user = http.post("/v1/users", json={"name": "Grace"}).json()
        link = http.post(f"/v1/users/{user['id']}/password_link").json()["url"]
    page.goto(link)
    page.get_by_label("New password").fill("grace and more")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("contains your name")
    page.get_by_label("New password").fill("a compiler of words")
    page.get_by_role("button", name="Save").click()
    expect(inside).to_be_visible()
    assert "#" not in page.url

    sign_out(stranger)
    page.get_by_label("Name", exact=True).fill("grace")
    page.get_by_label("Password", exact=True).fill("a wrong one at first")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    page.get_by_label("Password", exact=True).fill("a compiler of words")
    page.keyboard.press("Enter")
    expect(inside).to_be_visible()

    sign_out(stranger)
    page.get_by_text("Use an API key").click()
    page.get_by_label("API key").fill(lectern_of_issuer.key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Menu of administrator")).to_be_visible()

    sign_out(stranger)
    page.get_by_role("link", name="Sign in with 127.0.0.1").click()
    page.locator("input[name=login]").fill("ada")
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("button", name="Menu of Ada")).to_be_visible()


def test_what_went_wrong_is_said_in_the_readers_language(stranger: Visit) -> None:
    page = stranger.open("/#failed=not_admitted")
    expect(page.get_by_role("alert")).to_contain_text("you may not use Lectern")
    stranger.examine("sign-in-failed")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    stranger.open("/?again#failed=<b>anything</b>")
    expect(page.get_by_role("alert")).to_have_text("登录未成功，请重试。")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    stranger.examine("sign-in-phone-zh")
