"""One's own account: password, sessions, keys, limits, looks."""

import httpx
from playwright.sync_api import Browser, expect

from tests.portal.browsing import PHONE, Visit, visiting
from tests.serving import Serving

PORTAL = {"X-Lectern-Portal": "1"}
FIRST, SECOND = "a compiler of words", "nanoseconds of copper"


def test_a_person_sees_to_everything_of_the_own(
    browser: Browser, lectern: Serving, visit: Visit, api: httpx.Client
) -> None:
    user = api.post("/v1/users", json={"name": "Grace Account"}).json()["id"]
    group = api.post("/v1/groups", json={"name": "Compilers"}).json()["id"]
    api.post(f"/v1/groups/{group}/members", json={"user_id": user}).raise_for_status()
    api.put(f"/v1/limits/user:{user}", json={"tokens_per_month": 1000}).raise_for_status()
    token = api.post(f"/v1/users/{user}/password_link").json()["url"].partition("#password=")[2]
    with httpx.Client(base_url=lectern.url, headers=PORTAL) as elsewhere:
        elsewhere.post("/portal/password", json={"token": token, "new": FIRST}).raise_for_status()
        with visiting(browser, lectern, visit.shots) as theirs:
            page = theirs.open("/account")
            page.get_by_label("Name", exact=True).fill("grace account")
            page.get_by_label("Password", exact=True).fill(FIRST)
            page.get_by_role("button", name="Sign in").first.click()
            mine = page.get_by_role("main")
            expect(mine).to_contain_text("Compilers")
            expect(mine).to_contain_text("0 of 1,000 (0%)")
            theirs.examine_in_both_languages("account", page.locator("progress").wait_for)

            sessions = page.get_by_label("Where you are signed in").get_by_role("row")
            expect(sessions).to_have_count(3)  # this one, the other one, and the head
            page.get_by_role("button", name="Sign out python-httpx").click()
            expect(sessions).to_have_count(2)
            assert elsewhere.get("/portal/session").json()["role"] is None

            page.get_by_role("button", name="Make a key").click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("Name", exact=True).fill("my script")
            dialog.get_by_role("button", name="Make it").click()
            secret = dialog.get_by_role("group", name="API key").inner_text()
            dialog.get_by_role("button", name="I have it").click()
            with lectern.http(secret) as mine_too:
                assert mine_too.get("/v1/users").json()["data"][0]["id"] == user

            page.get_by_label("Present password").fill("not the present one")
            page.get_by_label("New password").fill(SECOND)
            theirs.expected.append("401")
            page.get_by_role("button", name="Change it").click()
            expect(page.get_by_role("alert")).to_contain_text("do not belong together")
            page.get_by_label("Present password").fill(FIRST)
            page.get_by_role("button", name="Change it").click()
            expect(page.get_by_text("Your password was changed")).to_be_visible()
            page.set_viewport_size(PHONE)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            page.get_by_label("Dark").check()
            page.get_by_label("中文").check()
            expect(page.locator("html[data-theme=dark][lang=zh-CN]")).to_be_attached()
        signed = elsewhere.post("/portal/sign_in", json={"name": "Grace Account", "password": SECOND})
        assert signed.status_code == 204
