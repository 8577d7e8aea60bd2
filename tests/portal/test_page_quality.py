"""What Lighthouse looks at, of each page: weight, compression, caching, layout shifts, what a document says of itself.

Times are measured by `lectern bench portal`; contrast and sizes of targets are axe's to find, in each page's own test.
"""

from typing import Any

import pytest
from playwright.sync_api import Response

from tests.portal.browsing import PHONE, Visit

PAGES = ("/", "/documents", "/find", "/account", "/admin")
MOST_FIRST_PAGE = 150_000
MOST_UNUSED = 100_000
_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const moved = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.nodeName);
    if (!entry.hadRecentInput) window.shifts.push(`${entry.value.toFixed(4)} ${moved.join(" | ")}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


def _settled(visit: Visit, path: str) -> list[Response]:
    """Opens a page until it has all it asks for: what it was sent."""
    found: list[Response] = []

    def note(response: Response) -> None:
        found.append(response)

    visit.page.on("response", note)
    visit.open(path)
    visit.page.get_by_role("main").wait_for()
    visit.page.wait_for_load_state("networkidle")
    visit.page.remove_listener("response", note)
    return found


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_compressed_kept_still_and_says_what_it_is(visit: Visit, path: str) -> None:
    page = visit.page
    page.add_init_script(_SHIFTS)
    responses = _settled(visit, path)
    assert [response.url for response in responses if response.status >= 400] == []
    # (The browser's own tab asks for the icon anew with each address.)
    files = [one for one in responses if "/portal/static/" in one.url and not one.url.endswith("icon.svg")]
    assert files
    for response in files:
        headers = response.all_headers()
        assert "immutable" in headers["cache-control"], response.url
        assert headers["content-encoding"] == "gzip", response.url
    assert len({response.url for response in files}) == len(files), "a file was asked for twice"
    if path == "/":
        asked = [one.url for one in responses if "/v1/" in one.url]
        assert len(set(asked)) == len(asked) > 0, "Lectern was asked the same twice"
    assert page.evaluate("window.shifts") == []
    assert page.title().endswith(" · Lectern")
    assert len(page.locator("meta[name=description]").get_attribute("content") or "") > 20
    assert "width=device-width" in (page.locator("meta[name=viewport]").get_attribute("content") or "")
    assert page.locator("h1").count() == 1
    assert page.locator("img:not([width]), img:not([alt])").count() == 0
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    _settled(visit, path)
    assert page.evaluate("window.shifts") == []


def test_the_first_page_is_light_and_little_of_it_is_for_nothing(visit: Visit) -> None:
    session = visit.page.context.new_cdp_session(visit.page)
    sizes: dict[str, float] = {}

    def note(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    session.on("Network.loadingFinished", note)
    for command in ("Network.enable", "Profiler.enable"):
        session.send(command)
    session.send("Profiler.startPreciseCoverage", {"callCount": False, "detailed": True})
    responses = _settled(visit, "/")
    assert sum(sizes.values()) <= MOST_FIRST_PAGE, {r.url: len(r.body()) for r in responses}
    used = session.send("Profiler.takePreciseCoverage")["result"]
    unused = sum(_unused(script) for script in used if "/portal/static/" in script["url"])
    assert unused <= MOST_UNUSED, {script["url"]: _unused(script) for script in used}
    assert not [response.url for response in responses if "charts" in response.url]


def _unused(script: dict[str, Any]) -> int:
    """Characters of a script in functions that never ran."""
    ranges = [one for function in script["functions"] for one in function["ranges"]]
    end = max(one["endOffset"] for one in ranges)
    ran = bytearray(b"\1" * end)
    for one in sorted(ranges, key=lambda one: one["startOffset"] - one["endOffset"]):  # the innermost last
        mark = b"\1" if one["count"] else b"\0"
        ran[one["startOffset"] : one["endOffset"]] = mark * (one["endOffset"] - one["startOffset"])
    return ran.count(0)
