"""The chat widget in pages of another origin, under a strict policy of theirs."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect

from server.samples import DOCUMENTS
from tests.portal.browsing import PHONE, Visit, barriers, visiting
from tests.serving import Serving, upload
from tests.upstream import LAST, Upstream, running

QUESTION = "After how many hours is the xenon lamp of the QM-7 replaced?"
SMALLEST_TAP = 24
HOSTILE = '<img src="x" onerror="alert(1)"> [press](javascript:alert(1)) ![see](https://evil.example/x.png)'


class Model:
    """A model whose answer comes in two halves, the second when the test wants it."""

    def __init__(self) -> None:
        self.halves = ("", "")
        self.go_on = threading.Event()
        self.upstream = Upstream()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)
        self._thread.start()
        self._ready.wait()

    async def _run(self) -> None:
        async with running() as self.upstream:
            self.upstream.answer = self._answer
            self._ready.set()
            await self._stopping.wait()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        first, second = self.halves
        await response.write(_piece(first))
        await asyncio.to_thread(self.go_on.wait, 60)
        await response.write(_piece(second) + LAST.encode() + b"data: [DONE]\n\n")
        return response

    def will_say(self, first: str, second: str = "", *, at_once: bool = True) -> None:
        """What it says to the next question; the second half at once, or when `go_on` is set."""
        self.halves = first, second
        self.go_on.set() if at_once else self.go_on.clear()

    def stop(self) -> None:
        self.go_on.set()
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)
        self._loop.close()


def _piece(text: str) -> bytes:
    chunk = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


class Site:
    """An intranet's pages on a port of their own, whose policy lets in Lectern's scripts and nothing that is inline."""

    def __init__(self, lectern: str) -> None:
        self.element = ""
        self.around = 'lang="en"'
        site = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = site.page(lectern).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                policy = f"default-src 'none'; script-src {lectern}; connect-src {lectern}; img-src data:"
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def page(self, lectern: str) -> str:
        """The page as it is now."""
        return (
            f'<!doctype html><html {self.around}><head><title>Wiki</title><link rel="icon" href="data:,">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<script type="module" src="{lectern}/portal/widget.js"></script></head>'
            f"<body><main><h1>Our wiki</h1><p>Welcome.</p>{self.element}</main></body></html>"
        )

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Scene:
    lectern: Serving
    model: Model
    site: Site
    elsewhere: Site
    store: str
    key: str
    slow_key: str

    def show(self, visit: Visit, more: str = "", *, site: Site | None = None, key: str = "") -> Page:
        """Opens the site's page with the widget on it."""
        site = site or self.site
        site.element = f'<lectern-chat key="{key or self.key}" store="{self.store}" {more}></lectern-chat>'
        visit.expected.append(f"asked another server: {site.url}")
        visit.page.goto(site.url)
        return visit.page


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    model = Model()
    settings = {"engine_url": model.upstream.url, "page_requests_per_minute": "200"}
    lectern = Serving(tmp_path_factory.mktemp("widget") / "data", **settings).wait()
    client = lectern.client()
    store = client.vector_stores.create(name="manuals").id
    upload(client, store, DOCUMENTS / "qm7-operating-guide.pdf")
    site, elsewhere = Site(lectern.url), Site(lectern.url)
    wanted = {"name": "wiki", "scopes": ["chat"], "stores": [store], "origins": [site.url]}
    with lectern.http() as http:
        key, slow = (http.post("/v1/api_keys", json=wanted).json() for _ in range(2))
        grants = [{"principal": f"key:{one['id']}", "role": "reader"} for one in (key, slow)]
        http.put(f"/v1/vector_stores/{store}/access", json={"shared": False, "grants": grants}).raise_for_status()
        http.put(f"/v1/limits/key:{slow['id']}", json={"requests_per_minute": 1}).raise_for_status()
    yield Scene(lectern, model, site, elsewhere, store, key["key"], slow["key"])
    for one in (site, elsewhere, model):
        one.stop()
    assert lectern.stop() == 0


@pytest.fixture
def guest(browser: Browser, scene: Scene, shots: Path) -> Iterator[Visit]:
    """Somebody at the site who is not signed in to Lectern."""
    with visiting(browser, scene.lectern, shots) as one:
        yield one


def test_a_page_of_another_origin_asks_and_shows_the_passage(scene: Scene, guest: Visit) -> None:
    scene.model.will_say(
        "The xenon lamp of the QM-7 is replaced", " after **1,800 hours** [1] [2] [3] [4].", at_once=False
    )
    page = scene.show(guest)
    page.get_by_role("button", name="Ask the documents").click()
    expect(page.get_by_label("Question")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The xenon lamp of the QM-7 is replaced")).to_be_visible()  # the rest has yet to be said
    assert page.get_by_text("1,800 hours").count() == 0
    scene.model.go_on.set()
    marker = page.get_by_role("button", name=re.compile(r"Source \d: qm7-operating-guide\.pdf, page 3"))
    expect(marker).to_be_visible()
    expect(page.locator("strong")).to_have_text("1,800 hours")
    marker.click()
    quote = page.locator("details[open] blockquote")
    expect(quote).to_contain_text("1,800")
    address = page.get_by_role("link", name="Open in Lectern").get_attribute("href")
    assert re.match(rf"{scene.lectern.url}/documents/{scene.store}/file-\w+\?page=3&quote=Part", address or "")
    guest.shoot("widget-answer-light")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Ask the documents")).to_be_focused()
    assert guest.page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_it_can_be_stopped_and_asked_again(scene: Scene, guest: Visit) -> None:
    scene.model.will_say("It begins", " and ends.", at_once=False)
    page = scene.show(guest, "inline")
    page.get_by_label("Question").fill(QUESTION)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It begins")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    scene.model.will_say("It begins", " and ends.")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("It begins and ends.")).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_text("It begins")).to_be_hidden()


def test_what_the_documents_do_not_hold_is_shown_as_such(scene: Scene, guest: Visit) -> None:
    page = scene.show(guest, 'inline theme="dark" language="zh"')
    page.get_by_label("问题").fill("谁画了教堂的天花板?")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("文档中没有")).to_be_visible()
    guest.shoot("widget-absent-dark")
    assert barriers(page) == []


def test_nothing_of_an_answer_runs_in_the_page(scene: Scene, guest: Visit) -> None:
    scene.model.will_say(HOSTILE)
    page = scene.show(guest, "inline")
    page.get_by_label("Question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_text('<img src="x" onerror="alert(1)">')).to_be_visible()
    answer = page.locator(".answer")
    assert answer.locator("img, script").count() == 0
    assert [link.get_attribute("href") for link in answer.locator("a").all()] == ["https://evil.example/x.png"]


def test_a_page_of_another_origin_than_the_keys_gets_no_answer(scene: Scene, guest: Visit) -> None:
    guest.expected += ["blocked by CORS policy", "Failed to load resource"]
    page = scene.show(guest, "inline", site=scene.elsewhere)
    page.get_by_label("Question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Lectern does not answer. Check the connection, then try again.")
    assert any("blocked by CORS policy" in one for one in guest.complaints)


def test_a_page_that_asks_too_much_is_told_to_wait(scene: Scene, guest: Visit) -> None:
    guest.expected.append("429")
    scene.model.will_say("Once.")
    page = scene.show(guest, "inline", key=scene.slow_key)
    for _ in range(2):
        page.get_by_label("Question").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_text("Once.")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Try again in")


@pytest.mark.parametrize(
    ("page", "element", "shown"),
    [
        ('lang="zh-CN"', "", ("zh-CN", "light")),
        ('lang="en"', 'language="zh" theme="dark"', ("zh-CN", "dark")),
        ('lang="zh"', 'language="en" theme="light"', ("en", "light")),
    ],
)
def test_language_and_theme_are_those_of_the_page_or_of_the_element(
    scene: Scene, guest: Visit, page: str, element: str, shown: tuple[str, str]
) -> None:
    scene.site.around = page
    try:
        scene.show(guest, f"inline {element}")
        frame = guest.page.locator("lectern-chat .frame")
        expect(frame).to_have_attribute("lang", shown[0])
        expect(frame).to_have_class(re.compile(shown[1]))
    finally:
        scene.site.around = 'lang="en"'


def test_a_page_that_is_dark_has_a_dark_widget(scene: Scene, guest: Visit) -> None:
    scene.show(guest, "inline")
    frame = guest.page.locator("lectern-chat .frame")
    expect(frame).to_have_class(re.compile("light"))
    change = "document.documentElement.style.colorScheme = 'light dark'; document.querySelector('lectern-chat').draw()"
    guest.dress("dark")
    guest.page.evaluate(change)
    expect(frame).to_have_class(re.compile("dark"))
    guest.dress("light")
    expect(frame).to_have_class(re.compile("light"))


def test_it_fits_a_phone_and_enter_of_an_input_method_sends_nothing(scene: Scene, guest: Visit) -> None:
    guest.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page = scene.show(guest, 'label="Ask the wiki"')
    guest.shoot("widget-phone-closed")
    page.get_by_role("button", name="Ask the wiki").click()
    field = page.get_by_label("Question")
    field.fill("ni")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(field).to_have_value("ni")
    guest.shoot("widget-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    boxes = [one.bounding_box() for one in page.locator("lectern-chat").locator("button, a, summary").all()]
    assert all(box is None or min(box["width"], box["height"]) >= SMALLEST_TAP for box in boxes)


def test_the_module_may_be_loaded_by_any_page_and_is_kept_for_a_short_time(scene: Scene) -> None:
    with httpx.Client(base_url=scene.lectern.url) as browser:
        sent = browser.get("/portal/widget.js", headers={"Origin": "https://wiki.example"})
        assert sent.headers["content-type"] == "text/javascript; charset=utf-8"
        assert sent.headers["access-control-allow-origin"] == "*"
        assert sent.headers["cross-origin-resource-policy"] == "cross-origin"
        assert sent.headers["cache-control"] == "public, max-age=300"
        again = browser.get("/portal/widget.js", headers={"If-None-Match": sent.headers["etag"]})
        assert (again.status_code, again.headers["access-control-allow-origin"]) == (304, "*")


def test_files_that_are_the_same_for_everybody_leave_nothing_on_record(scene: Scene, guest: Visit) -> None:
    guest.open("/documents")
    guest.page.get_by_role("button").first.wait_for()
    scene.show(guest)
    with scene.lectern.http() as http:
        recorded = {entry["route"] for entry in http.get("/v1/audit", params={"limit": 100}).json()["data"]}
    assert not [route for route in recorded if route.startswith(("GET /portal", "GET /documents"))]
