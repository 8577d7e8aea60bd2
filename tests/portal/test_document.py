"""The page of one document: how it stands, what was read of it, and what may be done with it."""

import io
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from pypdf import PdfReader, PdfWriter

from server.samples import documents
from tests.portal.browsing import Visit
from tests.serving import Serving, upload

GUIDE = next(path for path in documents() if path.name == "qm7-operating-guide.pdf")
HOSTILE = "<img src=x onerror='alert(1)'> **bold** \u202egnp.pdf"


@pytest.fixture(scope="module")
def store(lectern: Serving) -> str:
    return lectern.client().vector_stores.create(name="Papers & <b>more</b>").id


def put(api: httpx.Client, store: str, name: str, data: bytes) -> str:
    """Puts a file into the store, and waits until it was read, or could not be."""
    form = {"file": (name, data)}
    file = api.post("/v1/files", data={"purpose": "assistants"}, files=form).json()["id"]
    api.post(f"/v1/vector_stores/{store}/files", json={"file_id": file}).raise_for_status()
    while api.get(f"/v1/vector_stores/{store}/files/{file}").json()["status"] == "in_progress":
        time.sleep(0.1)
    return str(file)


def protected(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(GUIDE))
    writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_protected_document_tells_so_and_is_read_with_its_password(
    visit: Visit, api: httpx.Client, store: str
) -> None:
    file = put(api, store, "protected.pdf", protected("sesame"))
    visit.expected.append("422")
    page = visit.open(f"/documents/{store}/{file}")
    expect(page.get_by_text("Not read", exact=True).first).to_be_visible()
    expect(page.locator(".standing .reason")).to_contain_text("protected by a password")
    expect(page.locator(".viewer-trouble")).to_contain_text("protected by a password")
    visit.examine("document-protected")
    page.get_by_label("Password").fill("sesame")
    page.get_by_role("button", name="Try again").last.click()
    # It is read while the page is open. The password is forgotten, so its text is shown and not its pages.
    expect(page.get_by_text("Ready", exact=True)).to_be_visible(timeout=30_000)
    expect(page.locator(".viewer-note")).to_contain_text("forgotten once it was read")
    expect(page.get_by_role("article")).to_contain_text("The xenon lamp behind it")


def test_a_document_that_is_broken_says_why_in_plain_words(visit: Visit, api: httpx.Client, store: str) -> None:
    file = put(api, store, HOSTILE, GUIDE.read_bytes()[:9000].replace(b"endobj", b"endobk"))
    visit.expected.append("422")
    page = visit.open(f"/documents/{store}/{file}")
    expect(page.locator(".viewer-trouble")).to_contain_text("is damaged or cut off")
    expect(page.get_by_role("heading", level=1)).to_have_text("<img src=x onerror='alert(1)'> **bold** gnp.pdf")
    expect(page.get_by_role("navigation", name="Where this document is")).to_contain_text("Papers & <b>more</b>")
    assert page.locator("img[src=x]").count() == 0


def test_chunks_lead_to_their_place_and_attributes_and_history_are_told(
    visit: Visit, api: httpx.Client, lectern: Serving, store: str, tmp_path: Path
) -> None:
    file = upload(lectern.client(), store, GUIDE)
    page = visit.open(f"/documents/{store}/{file}")
    expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Chunks").click()
    chunks = api.get(f"/v1/vector_stores/{store}/files/{file}/chunks").json()["data"]
    assert [chunk["page"] for chunk in chunks] == sorted(chunk["page"] for chunk in chunks)
    at = next(place for place, chunk in enumerate(chunks) if chunk["page"] == 5)
    page.get_by_role("button", name="Show where it stands").nth(at).click()
    expect(page.get_by_label("Page number")).to_have_value("5")
    page.locator(".viewer-mark").first.wait_for()
    visit.examine_in_both_languages("document", page.locator(".viewer-page img").wait_for)

    page.get_by_role("tab", name="Attributes").click()
    page.get_by_role("button", name="Add an attribute").click()
    page.get_by_label("Name · attribute 1").fill("year")
    page.get_by_label("Value · attribute 1").fill("2026")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert api.get(f"/v1/vector_stores/{store}/files/{file}").json()["attributes"] == {"year": 2026}
    api.get(f"/v1/files/{file}/content").raise_for_status()

    page.get_by_role("tab", name="History").click()
    events = page.locator(".history .strong")
    expect(events).to_have_text(["Attributes changed", "Read", "Put into a store", "Uploaded"])
    visit.examine("document-history")

    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Who may read it").click()
    expect(page.get_by_role("dialog")).to_contain_text(GUIDE.name)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete the document").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url(f"**/documents/{store}")
    assert api.get(f"/v1/files/{file}/pages/1/image").status_code == 404
