"""The files to read, and what is known of them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

HOSTILE = "hostile"
SCANNED = "pdf-scanned"
IMAGE = "img"
DOCUMENTS = ("docx", "xlsx", "pptx", "doc", "text", IMAGE)


@dataclass(frozen=True, slots=True)
class Case:
    """One file. `truth` is its text where known, `must_include` strings that it holds, `expect` what has to happen.

    `group` is the manifest's kind. Apart from it stand PDFs that have pages without text, and as hostile the files that
    were made to do harm or need not be read.
    """

    path: Path
    group: str
    expect: str
    password: str | None = None
    truth: str | None = None
    must_include: tuple[str, ...] = ()


def cases(docs: Path, manifest: Path) -> list[Case]:
    """The documents of a manifest, a table separated by tabs.

    Columns: `file`, `kind`, `expect` (parse, needs_password, reject_clean, either), and where known `password` and
    `gt_file`. Paths count from `docs`, from the folder above it, or from the manifest's. Files that are not there are
    left out, and rows that are no documents. Raises FileNotFoundError if nothing is left.
    """
    roots = (docs, docs.resolve().parent, manifest.resolve().parent)
    with manifest.open(encoding="utf-8", newline="") as lines:
        found = [case for row in csv.DictReader(lines, delimiter="\t") for case in _case(row, roots)]
    if not found:
        raise FileNotFoundError(f"none of the files of {manifest} lies in {docs}")
    return found


def _case(row: dict[str, str], roots: tuple[Path, ...]) -> Iterator[Case]:
    path = _found(row["file"], roots)
    if path is None or row["expect"] not in {"parse", "needs_password", "reject_clean", "either"}:
        return
    password = row.get("password") or None
    truth_path = _found(row.get("gt_file") or "", roots)
    truth, must = _truth(truth_path) if truth_path else (None, ())
    yield Case(path, _group(row, path, password), row["expect"], password, truth, must)


def _group(row: dict[str, str], path: Path, password: str | None) -> str:
    if row["expect"] != "parse" or HOSTILE in Path(row["file"]).parts:
        return HOSTILE
    return SCANNED if row["kind"] == "pdf" and _has_bare_pages(path, password) else row["kind"]


def _found(name: str, roots: tuple[Path, ...]) -> Path | None:
    return next((root / name for root in roots if name and (root / name).is_file()), None)


def _truth(path: Path) -> tuple[str | None, tuple[str, ...]]:
    data = path.read_bytes()
    if path.suffix == ".json":
        return None, tuple(orjson.loads(data)["must_include"])
    return data.decode("utf-8"), ()


def _has_bare_pages(path: Path, password: str | None) -> bool:
    """Whether a PDF has pages without text."""
    import pypdfium2

    with pypdfium2.PdfDocument(path, password=password) as document:
        return not all(page.get_textpage().count_chars() for page in document)
