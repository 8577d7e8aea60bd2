"""A browser that watches over the portal: what its console complains about, what its policy refuses, what axe finds."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

from tests.serving import Serving

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
THEMES = ("light", "dark")
LANGUAGES = ("en", "zh")

_LOOKS = 3
_AXE = Path("server/portal/node_modules/axe-core/axe.min.js")
_REFUSED = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Visit:
    """A page of the portal, and what was complained about while it was used. `expected` are parts of complaints that a
    test brings about on purpose (the console tells of each answer that is an error)."""

    page: Page
    url: str
    shots: Path
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Goes to an address of the portal."""
        self.page.goto(self.url + path)
        return self.page

    def speak(self, language: str) -> None:
        """Has the portal speak another language, and shows the page again."""
        self.page.evaluate("language => localStorage.setItem('lectern.language', language)", language)
        self.page.reload()

    def dress(self, theme: str) -> None:
        """Has the portal show another theme at once."""
        self.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")

    def shoot(self, name: str) -> Path:
        """Keeps a picture of what is in sight."""
        path = self.shots / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def examine(self, name: str) -> None:
        """Fails if axe finds a barrier on the page as it is, in either theme; keeps a picture of each. What the page
        shows must have come already."""
        for theme in THEMES:
            self.dress(theme)
            self.page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
            self.shoot(f"{name}-{theme}")
            found = barriers(self.page)
            for _ in range(_LOOKS):
                if not found:
                    break
                # What was about to move when axe looked has come to rest; a barrier is still there.
                self.page.wait_for_timeout(500)
                found = barriers(self.page)
            assert found == [], f"{name} in {theme}: {found}"
        self.dress("light")

    def examine_in_both_languages(self, name: str, ready: Any) -> None:
        """Examines the page in English and Chinese. `ready` waits, after the page came anew, until it is complete."""
        for language in LANGUAGES:
            self.speak(language)
            ready()
            self.examine(f"{name}-{language}")
        self.speak("en")
        ready()

    def unexpected(self) -> list[str]:
        """The complaints that no test brought about, and what the content security policy refused."""
        found = [text for text in self.complaints if not any(part in text for part in self.expected)]
        with contextlib.suppress(Exception):  # the page may be gone
            found += self.page.evaluate("window.refused ?? []")
        return found


def barriers(page: Page) -> list[str]:
    """What axe-core finds (https://github.com/dequelabs/axe-core): rule, where, and why."""
    page.evaluate(_AXE.read_text())  # by the debugger, past the page's own policy
    found = page.evaluate("rules => axe.run(document, rules)", _RULES)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@contextlib.contextmanager
def visiting(browser: Browser, serving: Serving, shots: Path, **context: Any) -> Iterator[Visit]:
    """A visit in a browser context of its own; complaints that were not expected fail when it ends."""
    own = browser.new_context(**{"locale": "en-GB", "viewport": LAPTOP, **context})
    own.add_init_script(_REFUSED)
    own.grant_permissions(["clipboard-read", "clipboard-write"])
    page = own.new_page()
    visit = Visit(page, serving.url, shots)

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            visit.complaints.append(f"{message.text} {message.location.get('url', '')}")

    def left(request: Request) -> None:
        if not request.url.startswith((serving.url, "data:", "blob:")):
            visit.complaints.append(f"asked another server: {request.url}")

    page.on("console", listen)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("request", left)
    try:
        yield visit
        assert visit.unexpected() == [], visit.unexpected()  # pytest explains itself in tests only
    finally:
        own.close()


def link(serving: Serving) -> str:
    """A one-time link into the portal."""
    environment = {"LECTERN_DATA": str(serving.data), "LECTERN_PORT": str(serving.port), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "server", "keys", "link"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def sign_in(visit: Visit, key: str) -> Page:
    """Signs in by an API key, without the form: quick, for tests of other things."""
    answer = visit.page.request.post(
        f"{visit.url}/portal/sign_in", data={"key": key}, headers={"X-Lectern-Portal": "1", "Origin": visit.url}
    )
    assert answer.ok, answer.text()
    return visit.page
