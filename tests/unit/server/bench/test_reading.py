from collections import Counter
from pathlib import Path

import pytest

from server.bench.reading.manifest import HOSTILE, SCANNED, Case, cases
from server.bench.reading.measure import figures
from server.bench.reading.peers import BARE, LECTERN, OURS
from server.bench.reading.runs import run
from server.bench.reading.score import cell_f1, plain, similarity, table_cells
from server.bench.reading.table import Row, rows
from tests.golden.documents import DOCUMENTS

TRUTH = "# Staff\n\n| Site | Staff |\n|---|:-:|\n| Bergen | 41 |\n| a\\|b |  |\n"


def test_syntax_case_width_and_white_space_do_not_count() -> None:
    shown = "<!-- page 1 -->\n## Ｔhe *ﬁrst*   [link](http://x)\n\n- `item`\n![pic](a.png)<b>end</b> &amp;"
    assert plain(shown) == "the first link item end &"
    assert plain("今天\n天气 很好") == "今天天气很好"


def test_similarity_is_one_for_the_same_text_and_falls_with_every_edit() -> None:
    assert similarity("# The *harbour*", "the harbour") == 1
    assert similarity("the harbor", "the harbour") == pytest.approx(10 / 11)
    assert similarity("", "the harbour") == 0


def test_cells_are_those_of_tables_without_empty_ones_and_separators() -> None:
    assert table_cells(TRUTH) == Counter(["site", "staff", "bergen", "41", "ab"])
    assert cell_f1(table_cells(TRUTH), table_cells(TRUTH)) == 1
    assert cell_f1(Counter(["site", "x"]), Counter(["site", "staff"])) == 0.5


def corpus(folder: Path) -> Path:
    docs = folder / "docs"
    docs.mkdir()
    for name in ("lists.docx", "prose.pdf", "fax.tiff"):
        (docs / name).write_bytes(DOCUMENTS[name]())
    (docs / "scan.pdf").write_bytes(DOCUMENTS["mixed.pdf"]())
    (folder / "gt.md").write_text("Bring the following: tools", "utf-8")
    (folder / "must.json").write_text('{"must_include": ["harbour"]}', "utf-8")
    table = (
        "file\tkind\texpect\tpassword\tgt_file\n"
        "docs/lists.docx\tdocx\tparse\t\tgt.md\n"
        "docs/prose.pdf\tpdf\tparse\t\tmust.json\n"
        "docs/scan.pdf\tpdf\tparse\t\t\n"
        "docs/fax.tiff\timg\teither\t\t\n"
        "docs/gone.pdf\tpdf\tparse\t\t\n"
    )
    (folder / "MANIFEST.tsv").write_text(table, "utf-8")
    return docs


@pytest.mark.parametrize("inner", [True, False])
def test_manifest_names_files_from_either_folder(tmp_path: Path, inner: bool) -> None:
    docs = corpus(tmp_path)
    found = {case.path.name: case for case in cases(docs if inner else tmp_path, tmp_path / "MANIFEST.tsv")}
    assert {name: case.group for name, case in found.items()} == {
        "lists.docx": "docx", "prose.pdf": "pdf", "scan.pdf": SCANNED, "fax.tiff": HOSTILE,
    }  # fmt: skip
    assert found["lists.docx"].truth == "Bring the following: tools"
    assert found["prose.pdf"].must_include == ("harbour",)


def test_lectern_is_run_in_processes_of_its_own_and_scored(tmp_path: Path) -> None:
    docs = corpus(tmp_path)
    truth = "Bring the following: Tools Hammer claw"
    broken = tmp_path / "broken.docx"
    broken.write_bytes(b"PK\x03\x04 broken")
    read = [Case(docs / "lists.docx", "docx", "parse", truth=truth), Case(broken, "docx", "parse", truth="lost")]
    (row,) = rows([run(OURS[0], read, 1, lambda _: None)])
    assert (row.reader, row.files, row.with_truth) == (LECTERN, 2, 2)
    assert row.similarity is not None
    assert 0.1 < row.similarity < 0.5  # half of it, because one of the two was not read
    assert [failure.partition(":")[0] for failure in row.failures] == ["broken.docx"]
    assert row.files_per_second > 0


def row(group: str, reader: str, likeness: float, speed: float) -> Row:
    return Row(group, reader, 3, 3, likeness, None, speed, speed, ())


def test_figures_ask_for_the_best_likeness_and_the_wanted_speed() -> None:
    table = [
        row("docx", LECTERN, 0.95, 40), row("docx", BARE, 0.95, 80),
        row("docx", "markitdown", 0.96, 3), row("docx", "unstructured", 0.80, 10),
        row("pdf", LECTERN, 0.97, 20), row("pdf", "docling", 0.96, 15), row("pdf", "LangChain", 0.90, 90),
        row("pdf", "pypdfium2", 0.97, 500),
    ]  # fmt: skip
    found = {figure.name: figure for figure in figures(table, [])}
    assert not found["docx similarity"].met
    assert (found["docx files/s"].limit, found["docx files/s"].met) == (30, True)
    assert found["pdf similarity"].met
    assert (found["pdf files/s"].limit, found["pdf files/s"].met) == (15, True)  # the faster one is not near
