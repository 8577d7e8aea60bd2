"""What there is to see of a file, by the API alone."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.serving import Serving


@pytest.fixture
def api(lectern: Serving) -> Iterator[httpx.Client]:
    with lectern.http() as http:
        yield http


def named(api: httpx.Client, end: str) -> str:
    """The id of the sample whose name ends so."""
    files = api.get("/v1/files").json()["data"]
    return str(next(file["id"] for file in files if file["filename"].endswith(end)))


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_file_tells_how_it_can_be_shown(api: httpx.Client, sampled: str) -> None:
    guide = api.get(f"/v1/files/{named(api, 'guide.pdf')}/pages").json()
    assert guide["kind"] == "pages"
    assert guide["data"][4] == {"page": 5, "width": 595.28, "height": 841.89}
    book = api.get(f"/v1/files/{named(api, '.xlsx')}/pages").json()
    assert book["kind"] == "sheets"
    assert [sheet["sheet"] for sheet in book["data"]][:2] == ["Price list 价目表", "Budget 2026"]
    assert book["data"][0]["blocks"] == [[2, 9, "element-1"]]
    assert api.get(f"/v1/files/{named(api, 'policy.docx')}/pages").json()["kind"] == "text"


def test_a_page_comes_once_and_again_only_if_it_changed(api: httpx.Client, sampled: str) -> None:
    path = f"/v1/files/{named(api, 'guide.pdf')}/pages/2/image"
    first = api.get(path, params={"width": 900})
    assert (first.status_code, first.headers["content-type"]) == (200, "image/jpeg")
    assert first.headers["cache-control"] == "private, no-cache"
    again = api.get(path, params={"width": 900}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert api.get(path, params={"width": 2000}, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_quote_is_told_by_lines_and_where_it_stands_twice_by_the_box(api: httpx.Client, sampled: str) -> None:
    path = f"/v1/files/{named(api, 'guide.pdf')}/pages/2/words"
    told = api.get(path, params={"quote": "The lamp warms up for eight minutes"}).json()
    assert [word["text"] for word in told["words"]].count("lamp") > 1
    assert 1 <= len(told["lines"]) <= 2
    left = api.get(path, params={"quote": "lamp", "bbox": "0,0,0.5,1"}).json()["lines"]
    right = api.get(path, params={"quote": "lamp", "bbox": "0.5,0,1,1"}).json()["lines"]
    assert left[0][2] < 0.5 < right[0][0]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("pages/6/image", (404, "page_not_found")),
        ("pages/6/words", (404, "page_not_found")),
        ("pages/0/image", (400, "invalid_request")),
        ("pages/x/image", (400, "invalid_request")),
        (f"pages/{10**30}/image", (400, "invalid_request")),
        ("pages/1/image?width=-1", (400, "invalid_request")),
        ("pages/1/words?quote=a&bbox=1,2", (400, "invalid_request")),
        ("pages/1/words?quote=a&bbox=a,b,c,d", (400, "invalid_request")),
        ("elements?after=chunk-1", (400, "invalid_request")),
        ("elements?limit=501", (400, "invalid_request")),
        ("elements?page=0", (400, "invalid_request")),
    ],
)
def test_what_cannot_be_shown_is_refused(api: httpx.Client, sampled: str, path: str, wanted: tuple[int, str]) -> None:
    assert refused(api.get(f"/v1/files/{named(api, 'guide.pdf')}/{path}")) == wanted


def test_what_has_no_pages_and_what_was_not_read_say_so(api: httpx.Client, sampled: str) -> None:
    assert refused(api.get(f"/v1/files/{named(api, 'policy.docx')}/pages/1/image")) == (422, "file_not_viewable")
    form = {"file": ("new.md", b"Nobody has read this yet.")}
    file = api.post("/v1/files", data={"purpose": "assistants"}, files=form).json()["id"]
    for path in ("pages", "elements"):
        assert refused(api.get(f"/v1/files/{file}/{path}")) == (409, "file_not_read")
    history = api.get(f"/v1/files/{file}/history").json()["data"]
    assert [(event["event"], event["by"]["name"]) for event in history] == [("uploaded", "administrator")]


def everything(api: httpx.Client, path: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = api.get(path, params={"limit": limit, **after}).json()
        found += page["data"]
        if not page["has_more"]:
            return found
        after = {"after": page["last_id"]}


def test_elements_and_chunks_come_page_by_page_in_the_order_of_the_document(api: httpx.Client, sampled: str) -> None:
    guide = named(api, "guide.pdf")
    elements = everything(api, f"/v1/files/{guide}/elements", 7)
    assert [one["id"] for one in elements] == [f"element-{number}" for number in range(len(elements))]
    assert [one["page"] for one in elements] == sorted(one["page"] for one in elements)
    second = api.get(f"/v1/files/{guide}/elements", params={"page": 2}).json()["data"]
    assert second == [one for one in elements if one["page"] == 2]
    path = f"/v1/vector_stores/{sampled}/files/{guide}/chunks"
    chunks = everything(api, path, 5)
    assert [chunk["id"] for chunk in chunks] == [chunk["id"] for chunk in everything(api, path, 100)]
    text = "".join(one["text"] for one in elements)
    places = [text.find(chunk["text"].split("\n")[0][:40]) for chunk in chunks]
    known = [place for place in places if place >= 0]
    assert known == sorted(known)
    assert len(known) > len(places) / 2
    assert refused(api.get(path, params={"after": "none"})) == (400, "invalid_request")
