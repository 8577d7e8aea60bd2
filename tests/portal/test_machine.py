"""The machine in the administration: health, models, jobs, backups and settings."""

import io
import itertools
import re
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.portal.browsing import PHONE, Visit, sign_in, visiting
from tests.serving import Serving

PAGES = ("health", "models", "jobs", "backup", "settings")
HOSTILE = "<img src=x onerror=alert(1)> \u202egnp.exe " + "x" * 150 + ".docx"
COUNTED = 7


@pytest.fixture
def store(api: httpx.Client) -> Iterator[str]:
    """A store of the test's own."""
    created = api.post("/v1/vector_stores", json={"name": "machine"}).json()["id"]
    yield created
    api.delete(f"/v1/vector_stores/{created}")


def put(api: httpx.Client, store: str, name: str, content: bytes) -> str:
    """Uploads a file, and has it read."""
    uploaded = api.post("/v1/files", data={"purpose": "assistants"}, files={"file": (name, content)})
    file_id: str = uploaded.raise_for_status().json()["id"]
    api.post(f"/v1/vector_stores/{store}/files", json={"file_id": file_id}).raise_for_status()
    return file_id


def job_of(api: httpx.Client, file_id: str, *states: str) -> dict[str, object]:
    """The newest job of the file, once it is in one of these states."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        for job in api.get("/v1/jobs?limit=50").json()["data"]:
            if job["file_id"] == file_id and job["state"] in states:
                found: dict[str, object] = job
                return found
            if job["file_id"] == file_id:
                break
        time.sleep(0.2)
    raise AssertionError(f"no job of {file_id} became {states}")


def drawn(page: Page) -> list[int]:
    """Of each chart on the page, how many of its pixels are in the colour of its first line."""
    count = """() => {
      const probe = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
      probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--chart-1").trim();
      probe.fillRect(0, 0, 1, 1);
      const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
      return [...document.querySelectorAll(".line-chart canvas")].map((canvas) => {
        // A copy is read: browsers warn of canvases that are read again and again.
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
        let found = 0;
        for (let place = 0; place < data.length; place += 4) {
          const off = [red, green, blue].reduce((sum, one, at) => sum + Math.abs(data[place + at] - one), 0);
          if (off < 30 && data[place + 3] > 200) found++;
        }
        return found;
      });
    }"""
    pixels: list[int] = page.evaluate(count)
    return pixels


def shown(page: Page, section: str) -> None:
    """Waits until the section is complete."""
    ready = {
        "health": ".line-chart canvas >> nth=11",
        "models": ".card table >> nth=1",
        "jobs": ".jobs li >> nth=0",
        "backup": ".code-block >> nth=1",
        "settings": ".settings li >> nth=20",
    }
    page.locator(ready[section]).wait_for(state="attached")
    if section == "settings":  # of many rows that are alike, a few tell whether there are barriers
        page.get_by_role("checkbox").check()


@pytest.mark.parametrize("section", PAGES)
def test_no_barriers_in_both_themes_and_languages_and_it_fits_a_phone(
    visit: Visit, api: httpx.Client, samples: str, section: str
) -> None:
    page = visit.open(f"/admin/{section}")
    visit.examine_in_both_languages(f"machine-{section}", lambda: shown(page, section))
    page.set_viewport_size(PHONE)
    visit.shoot(f"machine-{section}-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_charts_are_drawn_in_the_colours_of_the_theme_and_told_as_tables(visit: Visit, api: httpx.Client) -> None:
    page = visit.open("/admin/health")
    shown(page, "health")
    # The lines of processor, memory, disk and jobs are there at all times.
    until = time.monotonic() + 60
    while sum(pixels > 0 for pixels in drawn(page)) < 4:
        assert time.monotonic() < until, drawn(page)
        page.wait_for_timeout(500)
    visit.dress("dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    page.wait_for_timeout(100)
    assert sum(pixels > 0 for pixels in drawn(page)) >= 4
    page.get_by_role("button", name="Show “Memory in use” as a table").click()
    table = page.get_by_role("group", name="Memory in use").get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Time", "Memory in use"])
    expect(table.get_by_role("row").nth(1)).to_contain_text(re.compile(r"\d MB"))


def test_what_is_measured_moves_on_until_it_is_paused(visit: Visit) -> None:
    asked: list[str] = []
    page = visit.page
    page.on("request", lambda request: asked.append(request.url) if "/v1/metrics/series" in request.url else None)
    visit.open("/admin/health")
    shown(page, "health")
    with page.expect_request(lambda request: "/v1/metrics/series" in request.url and "after=0" not in request.url):
        pass
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").wait_for()
    page.wait_for_load_state("networkidle")
    before = len(asked)
    page.wait_for_timeout(5_500)
    assert len(asked) == before
    page.get_by_role("button", name="1 day").click()
    page.wait_for_function("() => document.querySelector('.choices [aria-pressed=true]').textContent === '1 day'")
    expect(page.locator(".line-chart").first).to_be_visible()
    assert any("range=day" in one for one in asked)


def test_requests_are_counted_once_each(api: httpx.Client, samples: str) -> None:
    def searches(told: dict[str, object]) -> float:
        times = told["times"]
        series = told["series"]
        assert isinstance(times, list)
        assert isinstance(series, list)
        rates = next(one["values"] for one in series if (one["name"], one["of"]) == ("requests.rate", "search"))
        gaps = [now - before for before, now in itertools.pairwise(times)]
        return float(sum(rate * gap for rate, gap in zip(rates[1:], gaps, strict=True)))

    def told_now() -> dict[str, object]:
        found: dict[str, object] = api.get("/v1/metrics/series").json()
        return found

    before = searches(told_now())
    for _ in range(COUNTED):
        api.post(f"/v1/vector_stores/{samples}/search", json={"query": "hotel"}).raise_for_status()
    until = time.monotonic() + 60
    while searches(told_now()) - before < COUNTED - 0.5:
        assert time.monotonic() < until
        time.sleep(0.5)
    assert searches(told_now()) - before == pytest.approx(COUNTED, abs=0.5)


def test_components_say_how_they_are_and_the_doctor_looks_closer(visit: Visit, api: httpx.Client) -> None:
    components = {one["id"]: one for one in api.get("/v1/components").json()["data"]}
    assert list(components) == ["database", "index", "engine", "embedder", "reranker", "worker", "disk"]
    assert {components[name]["state"] for name in ("database", "index", "engine", "embedder")} == {"ok"}
    assert components["reranker"]["state"] == "off"
    assert 0 < components["disk"]["facts"]["free"] <= components["disk"]["facts"]["total"]
    page = visit.open("/admin/health")
    expect(page.get_by_role("list", name="Parts of Lectern").get_by_role("listitem")).to_have_count(7)
    page.get_by_role("button", name="Check now").click()
    findings = page.get_by_role("list", name="Findings")
    expect(findings).to_contain_text("master.key")
    visit.examine("machine-doctor")


def test_a_file_that_failed_tells_why_and_is_read_again(visit: Visit, api: httpx.Client, store: str) -> None:
    file_id = put(api, store, HOSTILE, b"%PDF-1.7\nand nothing of one")
    failed = job_of(api, file_id, "finished")
    assert failed["file_status"] == "failed"
    page = visit.open("/admin/jobs")
    row = page.locator(".jobs li").filter(has_text="<img src=x").first
    expect(row).to_contain_text("failed")
    expect(row.locator(".error")).to_be_visible()
    visit.shoot("machine-jobs-failed")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    with page.expect_response(re.compile(r"/v1/jobs/[^/]+/retry$")) as answered:
        row.get_by_role("button", name="Try again").click()
    assert answered.value.status == 200
    again = job_of(api, file_id, "finished")
    refused = api.post(f"/v1/jobs/{again['id']}/cancel")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "job_conflict")


def test_a_job_under_way_is_seen_and_given_up(visit: Visit, api: httpx.Client, store: str) -> None:
    text = "\n\n".join(f"Paragraph {number} tells of the lift in house {number * 7}. " * 8 for number in range(6000))
    file_id = put(api, store, "long.txt", text.encode())
    job_of(api, file_id, "running")
    page = visit.open("/admin/jobs")
    row = page.locator(".jobs li").filter(has_text="long.txt").first
    expect(row.get_by_role("progressbar")).to_be_visible()
    visit.shoot("machine-jobs-running")
    row.get_by_role("button", name="Give up").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("can be read again")
    dialog.get_by_role("button", name="Give up").click()
    expect(row).to_contain_text("given up")
    entry = api.get(f"/v1/vector_stores/{store}/files/{file_id}").json()
    assert entry["status"] == "cancelled"
    assert job_of(api, file_id, "cancelled")["can_retry"]


def test_settings_are_searched_and_copied_and_only_the_changed_ones_shown(
    visit: Visit, lectern: Serving, api: httpx.Client
) -> None:
    everything = api.get("/v1/settings").json()["data"]
    page = visit.open("/admin/settings")
    rows = page.locator(".settings li")
    expect(rows).to_have_count(len(everything))
    page.get_by_label("Only those that differ").check()
    expect(rows).to_have_count(sum(one["changed"] for one in everything))
    expect(page.locator(".settings")).to_contain_text([str(lectern.port)])
    page.get_by_label("Only those that differ").uncheck()
    page.get_by_role("searchbox", name="Search settings").fill("ocr languages")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Copy the line of LECTERN_OCR_LANGUAGES").click()
    expect(page.get_by_text("Copied: LECTERN_OCR_LANGUAGES=eng+chi_sim")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "LECTERN_OCR_LANGUAGES=eng+chi_sim"
    page.get_by_role("searchbox", name="Search settings").fill("<b>nothing")
    expect(page.get_by_text("No setting is like that")).to_be_visible()


def test_a_backup_is_saved_whole_and_stands_on_record(visit: Visit, api: httpx.Client, tmp_path: Path) -> None:
    page = visit.open("/admin/backup")
    page.get_by_label("Put the master key into it").check()
    expect(page.get_by_text("Whoever has this archive can then read everything")).to_be_visible()
    page.get_by_label("Put the master key into it").uncheck()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save a backup").click()
    assert re.fullmatch(r"lectern-\d{4}-\d\d-\d\d-\d{4}\.tar", saved.value.suggested_filename)
    path = tmp_path / "backup.tar"
    saved.value.save_as(path)
    with tarfile.open(fileobj=io.BytesIO(path.read_bytes())) as archive:
        names = archive.getnames()
    assert any("lectern.db" in name for name in names)
    assert not any("master.key" in name for name in names)
    expect(page.get_by_role("region", name="Last backups").get_by_role("row")).not_to_have_count(0)


def test_who_does_not_administer_sees_nothing_of_the_machine(
    browser: Browser, lectern: Serving, api: httpx.Client, shots: Path
) -> None:
    reader = api.post("/v1/api_keys", json={"name": "reader", "role": "reader"}).json()["key"]
    with lectern.http(reader) as http:
        for path in ("components", "metrics/series", "doctor", "settings", "jobs"):
            assert http.get(f"/v1/{path}").status_code == 403, path
    with visiting(browser, lectern, shots) as visit:
        sign_in(visit, reader)
        page = visit.open("/admin/health")
        expect(page.get_by_text("This is for administrators")).to_be_visible()
        expect(page.locator(".line-chart")).to_have_count(0)
