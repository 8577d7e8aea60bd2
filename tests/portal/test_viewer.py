"""The viewer: what an answer cites is shown where it stands."""

import ctypes
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pypdfium2.raw as pdfium
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject
from pypdfium2 import PdfDocument

from server.samples import documents
from tests.portal.browsing import PHONE, Visit, sign_in, visiting
from tests.serving import Serving, upload

GUIDE = next(path for path in documents() if path.name == "qm7-operating-guide.pdf")
TWO_COLUMNS = (
    "The xenon lamp behind it is bright enough to injure the eye, and the protective filter covers only stray light."
)
SECOND_COLUMN = "An empty battery takes 3.5 hours to charge, and a full one lasts for 11 hours of measuring."
MARK = (255, 230, 148)  # half of the mark on white paper


def changed(degrees: int = 0, crop: tuple[float, float, float, float] | None = None) -> bytes:
    """The guide, turned or cut."""
    writer = PdfWriter(clone_from=PdfReader(GUIDE))
    for page in writer.pages:
        page.rotate(degrees)
        if crop:
            page.cropbox = RectangleObject(crop)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


MADE = {
    "guide.pdf": changed(),
    "turned.pdf": changed(90),
    "head-down.pdf": changed(180),
    "cut.pdf": changed(crop=(30, 400, 560, 800)),
    "cut-and-turned.pdf": changed(270, (30, 400, 560, 800)),
}


@pytest.fixture(scope="module")
def store(lectern: Serving, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """A store of the guide in several forms: its id, and those of its files by name."""
    client, folder = lectern.client(), tmp_path_factory.mktemp("made")
    created = client.vector_stores.create(name="Guides")
    files = {}
    for name, data in MADE.items():
        (folder / name).write_bytes(data)
        files[name] = upload(client, created.id, folder / name)
    return created.id, files


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def glyphs(data: bytes, number: int, quote: str) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The middles of all letters of a quote on a page and of all others, as shares of the page as shown; by PDFium's
    own account of each letter, and its own mapping to a device."""
    document = PdfDocument(data)
    page = document[number - 1]
    turned = page.get_rotation()
    page.set_rotation(0)  # else PDFium may tell the lines from the last to the first
    text = page.get_textpage()
    page.set_rotation(turned)
    spelled, owners = "", []
    for index in range(text.count_chars()):
        sign = letters(chr(pdfium.FPDFText_GetUnicode(text.raw, index)))
        spelled += sign
        owners += [index] * len(sign)
    start = spelled.index(letters(quote))
    wanted = set(owners[start : start + len(letters(quote))])
    inside: list[tuple[float, float]] = []
    outside: list[tuple[float, float]] = []
    for index in dict.fromkeys(owners):
        left, bottom, right, top = text.get_charbox(index)
        x, y = ctypes.c_int(), ctypes.c_int()
        middle = (left + right) / 2, (bottom + top) / 2
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, 100_000, 100_000, 0, *middle, x, y)
        (inside if index in wanted else outside).append((x.value / 100_000, y.value / 100_000))
    document.close()
    return inside, outside


def marks(page: Page) -> list[tuple[float, float, float, float]]:
    """Where the marks lie, as shares of the page they lie on: by the browser's own account."""
    found = page.evaluate(
        """() => {
          const sheet = document.querySelector(".viewer-page").getBoundingClientRect();
          return [...document.querySelectorAll(".viewer-mark")].map((one) => one.getBoundingClientRect()).map((box) =>
            [(box.left - sheet.left) / sheet.width, (box.top - sheet.top) / sheet.height,
             (box.right - sheet.left) / sheet.width, (box.bottom - sheet.top) / sheet.height]);
        }"""
    )
    return [tuple(one) for one in found]


def lies_in(point: tuple[float, float], boxes: list[tuple[float, float, float, float]]) -> bool:
    return any(left <= point[0] <= right and top <= point[1] <= bottom for left, top, right, bottom in boxes)


def address(store: tuple[str, dict[str, str]], name: str, **place: object) -> str:
    return f"/documents/{store[0]}/{store[1][name]}?{urlencode(place)}"


# Page and marks stand where they stood at the last look.
_AT_REST = """() => {
  const boxes = [...document.querySelectorAll(".viewer-page, .viewer-mark")].map((one) => one.getBoundingClientRect());
  const places = JSON.stringify(boxes);
  const rests = window.lastPlaces === places;
  window.lastPlaces = places;
  return rests;
}"""


def settled(page: Page) -> None:
    """Waits for the picture of a page and its marks."""
    page.locator(".viewer-mark").first.wait_for()
    page.wait_for_function("() => document.querySelector('.viewer-page img').naturalWidth > 0")
    page.wait_for_function(_AT_REST, polling=200)


@pytest.mark.parametrize(
    ("name", "number", "quote"),
    [
        ("guide.pdf", 2, TWO_COLUMNS),
        ("guide.pdf", 2, SECOND_COLUMN),
        ("turned.pdf", 2, TWO_COLUMNS),
        ("head-down.pdf", 2, SECOND_COLUMN),
        ("cut.pdf", 2, TWO_COLUMNS),
        ("cut-and-turned.pdf", 2, TWO_COLUMNS),
    ],
    ids=["left-column", "right-column", "turned", "head-down", "cut", "cut-and-turned"],
)
def test_every_letter_of_a_quote_is_marked_and_no_other(
    visit: Visit, store: tuple[str, dict[str, str]], name: str, number: int, quote: str
) -> None:
    page = visit.open(address(store, name, page=number, quote=quote))
    settled(page)
    boxes = marks(page)
    inside, outside = glyphs(MADE[name], number, quote)
    assert len(inside) == len(letters(quote))
    assert [point for point in inside if not lies_in(point, boxes)] == []
    assert [point for point in outside if lies_in(point, boxes)] == []
    expect(page.get_by_label("Page number")).to_have_value(str(number))


def test_the_mark_is_seen_over_the_words_of_the_picture(visit: Visit, store: tuple[str, dict[str, str]]) -> None:
    """What the eye sees: paper, mark and ink, by the pixels of a screenshot."""
    page = visit.open(address(store, "guide.pdf", page=2, quote=SECOND_COLUMN))
    settled(page)
    # Of the window as it is: for a picture of the page alone, the browser would make the window larger.
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    frame = page.locator(".viewer-page").bounding_box()
    assert frame
    inside, _ = glyphs(MADE["guide.pdf"], 2, SECOND_COLUMN)
    real = [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in inside]
    yellow = [
        (x, y)
        for y in range(shot.height)
        for x in range(shot.width)
        if all(abs(seen - wanted) < 12 for seen, wanted in zip(_pixel(shot, x, y), MARK, strict=True))
    ]
    assert yellow
    for place in (0, 1):
        seen = min(point[place] for point in yellow), max(point[place] for point in yellow)
        drawn = min(point[place] for point in real), max(point[place] for point in real)
        assert seen == pytest.approx(drawn, abs=9)  # pixels: half a letter, and a little around it
    dark = [
        sum(_pixel(shot, int(x) + dx, int(y) + dy)) < 500 for x, y in real for dx in range(-3, 4) for dy in range(-3, 4)
    ]
    assert sum(dark) > len(inside)  # there is ink under the mark
    visit.examine("viewer-quote")


def _pixel(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    found = image.getpixel((min(max(x, 0), image.width - 1), min(max(y, 0), image.height - 1)))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def test_what_an_answer_cites_opens_at_its_page_with_its_quote_marked(
    visit: Visit, samples: str, api: httpx.Client
) -> None:
    for question in ("How long does an empty battery take to charge?", "电池长期存放时应充至多少？"):
        wish = {"messages": [{"role": "user", "content": question}], "knowledge": {"vector_store_ids": [samples]}}
        answer = api.post("/v1/chat/completions", json={"model": "extractive", **wish}).json()
        cited = answer["choices"][0]["message"]["annotations"][0]
        assert cited["filename"] == GUIDE.name
        query = urlencode({"page": cited["page"], "quote": cited["quote"]})
        page = visit.open(f"/documents/{samples}/{cited['file_id']}?{query}")
        settled(page)
        expect(page.get_by_label("Page number")).to_have_value(str(cited["page"]))
        inside, outside = glyphs(GUIDE.read_bytes(), cited["page"], cited["quote"])
        assert all(lies_in(point, marks(page)) for point in inside)
        assert not any(lies_in(point, marks(page)) for point in outside)


def file_named(api: httpx.Client, store: str, end: str) -> str:
    """The id of the file of a store whose name ends so."""
    for entry in api.get(f"/v1/vector_stores/{store}/files", params={"limit": 100}).json()["data"]:
        if str(api.get(f"/v1/files/{entry['id']}").json()["filename"]).endswith(end):
            return str(entry["id"])
    raise AssertionError(end)


def test_cells_are_marked_in_their_sheet_and_the_row_of_the_quote_most(
    visit: Visit, samples: str, api: httpx.Client
) -> None:
    file = file_named(api, samples, ".xlsx")
    place = {"sheet": "Budget 2026", "cells": "A5:G8", "quote": "Region 区域: East Asia 东亚 | Q1: € 198,000.00"}
    page = visit.open(f"/documents/{samples}/{file}?{urlencode(place)}")
    quoted = page.locator(".sheet-row", has=page.locator(".quoted"))
    expect(quoted).to_have_count(1)
    expect(quoted).to_contain_text("East Asia 东亚")
    expect(quoted.get_by_role("rowheader")).to_have_text("7")
    expect(page.locator(".sheet-row", has=page.locator(".cited")).get_by_role("rowheader")).to_have_text(
        ["5", "6", "7", "8"]
    )
    expect(page.get_by_label("Sheets")).to_have_value("1")
    page.get_by_role("group", name="Sheet Budget 2026").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sheet-said")).to_contain_text("B8€ 896,000.00")
    visit.examine_in_both_languages("viewer-sheet", quoted.wait_for)


def test_a_passage_of_a_word_file_is_marked_below_its_heading(visit: Visit, samples: str, api: httpx.Client) -> None:
    file = file_named(api, samples, "加班制度.docx")
    quote = "当年未休完的年假最多可结转5天"
    page = visit.open(f"/documents/{samples}/{file}?{urlencode({'quote': quote})}")
    mark = page.locator(".viewer-article mark")
    expect(mark).to_have_text(quote)
    expect(mark).to_be_in_viewport()
    expect(page.get_by_role("heading", name="申请与结转")).to_be_visible()
    visit.examine("viewer-word")
    # A quote of a table names its columns, which stand in another row.
    policy = file_named(api, samples, "travel-and-expense-policy.docx")
    quote = (
        "Region: Western Europe | City: Zurich | Limit in EUR / Hotel per night: 210 | Limit in EUR / Meals per day: 85"
    )
    page = visit.open(f"/documents/{samples}/{policy}?{urlencode({'quote': quote})}")
    row = page.locator(".viewer-article tr.marked")
    expect(row).to_contain_text("Zurich")
    expect(row).to_be_in_viewport()


def test_a_scan_shows_what_was_read_where_it_was_read(visit: Visit, samples: str, api: httpx.Client) -> None:
    file = file_named(api, samples, "scan.pdf")
    page = visit.open(f"/documents/{samples}/{file}")
    page.get_by_role("tab", name="Text").click()
    block = page.locator(".read-block", has_text="AC-2026-118").first
    block.get_by_role("button", name="Show where it stands").click()
    settled(page)
    elements = api.get(f"/v1/files/{file}/elements", params={"page": 1}).json()["data"]
    box = next(one["bbox"] for one in elements if "AC-2026-118" in one["text"])
    assert marks(page)[0] == pytest.approx(box, abs=0.004)
    page.get_by_role("button", name="Show what was read").click()
    page.get_by_role("button", name="Text: Certificate number").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("AC-2026-118")


def test_pages_are_turned_and_scaled_by_the_keyboard_alone(visit: Visit, store: tuple[str, dict[str, str]]) -> None:
    page = visit.open(address(store, "guide.pdf"))
    stage = page.get_by_role("group", name="Pages")
    stage.focus()
    shown = page.locator(".viewer-page img")
    for key, number in (
        ("ArrowRight", 2),
        ("PageDown", 3),
        ("ArrowLeft", 2),
        ("End", 5),
        ("ArrowRight", 5),
        ("Home", 1),
    ):
        page.keyboard.press(key)
        expect(shown).to_have_attribute("alt", f"Page {number} of guide.pdf")
    wide = float(shown.evaluate("one => one.getBoundingClientRect().width"))
    page.keyboard.press("+")
    page.wait_for_function(f"() => document.querySelector('.viewer-page').getBoundingClientRect().width > {1.2 * wide}")
    typed = page.get_by_label("Page number")
    typed.fill("4")
    typed.press("Enter")
    expect(shown).to_have_attribute("alt", "Page 4 of guide.pdf")
    for wrong in ("99", "0", "x"):
        typed.fill(wrong)
        typed.press("Enter")
        expect(typed).to_have_value("4")


def test_nothing_moves_when_the_picture_comes(visit: Visit, store: tuple[str, dict[str, str]]) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    visit.page.route("**/image?*", hold)
    page = visit.open(address(store, "turned.pdf"))
    sheet = page.locator(".viewer-page")
    sheet.wait_for()
    page.wait_for_function("() => document.querySelector('.viewer-page img') !== null")
    before = sheet.bounding_box()
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    page.wait_for_function("() => document.querySelector('.viewer-page img').naturalWidth > 0")
    assert sheet.bounding_box() == before
    natural = page.locator(".viewer-page img").evaluate("one => one.naturalWidth / one.naturalHeight")
    assert before
    assert before["width"] / before["height"] == pytest.approx(natural, rel=0.01)


def test_the_words_of_a_page_can_be_selected(visit: Visit, store: tuple[str, dict[str, str]]) -> None:
    page = visit.open(address(store, "guide.pdf", page=2))
    page.locator(".viewer-text text").first.wait_for()
    said = page.locator(".viewer-text").evaluate(
        "one => { getSelection().selectAllChildren(one); return getSelection().toString(); }"
    )
    assert "injure the eye" in " ".join(said.split())
    word = page.locator(".viewer-text text", has_text="xenon").bounding_box()
    sheet = page.locator(".viewer-page").bounding_box()
    assert word
    assert sheet
    across = (word["x"] + word["width"] / 2 - sheet["x"]) / sheet["width"]
    down = (word["y"] + word["height"] / 2 - sheet["y"]) / sheet["height"]
    inside, _ = glyphs(MADE["guide.pdf"], 2, "xenon")
    assert across == pytest.approx(sum(x for x, _ in inside) / 5, abs=0.02)
    assert down == pytest.approx(sum(y for _, y in inside) / 5, abs=0.01)


def test_a_sheet_of_200000_rows_draws_those_in_sight_alone(visit: Visit, samples: str, api: httpx.Client) -> None:
    file = file_named(api, samples, ".xlsx")
    blocks = [(first, first + 199, f"element-{number}") for number, first in enumerate(range(2, 200_002, 200))]
    sheet = {"sheet": "Large", "rows": 200_001, "columns": 200, "blocks": blocks}
    view = {"file_id": file, "filename": "large.xlsx", "kind": "sheets", "note": None, "data": [sheet]}
    asked: list[str] = []

    def elements(route: Route) -> None:
        asked.append(route.request.url)
        first, last, _ = blocks[int(route.request.url.partition("element-")[2] or -1) + 1]
        numbers = list(range(first, last + 1))
        rows = [["head"], *([f"value {row}"] for row in numbers)]
        element = {"rows": rows, "header_rows": 1, "row_numbers": numbers, "hidden": False, "text": ""}
        element |= {"cells": f"A{first}:A{last}"}
        route.fulfill(json={"data": [element], "has_more": False})

    visit.page.route(f"**/v1/files/{file}/pages", lambda route: route.fulfill(json=view))
    visit.page.route(f"**/v1/files/{file}/elements?*", elements)
    page = visit.open(f"/documents/{samples}/{file}?{urlencode({'sheet': 'Large', 'cells': 'A150002:A150201'})}")
    expect(page.get_by_role("cell", name="value 150002")).to_be_in_viewport()
    assert page.locator(".sheet-row").count() < 80
    assert page.locator(".sheet-cell").count() < 1500
    assert len(asked) < 5
    page.get_by_role("group", name="Sheet Large").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("cell", name="value 200001")).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(page.get_by_role("cell", name="head", exact=True)).to_be_in_viewport()


def test_it_fits_a_phone(visit: Visit, store: tuple[str, dict[str, str]], samples: str, api: httpx.Client) -> None:
    visit.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    for name, path in (
        ("pages", address(store, "guide.pdf", page=2, quote=TWO_COLUMNS)),
        ("sheet", f"/documents/{samples}/{file_named(api, samples, '.xlsx')}"),
        ("text", f"/documents/{samples}/{file_named(api, samples, 'policy.docx')}"),
    ):
        page = visit.open(path)
        page.locator(".viewer-mark, .sheet-cell.heads, .viewer-article").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for button in page.locator(".viewer-bar button").all():
            box = button.bounding_box()
            assert box
            assert box["x"] + box["width"] <= PHONE["width"]
        visit.examine(f"viewer-phone-{name}")


@pytest.fixture
def stranger(browser: Browser, lectern: Serving, api: httpx.Client, shots: Path) -> Iterator[Visit]:
    """A visit of a reader who may read what is for everybody."""
    key = api.post("/v1/api_keys", json={"name": "A stranger", "role": "reader"}).json()["key"]
    with visiting(browser, lectern, shots) as one:
        sign_in(one, key)
        yield one


def test_who_may_not_read_a_document_sees_nothing_of_it(
    stranger: Visit, api: httpx.Client, store: tuple[str, dict[str, str]]
) -> None:
    file = store[1]["head-down.pdf"]
    api.put(f"/v1/files/{file}/access", json={"restricted": True, "grants": []}).raise_for_status()
    stranger.expected.append("404")
    page = stranger.open(f"/documents/{store[0]}/{file}?page=2")
    expect(page.get_by_role("main")).to_contain_text("There is no such page")
    expect(page.locator(".viewer")).to_have_count(0)
    assert "head-down" not in page.content()
    for path in ("pages", "pages/1/image", "pages/1/words", "elements", "history"):
        assert page.request.get(f"{stranger.url}/v1/files/{file}/{path}").status == 404
    assert page.request.get(f"{stranger.url}/v1/vector_stores/{store[0]}/files/{file}/chunks").status == 404
