"""The record of who did what, as auditors read it."""

import re

import httpx
from playwright.sync_api import Browser, expect

from tests.portal.browsing import PHONE, Visit, sign_in, visiting
from tests.serving import Serving


def test_an_auditor_finds_opens_checks_and_exports_entries(
    browser: Browser, lectern: Serving, visit: Visit, api: httpx.Client
) -> None:
    store = api.post("/v1/vector_stores", json={"name": "On record"}).json()["id"]
    hostile = api.post("/v1/api_keys", json={"name": '<img src=x onerror="alert(1)">', "role": "reader"}).json()
    with lectern.http(hostile["key"]) as theirs:
        for _ in range(3):
            theirs.get(f"/v1/vector_stores/{store}")
        for number in range(55):  # more than a page of entries, whatever other tests did before
            theirs.get(f"/v1/vector_stores/none-{number}")
    key = api.post("/v1/api_keys", json={"name": "Auditor", "role": "auditor"}).json()["key"]
    with visiting(browser, lectern, visit.shots) as theirs:
        page = sign_in(theirs, key)
        theirs.open("/admin")
        expect(page.get_by_role("heading", name="Audit record")).to_be_visible()
        expect(page.get_by_role("navigation", name="Parts of the administration").get_by_role("link")).to_have_count(1)
        rows = page.locator("table.audit tbody tr")
        page.get_by_label("Who").fill('<img src=x onerror="alert(1)">')
        page.get_by_label("About").fill(store)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("resource=vs_"))
        expect(rows.first).to_contain_text("get_store")
        expect(rows.first).to_contain_text(store)
        theirs.examine_in_both_languages("audit", rows.first.wait_for)
        rows.first.get_by_role("button").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(f"key:{hostile['id']}")
        dialog.get_by_text("The entry as it is signed").click()
        expect(dialog.locator("pre")).to_contain_text('"signature"')
        theirs.examine("audit-entry")
        page.keyboard.press("Escape")

        page.get_by_role("button", name="Check the record").click()
        expect(page.get_by_text("The record is whole")).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as begun:
            page.get_by_role("link", name="Download").click()
        assert begun.value.suggested_filename == "audit.jsonl"
        assert begun.value.path().read_text().count("\n") > 3
        page.get_by_role("button", name="Show everything").click()
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text("Page 2")).to_be_visible()
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
