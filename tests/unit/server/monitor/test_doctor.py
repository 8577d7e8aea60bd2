from pathlib import Path

import pytest

from server.monitor.doctor import Verdict, tesseract
from server.settings import OcrEngine, Settings


def verdict(engine: OcrEngine, languages: str = "eng+chi_sim") -> Verdict:
    (finding,) = tesseract(Settings.read(ocr_engine=engine, ocr_languages=languages))
    return finding.verdict


@pytest.mark.parametrize(
    ("engine", "expected"),
    [(OcrEngine.TESSERACT, Verdict.FAIL), (OcrEngine.AUTO, Verdict.WARN), (OcrEngine.RAPIDOCR, Verdict.OK)],
)
def test_a_missing_tesseract_weighs_as_much_as_it_is_needed(
    engine: OcrEngine, expected: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert verdict(engine) is expected


def test_languages_that_only_tesseract_reads_must_be_installed() -> None:
    assert verdict(OcrEngine.AUTO, "eng+chi_tra") is Verdict.OK
    assert verdict(OcrEngine.AUTO, "eng+tlh_none") is Verdict.WARN
