"""Documents made up for measuring: plausible in shape, without meaning."""

import io
import random
from collections.abc import Iterator

_SYLLABLES = ("ka", "lo", "mi", "ren", "ta", "vo", "shi", "pra", "del", "cor", "nim", "sta", "bel", "gor", "fen", "ul")


def words(chance: random.Random, count: int) -> list[str]:
    """Made-up words, common ones often and rare ones seldom, as in a language."""
    vocabulary = _vocabulary()
    return [vocabulary[min(int(chance.paretovariate(0.6)) - 1, len(vocabulary) - 1)] for _ in range(count)]


def _vocabulary(size: int = 20_000) -> list[str]:
    if not _made:
        chance = random.Random(1)  # noqa: S311 - material, not a secret
        _made.extend("".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(size))
    return _made


_made: list[str] = []


def sentences(chance: random.Random, count: int) -> str:
    """So many sentences."""
    return " ".join(" ".join(words(chance, chance.randint(6, 22))).capitalize() + "." for _ in range(count))


def markdown(seed: int, sections: int) -> bytes:
    """A document of headed sections."""
    chance = random.Random(seed)  # noqa: S311 - material, not a secret
    parts = [f"# Document {seed}"]
    for number in range(sections):
        parts += [f"## Section {number} {' '.join(words(chance, 3))}", sentences(chance, 9)]
    return "\n\n".join(parts).encode()


def pdf(pages: int, lines: int = 45) -> bytes:
    """A digital PDF of so many pages of text (PDF 32000-1:2008, the least that makes a valid file)."""
    chance = random.Random(pages)  # noqa: S311 - material, not a secret
    bodies: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for page in range(pages):
        rows = [f"Page {page + 1} " + " ".join(words(chance, 8)) for _ in range(lines)]
        shown = "".join(f"({row[:95]}) Tj T*\n" for row in rows)
        content = f"BT /F1 10 Tf 14 TL 60 780 Td\n{shown}ET".encode()
        bodies.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        bodies.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % len(bodies)
        )
        kids.append(b"%d 0 R" % len(bodies))
    bodies[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join(kids))
    return _assemble(bodies)


def _assemble(bodies: list[bytes]) -> bytes:
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start))
    return out.getvalue()


def workbook(rows: int) -> bytes:
    """A workbook with one sheet of so many rows and six columns."""
    from openpyxl import Workbook

    chance = random.Random(rows)  # noqa: S311 - material, not a secret
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Ledger")
    sheet.append(["Number", "Date", "Account", "Text", "Amount", "Currency"])
    for number in range(rows):
        text = " ".join(words(chance, 3))
        sheet.append(
            [number, f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}", f"A{number % 97:03}", text, number / 7, "EUR"]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def questions(count: int) -> Iterator[str]:
    """Questions in words of the material."""
    chance = random.Random(99)  # noqa: S311 - material, not a secret
    for _ in range(count):
        yield "What is " + " ".join(words(chance, 5)) + "?"
