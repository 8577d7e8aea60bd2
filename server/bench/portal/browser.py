"""A Chromium that tells when what was waited for is on the screen."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_LAPTOP: Final = {"width": 1280, "height": 800}
# `seen(test)` is when what `test` finds was first drawn, in milliseconds since the address was asked for; it gives up
# after half a minute.
_WATCH: Final = """
window.seen = (test) => new Promise((resolve, reject) => {
  let found = false;
  setTimeout(() => reject(new Error(`not seen: ${test}`)), 30_000);
  const look = () => {
    if (found || !test()) return;
    found = true;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  document.addEventListener("load", look, true);
  look();
});
"""


class NoBrowser(Exception):
    """There is nothing to measure with; the text says what to do."""


@contextmanager
def chromium(path: Path | None) -> Iterator["Browser"]:
    """The Chromium at the path, or the one on PATH. Raises NoBrowser."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise NoBrowser(
            "the portal is measured through playwright, which is not here: pip install playwright (no browser of its)"
        ) from None
    found = str(path) if path else next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise NoBrowser("there is no Chromium on PATH: apt-get install chromium, or name one with --chromium PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_QUIET)
        yield browser
        browser.close()


@contextmanager
def visitor(browser: "Browser", url: str, key: str) -> Iterator["BrowserContext"]:
    """Somebody with an empty cache, who is signed in by the key."""
    context = browser.new_context(viewport={"width": _LAPTOP["width"], "height": _LAPTOP["height"]}, locale="en-GB")
    context.add_init_script(_WATCH)
    headers = {"X-Lectern-Portal": "1", "Origin": url}
    answer = context.request.post(f"{url}/portal/sign_in", data={"key": key}, headers=headers)
    if not answer.ok:
        raise RuntimeError(f"the browser could not sign in: {answer.text()}")
    yield context
    context.close()
