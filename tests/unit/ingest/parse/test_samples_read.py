"""The sample documents hold what is easily read wrongly: justified columns, a filled-in form, mixed languages."""

from ingest.model import Element, Kind, ReadOptions, Source
from ingest.parse import pdf
from server.samples import DOCUMENTS


def texts(name: str, page: int) -> list[str]:
    path = DOCUMENTS / name
    with path.open("rb") as stream:
        events = list(pdf.read(Source(name, stream, path.stat().st_size), ReadOptions()))
    found = [event for event in events if isinstance(event, Element) and event.page == page]
    return [element.text for element in found if element.kind not in {Kind.HEADER, Kind.FOOTER}]


def test_justified_columns_are_read_one_after_the_other() -> None:
    found = texts("qm7-operating-guide.pdf", 2)
    assert found[0] == "Safety"
    assert found[1].endswith("and the protective filter covers only stray light.")
    assert found.index("Getting started") > found.index(next(text for text in found if "IP65" in text))


def test_the_lines_of_a_scanned_form_stay_apart() -> None:
    assert "Stray light: 0.03 percent (limit 0.10 percent)" in texts("acceptance-certificate-scan.pdf", 2)


def test_a_chinese_line_on_an_english_scan_is_read_as_chinese() -> None:
    found = texts("acceptance-certificate-scan.pdf", 2)
    assert any(text.startswith("检测人员") and text.endswith("韩立群") for text in found)
