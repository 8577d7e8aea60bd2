"""Makes the README's pictures (`make screenshots`): a real server reads the sample documents, Chromium looks at it."""

import io
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser

from server.samples import documents
from tests.portal.browsing import THEMES, Visit, chromium, sign_in, visiting
from tests.serving import Serving, upload

MOST_BYTES: Final = 120 * 1024
_QUESTIONS: Final = {
    "en": "After how many hours is the xenon lamp of the QM-7 replaced?",
    "zh": "工龄满10年的员工有多少天年假？",
}


def main(folder: Path) -> None:
    """Writes the pictures into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lectern-pictures-") as place:
        serving = Serving(Path(place) / "data").wait()
        try:
            store = _read_samples(serving)
            with chromium() as browser:
                _visit(browser, serving, folder, store)
        finally:
            serving.stop()


def _read_samples(serving: Serving) -> str:
    with serving.http() as http:
        http.post("/v1/users", json={"name": "Root", "role": "admin"}).raise_for_status()
    client = serving.client()
    store = client.vector_stores.create(name="Quillmoor").id
    for path in documents():
        upload(client, store, path)
    return store


def _visit(browser: Browser, serving: Serving, folder: Path, store: str) -> None:
    with visiting(browser, serving, folder, device_scale_factor=1) as visit:
        sign_in(visit, serving.key)
        page = visit.page
        for language, question in _QUESTIONS.items():
            visit.open("/ask")
            visit.speak(language)
            page.locator("main textarea").fill(question)
            page.keyboard.press("Enter")
            page.locator("main button.citation").first.click(timeout=60_000)
            page.mouse.move(0, 0)
            page.locator(".viewer").wait_for()
            page.wait_for_load_state("networkidle")
            _keep(visit, folder, f"ask-{language}")
        visit.speak("en")
        for name, address in (("documents", f"/documents/{store}"), ("find", "/find?q=hotel"), ("health", "/admin")):
            visit.open(address)
            page.wait_for_load_state("networkidle")
            _keep(visit, folder, name)


def _keep(visit: Visit, folder: Path, name: str) -> None:
    """A picture in each theme, as small as looks good."""
    for theme in THEMES:
        visit.dress(theme)
        visit.page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        visit.page.wait_for_timeout(300)  # charts draw anew
        picture = Image.open(io.BytesIO(visit.page.screenshot()))
        path = folder / f"{name}-{theme}.webp"
        for quality in (90, 80, 70, 50):
            picture.save(path, "WEBP", quality=quality, method=6)
            if path.stat().st_size <= MOST_BYTES:
                break
        print(f"{path} {path.stat().st_size // 1024} KiB")
    visit.dress("light")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
