"""PDFs by ReportLab, each about one thing."""

import io
import re
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Highlight, Text
from pypdf.generic import ArrayObject, FloatObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.golden.images import CHINESE, ENGLISH_LINES, LATIN, SIMPLIFIED_LINES, TRADITIONAL_LINES, page

PASSWORD = "open sesame"
_WIDTH, _HEIGHT = A4
Draw = Callable[[Canvas], None]

PROSE = (
    "The harbour was first mentioned in a charter of 1284. For three centuries it served fishermen only. When the "
    "river was dredged, larger ships could enter at high tide, and merchants built warehouses along the quay. The "
    "oldest of them still stands. Its beams were cut from oaks of the royal forest."
)
MORE_PROSE = (
    "Trade declined after the railway came. The last cargo ship left in 1931. Today the quay is a promenade, and the "
    "warehouses hold a museum, two cafés and the harbour office. Every August a regatta recalls the days of sail. "
    "Visitors come from far away to see it."
)


def drawn(draw: Draw, size: tuple[float, float] = A4) -> bytes:
    """A PDF that `draw` draws; the same on every day."""
    for name, path in (("Serif", LATIN), ("Chinese", CHINESE)):
        pdfmetrics.registerFont(TTFont(name, path))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=True)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def lines(
    canvas: Canvas, left: float, top: float, words: Sequence[str], size: float = 11, font: str = "Serif"
) -> float:
    """Writes lines down from a place; returns where the next would stand."""
    canvas.setFont(font, size)
    for line in words:
        canvas.drawString(left, top, line)
        top -= size * 1.4
    return top


def wrapped(words: str, width: float, size: float = 11) -> list[str]:
    """The lines of a paragraph."""
    shown, line = [], ""
    for word in words.split():
        if line and pdfmetrics.stringWidth(f"{line} {word}", "Serif", size) > width:
            shown.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*shown, line]


def prose(canvas: Canvas) -> None:
    """Headings by size, paragraphs, a list, a caption and a footnote."""
    top = lines(canvas, 72, 760, ["The old harbour"], 22)
    top = lines(canvas, 72, top - 10, wrapped(PROSE, 450))
    top = lines(canvas, 72, top - 14, ["After the railway"], 15)
    top = lines(canvas, 72, top - 6, wrapped(MORE_PROSE, 450))
    top = lines(canvas, 90, top - 10, ["• Museum: open daily", "• Café: closed on Mondays", "• Office: by appointment"])
    canvas.rect(72, top - 90, 200, 70)
    lines(canvas, 72, top - 105, ["Figure 1: Plan of the quay"], 9)
    canvas.line(72, 110, 200, 110)
    lines(canvas, 72, 96, ["1 Tides are given in local time."], 8)


def columns(canvas: Canvas) -> None:
    """Two columns below a heading that spans both."""
    lines(canvas, 72, 760, ["Harbour news, spring issue"], 20)
    lines(canvas, 72, 720, wrapped(PROSE + " " + PROSE, 210))
    lines(canvas, 312, 720, wrapped(MORE_PROSE + " " + MORE_PROSE, 210))


CELLS = (
    ("Berth", "Length", "Depth", "Fee"),
    ("North 1", "40 m", "4.2 m", "€ 120"),
    ("North 2", "60 m", "5.0 m", "€ 180"),
    ("South 1", "25 m", "3.1 m", "€ 75"),
    ("South 2", "25 m", "2.9 m", "€ 70"),
)


def table(canvas: Canvas, ruled: bool) -> None:
    """A table with or without rules, between two sentences."""
    lines(canvas, 72, 760, ["Berths and what they cost per night:"])
    for row, cells in enumerate(CELLS):
        for column, text in enumerate(cells):
            left, top = 72 + column * 110, 730 - row * 22
            if ruled:
                canvas.rect(left, top - 22, 110, 22)
            canvas.setFont("Serif", 11)
            canvas.drawString(left + 6, top - 15, text)
    lines(canvas, 72, 590, ["Fees include water and electricity."])


def running_heads(canvas: Canvas) -> None:
    """Four pages with a head, a foot and a page number that are no text of theirs."""
    topics = ("moorings", "cranes", "pilots", "customs")
    for number, topic in enumerate(topics, 1):
        lines(canvas, 72, 800, ["Harbour regulations, edition 2026"], 9)
        lines(canvas, 72, 740, [f"Chapter {number}: {topic.title()}"], 16)
        lines(canvas, 72, 710, wrapped(f"This chapter is about {topic}. " + PROSE, 450))
        lines(canvas, 72, 40, ["Port authority"], 9)
        lines(canvas, 480, 40, [f"Page {number} of 4"], 9)
        canvas.showPage()


def hyphens_and_ligatures(canvas: Canvas) -> None:
    """Words broken at line ends, a word that keeps its hyphen, ligatures as characters of their own."""
    words = [
        "The oﬃcial ﬁgures on ﬁshing were pub-",
        "lished late. Exports of salted cod de-",
        "clined, while those of high-quality oil rose. The self-",
        "employed crews, however, earned more than be-",
        "fore, and eﬀorts to reﬂoat the wreck went on.",
    ]
    lines(canvas, 72, 760, words)


def nonsense_below_picture() -> bytes:
    """A scan whose invisible text layer says nothing: what bad recognition left behind."""

    def draw(canvas: Canvas) -> None:
        _scan(canvas, ENGLISH_LINES)
        hidden = canvas.beginText(72, 700)
        hidden.setTextRenderMode(3)
        hidden.setFont("Serif", 11)
        for line in (
            "N0t1cc o( p1annccl rn@intcn",
            "~|~ vv@tcr 5upp|y !o |>u1|d",
            "sh|_t 0(( on Tuc5c|ay ]4 /\\pr1l",
            "P1c@5c f1|1 b0tt1c5 bc(",
        ):
            hidden.textLine(line)
        canvas.drawText(hidden)

    return drawn(draw)


def broken_encoding() -> bytes:
    """Text that shows well and says nonsense: the font's table of characters is wrong."""
    whole = drawn(lambda canvas: _large(canvas, ENGLISH_LINES))

    def spoilt(found: re.Match[bytes]) -> bytes:
        if b"beginbfrange" not in (table := _inflated(found[2])) and b"beginbfchar" not in table:
            return found[0]
        wrong = re.sub(
            rb"<([0-9A-Fa-f]{4})>",
            lambda code: b"<%04X>" % (0x2400 + int(code[1], 16) % 64),
            table.split(b"begincmap")[1],
        )
        kept = table.split(b"begincmap")[0] + b"begincmap" + wrong
        data = zlib.compress(kept)
        return b"<<\n/Filter [ /FlateDecode ] /Length %d\n>>\nstream\n" % len(data) + data + b"\nendstream"

    return (
        whole
        if not whole
        else re.sub(rb"(<<[^>]*>>)\s*stream\r?\n(.*?)\r?\n?endstream", spoilt, whole, flags=re.DOTALL)
    )


def _inflated(data: bytes) -> bytes:
    import base64

    try:
        return zlib.decompress(base64.a85decode(data.strip().removesuffix(b"~>")))
    except ValueError:
        return b""
    except zlib.error:
        return b""


def _large(canvas: Canvas, words: Sequence[str]) -> None:
    lines(canvas, 60, 760, words, 16)


def _scan(canvas: Canvas, words: Sequence[str], font: str = LATIN) -> None:
    picture = page(words, font)
    canvas.drawImage(ImageReader(picture), 40, 400, 510, 510 * picture.height / picture.width)


def rotated(canvas: Canvas) -> None:
    """A page that is turned by its own entry, an upright one, and one that stands on its head."""
    canvas.setPageRotation(90)
    canvas.saveState()
    canvas.translate(_WIDTH, 0)
    canvas.rotate(90)
    lines(canvas, 72, 500, ["Landscape page", "Turned by its own entry."], 14)
    canvas.restoreState()
    canvas.showPage()
    canvas.setPageRotation(0)
    lines(canvas, 72, 760, ["Upright page", "Nothing is turned here."], 14)
    canvas.showPage()
    canvas.translate(_WIDTH, _HEIGHT)
    canvas.rotate(180)
    lines(canvas, 72, 760, ["Page upside down", "Its text stands on its head."], 14)
    canvas.showPage()


def form(canvas: Canvas) -> None:
    """A form that was filled in."""
    fields = canvas.acroForm
    lines(canvas, 72, 760, ["Application for a berth"], 16)
    lines(canvas, 72, 720, ["Name of the boat:"])
    fields.textfield(name="boat", tooltip="Name of the boat", value="Aurora", x=220, y=712, width=200, height=20)
    lines(canvas, 72, 690, ["Needs electricity:"])
    fields.checkbox(name="power", tooltip="Needs electricity", checked=True, x=220, y=684, size=16)
    lines(canvas, 72, 660, ["Side:"])
    fields.choice(
        name="side", tooltip="Side", value="South", options=["North", "South"], x=220, y=652, width=100, height=20
    )


def annotations() -> bytes:
    """A note, text written over the page, and a highlighted line with a remark."""
    writer = PdfWriter(
        PdfReader(
            io.BytesIO(
                drawn(lambda canvas: _large(canvas, ["The fee is 75 euros per night.", "It is paid in advance."]))
            )
        )
    )
    quads = ArrayObject(map(FloatObject, (60, 775, 300, 775, 60, 755, 300, 755)))
    highlight = Highlight(rect=(60, 755, 300, 775), quad_points=quads)
    for annotation, words in (
        (Text(text="Check the fee.", rect=(400, 760, 420, 780)), None),
        (FreeText(text="DRAFT of 3 March", rect=(300, 600, 450, 630)), None),
        (highlight, "Since 2025 it is 80."),
    ):
        added = writer.add_annotation(0, annotation)
        if words:
            added[pdf_name("/Contents")] = pdf_text(words)
    return written(writer)


def pdf_name(name: str) -> Any:
    from pypdf.generic import NameObject

    return NameObject(name)


def pdf_text(words: str) -> Any:
    from pypdf.generic import TextStringObject

    return TextStringObject(words)


def written(writer: PdfWriter) -> bytes:
    """The bytes of what pypdf holds."""
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bookmarks(canvas: Canvas) -> None:
    """An outline whose entries are the headings, which look like any other line."""
    for level, title, text in (
        (0, "Arrival", "Report to the pilot."),
        (1, "By day", "Use channel 12."),
        (0, "Departure", "Pay first."),
    ):
        canvas.bookmarkPage(title)
        canvas.addOutlineEntry(title, title, level)
        lines(canvas, 72, 760, [title])
        lines(canvas, 72, 730, wrapped(f"{text} {PROSE}", 450))
        canvas.showPage()


def attachments() -> bytes:
    """A page with two files attached, which are named but not read."""
    writer = PdfWriter(
        PdfReader(io.BytesIO(drawn(lambda canvas: _large(canvas, ["Contract of carriage", "Annexes are attached."]))))
    )
    writer.add_attachment("rates.csv", b"zone,rate\nA,10\n")
    writer.add_attachment("附件二.txt", "附件".encode())
    return written(writer)


def vertical(canvas: Canvas) -> None:
    """Chinese set in columns from right to left."""
    canvas.setFont("Chinese", 16)
    for column, line in enumerate(("港口始建于宋代", "历经八百余年", "今为博物馆所在地")):
        for row, character in enumerate(line):
            canvas.drawString(480 - column * 32, 740 - row * 20, character)


def chinese(canvas: Canvas) -> None:
    """Simplified and traditional Chinese with an embedded font."""
    top = lines(canvas, 72, 760, SIMPLIFIED_LINES, 14, "Chinese")
    lines(canvas, 72, top - 40, TRADITIONAL_LINES, 14, "Chinese")


def mixed(canvas: Canvas) -> None:
    """A page of text, a scanned one, and one with a heading above a scan."""
    lines(canvas, 72, 760, wrapped(PROSE, 450))
    canvas.showPage()
    _scan(canvas, ENGLISH_LINES)
    canvas.showPage()
    lines(canvas, 72, 780, ["Annex: the notice as posted"], 16)
    _scan(canvas, ENGLISH_LINES[:3])
    canvas.showPage()


def protected() -> bytes:
    """A file that asks for a password."""
    out = io.BytesIO()
    lock = StandardEncryption(PASSWORD, ownerPassword="owner", strength=128)
    canvas = Canvas(out, pagesize=A4, invariant=True, encrypt=lock)
    pdfmetrics.registerFont(TTFont("Serif", LATIN))
    _large(canvas, ["The vault is behind the picture."])
    canvas.save()
    return out.getvalue()


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "prose.pdf": partial(drawn, prose),
    "columns.pdf": partial(drawn, columns),
    "table-ruled.pdf": partial(drawn, partial(table, ruled=True)),
    "table-unruled.pdf": partial(drawn, partial(table, ruled=False)),
    "running-heads.pdf": partial(drawn, running_heads),
    "hyphens-and-ligatures.pdf": partial(drawn, hyphens_and_ligatures),
    "nonsense-below-picture.pdf": nonsense_below_picture,
    "broken-encoding.pdf": broken_encoding,
    "rotated.pdf": partial(drawn, rotated),
    "form.pdf": partial(drawn, form),
    "annotations.pdf": annotations,
    "bookmarks.pdf": partial(drawn, bookmarks),
    "attachments.pdf": attachments,
    "vertical.pdf": partial(drawn, vertical),
    "chinese.pdf": partial(drawn, chinese),
    "mixed.pdf": partial(drawn, mixed),
    "protected.pdf": protected,
}
