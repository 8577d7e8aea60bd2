"""Users, groups, keys and limits in the administration."""

import re

import httpx
from playwright.sync_api import Browser, Locator, Page, expect

from tests.portal.browsing import PHONE, Visit, sign_in, visiting
from tests.serving import Serving

HOSTILE = '<img src=x onerror="alert(1)"> \u202e{name}'


def user(api: httpx.Client, name: str, **more: object) -> str:
    """The id of a new user."""
    answer = api.post("/v1/users", json={"name": name, **more})
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


def seek(page: Page, label: str, text: str, rows: int) -> Locator:
    """The rows of a list that a search leaves, once they came."""
    with page.expect_response(lambda answer: "q=" in answer.url):
        page.get_by_label(label).last.fill(text)
    found = page.locator("table.listing tbody tr")
    expect(found).to_have_count(rows)
    return found


def choose(page: Page, label: str, text: str) -> None:
    """Picks the first suggestion by the keyboard alone."""
    page.get_by_role("combobox", name=label).focus()
    page.keyboard.type(text)
    expect(page.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("Enter")


def act(page: Page, name: str, item: str) -> None:
    """Chooses from the menu of something that is called so."""
    page.get_by_role("button", name=f"What can be done with {name}").click()
    page.get_by_role("menuitem", name=item).click()


def test_a_person_is_added_comes_in_by_a_link_shown_once_is_disabled_and_deleted(
    visit: Visit, browser: Browser, lectern: Serving, api: httpx.Client
) -> None:
    page = visit.open("/admin/users")
    page.get_by_role("button", name="Add a user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(HOSTILE)
    dialog.get_by_label("Role").select_option("editor")
    dialog.get_by_label("E-mail").fill("img@example.org")
    dialog.get_by_role("button", name="Add").click()
    url = dialog.get_by_role("group", name="Link to choose a password").inner_text()
    dialog.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == url
    dialog.get_by_role("button", name="Done").click()
    assert url not in page.content()

    with visiting(browser, lectern, visit.shots) as theirs:
        theirs.page.goto(url)
        theirs.page.get_by_label("New password").fill("horse battery staple")
        theirs.page.get_by_role("button", name="Save").click()
        expect(theirs.page.get_by_role("button", name="Menu of")).to_be_visible()

    rows = seek(page, "Name or e-mail address", "IMG@EXAMPLE", 1)
    rows.get_by_role("link").click()
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    page.get_by_label("Role").select_option("auditor")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    visit.examine_in_both_languages("user", page.get_by_role("heading", name=HOSTILE).wait_for)
    act(page, HOSTILE, "Disable")
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(page.get_by_text("Disabled since")).to_be_visible()
    made = api.get("/v1/users", params={"q": "img@"}).json()["data"][0]
    assert (made["role"], made["disabled_at"] is not None) == ("auditor", True)
    act(page, HOSTILE, "Enable")
    expect(page.get_by_text("Disabled since")).to_be_hidden()
    act(page, HOSTILE, "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("/admin/users$"))
    assert api.get("/v1/users", params={"q": "img@"}).json()["data"] == []


def test_long_lists_come_page_by_page_and_fit_a_phone(visit: Visit, api: httpx.Client) -> None:
    for number in range(55):
        user(api, f"Crowd {number:02}")
    page = visit.open("/admin/users")
    seek(page, "Name or e-mail address", "crowd", 50)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("table.listing tbody tr")).to_have_count(5)
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_role("link", name="Crowd 54")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    seek(page, "Name or e-mail address", "crowd 0", 10)
    visit.examine("users-phone")


def test_who_is_no_administrator_finds_the_administration_closed(
    browser: Browser, lectern: Serving, visit: Visit, api: httpx.Client
) -> None:
    key = api.post("/v1/api_keys", json={"name": "curious", "role": "reader"}).json()["key"]
    with visiting(browser, lectern, visit.shots) as theirs:
        page = sign_in(theirs, key)
        theirs.open("/admin/users")
        expect(page.get_by_text("This is for administrators")).to_be_visible()
        expect(page.get_by_role("link", name="Administration")).to_have_count(0)
        assert page.request.get(f"{lectern.url}/v1/users").json()["data"] == []
        assert page.request.get(f"{lectern.url}/v1/principals?q=a").status == 403
        assert page.request.get(f"{lectern.url}/v1/limits").status == 403


def test_a_key_is_made_narrow_shown_once_renewed_and_revoked(visit: Visit, lectern: Serving, api: httpx.Client) -> None:
    user(api, "Owner of keys", role="editor")
    page = visit.open("/admin/keys")
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("a <b>bold</b> key")
    choose(page, "Belongs to", "owner of k")
    dialog.get_by_label("Works for").select_option("30")
    dialog.get_by_text("Limit what it may do").click()
    dialog.get_by_label("Searching").check()
    visit.examine("new-key")
    dialog.get_by_role("button", name="Make it").click()
    secret = dialog.get_by_role("group", name="API key").inner_text()
    dialog.get_by_role("button", name="I have it").click()
    assert secret not in page.content()
    row = seek(page, "Name of a key", "BOLD", 1)
    expect(row).to_contain_text("Owner of keys")
    expect(row).to_contain_text("Only for: search")
    with lectern.http(secret) as theirs:
        assert theirs.get("/v1/search?q=x").status_code == 200
        assert theirs.get("/v1/files").status_code == 403

        act(page, "a <b>bold</b> key", "Renew the secret")
        page.get_by_role("dialog").get_by_label("The present secret").select_option("3600")
        page.get_by_role("dialog").get_by_role("button", name="Renew").click()
        renewed = page.get_by_role("dialog").get_by_role("group", name="API key").inner_text()
        page.get_by_role("dialog").get_by_role("button", name="I have it").click()
        assert renewed not in {secret, ""}
        assert theirs.get("/v1/search?q=x").status_code == 200
        visit.examine_in_both_languages("keys", row.first.wait_for)
        row = seek(page, "Name of a key", "BOLD", 1)
        act(page, "a <b>bold</b> key", "Revoke")
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(row).to_have_count(0)
        assert theirs.get("/v1/search?q=x").status_code == 401
    page.get_by_label("Also those that have ended").check()
    expect(seek(page, "Name of a key", "BOLD", 1)).to_contain_text("Revoked")


def test_a_group_gets_members_by_typing_and_loses_them(visit: Visit, api: httpx.Client) -> None:
    added = user(api, "Zoë Grüber")
    page = visit.open("/admin/groups")
    page.get_by_role("button", name="Add a group").click()
    page.get_by_role("dialog").get_by_label("Name").fill("财务 & co")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="财务 & co")).to_be_visible()
    choose(page, "Add a member", "ZOË")
    row = page.locator("table.listing tbody tr")
    expect(row).to_have_count(1)
    visit.examine("group")
    group = api.get("/v1/groups", params={"q": "财务"}).json()["data"][0]
    assert api.get(f"/v1/groups/{group['id']}/members").json()["data"] == [added]
    page.get_by_role("button", name="Take Zoë Grüber out").click()
    expect(row).to_have_count(0)
    assert api.get(f"/v1/groups/{group['id']}/members").json()["data"] == []


def test_limits_are_set_shown_and_taken_back(visit: Visit, api: httpx.Client) -> None:
    limited = f"user:{user(api, 'Limited one')}"
    page = visit.open("/admin/limits")
    page.get_by_role("button", name="Limit somebody").click()
    choose(page, "A user, an API key", "limited o")
    page.get_by_label("Tokens a month").fill("5000")
    page.get_by_label("Largest upload").fill("2.5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("0 of 5,000 (0%)")).to_be_visible()
    told = api.get(f"/v1/limits/{limited}").json()
    assert (told["set"]["tokens_per_month"], told["set"]["upload_bytes"]) == (5000, 2_500_000)
    assert told["set"]["streams"] is None
    visit.examine("limits")
    page.get_by_role("link", name="All limits").click()
    expect(page.get_by_role("row", name="Limited one")).to_contain_text("2.5 MB")
    page.get_by_role("link", name="Limited one").click()
    page.get_by_role("button", name="As for everybody").click()
    expect(page.get_by_text("0, not limited")).to_be_visible()
    assert api.get(f"/v1/limits/{limited}").json()["set"]["tokens_per_month"] is None
    used = api.get("/v1/limits?used=true").json()["data"]
    tokens = [one["used"]["tokens_this_month"] for one in used]
    assert tokens == sorted(tokens, reverse=True)
