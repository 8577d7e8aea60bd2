"""The portal's figures: its first page, finding while typing, and a long document at a cited page."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from server.bench.figure import Figure, median, percentile
from server.bench.material import pdf
from server.bench.portal.browser import chromium, visitor
from server.bench.portal.rows import name_of, write
from server.bench.startup import key_of, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

MOST_KB: Final = 150
MOST_FIRST_MS: Final = 300
MOST_FIND_MS: Final = 100
MOST_PAGE_MS: Final = 500
_USABLE: Final = "() => window.seen(() => document.querySelector('main textarea:not([disabled])'))"
_FOUND: Final = """name => {
  window.found = new Promise((resolve) => {
    addEventListener("input", async (event) => {
      const titles = () => [...document.querySelectorAll(".found-title")].map((one) => one.textContent);
      const shown = await window.seen(() => titles().includes(name));
      resolve(shown - event.timeStamp);
    }, { capture: true, once: true });
  });
}"""
_CITED: Final = """number => window.seen(() => {
  const image = document.querySelector(".viewer-page img");
  return image?.complete && image.naturalWidth && image.alt.includes(number) && document.querySelector(".viewer-mark");
})"""

Say = Callable[[str], None]


def measure(folder: Path, port: int, path: Path | None, sizes: tuple[int, int], say: Say) -> list[Figure]:
    """All figures, of so many documents and so many pages. Raises NoBrowser."""
    documents, pages = sizes
    with chromium(path) as browser:
        write(folder, documents, say)
        with serving(folder, port, samples=False):
            key, url = key_of(folder), f"http://127.0.0.1:{port}"
            store, file = _upload(url, key, pages, say)
            say("opening the first page")
            first = _first_page(browser, url, key)
            say("finding")
            with visitor(browser, url, key) as context:
                found = _finding(context, url, documents)
            say("opening cited pages")
            with visitor(browser, url, key) as context:
                cited = _cited(context, f"{url}/documents/{store}/{file}", pages)
    return [*first, *found, *cited]


def _first_page(browser: "Browser", url: str, key: str, rounds: int = 7) -> list[Figure]:
    taken, sizes = [], []
    for _ in range(rounds):
        with visitor(browser, url, key) as context, _transfers(context) as (page, sent):
            page.goto(url, wait_until="commit")
            taken.append(page.evaluate(_USABLE))
            page.wait_for_load_state("networkidle")
            sizes.append(sum(sent) / 1000)
    taken, detail = taken[1:], f"(of {rounds - 1} with an empty cache; the slowest {max(taken[1:]):.0f} ms)"
    return [
        Figure("first page, transferred", median(sizes), "kB", MOST_KB, True),
        Figure("first page, from its address to usable", median(taken), "ms", MOST_FIRST_MS, True, detail),
    ]


def _finding(context: "BrowserContext", url: str, documents: int, rounds: int = 20) -> list[Figure]:
    page, taken = context.new_page(), []
    page.goto(f"{url}/find")
    field = page.get_by_role("main").get_by_role("searchbox")
    for round_ in range(rounds):
        tens = round_ * (documents // 10) // rounds
        field.fill("")
        page.keyboard.type(name_of(10 * tens).removesuffix("0.md"), delay=30)
        page.wait_for_timeout(400)
        shown = page.locator(".found-title").all_text_contents()
        # The last letter decides for one that is not to be seen yet.
        digit, name = next((n, name_of(10 * tens + n)) for n in range(10) if name_of(10 * tens + n) not in shown)
        page.evaluate(_FOUND, name)
        page.keyboard.press(str(digit))
        taken.append(page.evaluate("() => window.found"))
    detail = f"(p95 {percentile(taken, 0.95):.0f} ms, {rounds} names)"
    return [
        Figure(
            f"Find, from typing to the result, {documents} documents", median(taken), "ms", MOST_FIND_MS, True, detail
        )
    ]


def _cited(context: "BrowserContext", address: str, pages: int, rounds: int = 10) -> list[Figure]:
    page, taken = context.new_page(), []
    for number in [1, *(pages * (round_ + 1) // (rounds + 1) for round_ in range(rounds))]:
        page.goto(f"{address}?page={number}&quote=Page%20{number}", wait_until="commit")
        taken.append(page.evaluate(_CITED, str(number)))
    taken = taken[1:]
    detail = f"(the slowest {max(taken):.0f} ms; address to page image and highlight; pages nobody opened before)"
    return [Figure(f"cited page of {pages} pages", median(taken), "ms", MOST_PAGE_MS, True, detail)]


@contextmanager
def _transfers(context: "BrowserContext") -> Iterator[tuple["Page", list[float]]]:
    """A page, and the sizes of what it is sent, headers included, as they were on the way."""
    page, sent = context.new_page(), list[float]()
    session = context.new_cdp_session(page)
    session.send("Network.enable")

    def note(event: dict[str, Any]) -> None:
        sent.append(float(event["encodedDataLength"]))

    session.on("Network.loadingFinished", note)
    yield page, sent


def _upload(url: str, key: str, pages: int, say: Say) -> tuple[str, str]:
    """The ids of a store and a long document in it, once it is read."""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
        # Somebody has made it theirs: else the first page would be the welcome.
        http.post("/v1/users", json={"name": "Root", "role": "admin"}).raise_for_status()
        store = http.post("/v1/vector_stores", json={"name": "long"}).json()["id"]
        form = {"file": ("long.pdf", pdf(pages), "application/pdf")}
        file = http.post("/v1/files", data={"purpose": "assistants"}, files=form).json()["id"]
        http.post(f"/v1/vector_stores/{store}/files", json={"file_id": file}).raise_for_status()
        while (entry := http.get(f"/v1/vector_stores/{store}/files/{file}").json())["status"] == "in_progress":
            say(f"reading {pages} pages: {entry.get('progress', '')}")
            time.sleep(0.5)
    if entry["status"] != "completed":
        raise RuntimeError(f"the long document was not read: {entry}")
    return store, file
