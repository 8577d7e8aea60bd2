import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    RectangleObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import PasswordNeeded
from ingest.model import Kind
from tests.pages import SENTENCE, WIDTH, elements, events, made, paragraph, rewritten


def test_headings_take_their_level_from_the_outline() -> None:
    def draw(canvas: Canvas) -> None:
        for page, (title, level) in enumerate((("Scope", 0), ("Exceptions", 1)), 1):
            canvas.bookmarkPage(title)
            canvas.addOutlineEntry(title, title, level)
            canvas.drawString(72, 700, title)
            paragraph(canvas, 72, 200, [SENTENCE, f"Page {page}. " + SENTENCE])
            canvas.showPage()

    titles = [(element.text, element.level) for element in elements(made(draw)) if element.kind is Kind.TITLE]

    assert titles == [("Scope", 1), ("Exceptions", 2)]


def encrypted(user: str, algorithm: str = "AES-256") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made(lambda c: c.drawString(72, 500, "the secret plan")))))
    writer.encrypt(user_password=user, owner_password="owner", algorithm=algorithm)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize("password", [None, "wrong"])
def test_a_locked_file_asks_for_its_password(password: str | None) -> None:
    with pytest.raises(PasswordNeeded, match="protected by a password"):
        events(encrypted("open sesame"), password=password)


@pytest.mark.parametrize("password", ["open sesame", "owner"], ids=["user", "owner"])
def test_a_locked_file_opens_with_either_of_its_passwords(password: str) -> None:
    assert elements(encrypted("open sesame"), password=password)[0].text == "the secret plan"


@pytest.mark.parametrize(
    ("password", "algorithm"), [("Schlüssel", "RC4-128"), ("Schlüssel", "AES-256"), ("钥匙", "AES-256")]
)
def test_a_password_may_be_of_any_letters(password: str, algorithm: str) -> None:
    assert elements(encrypted(password, algorithm), password=password)[0].text == "the secret plan"


def test_a_file_with_only_an_owner_password_is_read() -> None:
    assert elements(encrypted(""))[0].text == "the secret plan"


def test_values_of_form_fields_are_read_with_their_names() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 720, "Application for a parking space")
        canvas.acroForm.textfield(name="plate", value="XY 123", x=72, y=600, width=200, tooltip="Number plate")

    found = elements(made(draw))

    assert found[-1].text == "Number plate: XY 123"
    assert found[-1].box is not None


def test_names_of_attached_files_are_told() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made(lambda c: c.drawString(72, 500, "with attachment")))))
    writer.add_attachment("figures.csv", b"a,b")
    stream = io.BytesIO()
    writer.write(stream)

    assert "Attached file: figures.csv" in [element.text for element in elements(stream.getvalue())]


def test_fields_of_every_kind_are_read_as_they_are_shown() -> None:
    def draw(canvas: Canvas) -> None:
        form = canvas.acroForm
        canvas.drawString(72, 720, "Order")
        form.checkbox(name="paid", tooltip="Paid", checked=True, x=72, y=690)
        form.checkbox(name="sent", tooltip="Sent", checked=False, x=72, y=670)
        for left, colour in enumerate(("red", "blue")):
            form.radio(name="colour", value=colour, selected=colour == "blue", x=72 + 20 * left, y=650)
        form.choice(name="size", tooltip="Size", value="B", options=[("Small", "A"), ("Large", "B")], x=72, y=620)
        days = ["Mo", "Tu", "We"]
        form.listbox(name="days", value=["Mo", "We"], options=days, x=72, y=520, fieldFlags="multiSelect")
        form.textfield(name="pin", tooltip="PIN", value="1234", x=72, y=450, fieldFlags="password")

    texts = [element.text for element in elements(made(draw))]

    assert texts == ["Order", "Paid: Yes", "colour: blue", "Size: Large", "days: Mo, We"]


def annotated(subtype: str, **entries: PdfObject) -> bytes:
    def change(writer: PdfWriter) -> None:
        note = DictionaryObject({NameObject("/Subtype"): NameObject(subtype)})
        note[NameObject("/Rect")] = RectangleObject((100, 500, 120, 520))
        note.update({NameObject(f"/{name}"): value for name, value in entries.items()})
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])

    return rewritten(made(lambda canvas: canvas.drawString(72, 700, "A page under review")), change)


@pytest.mark.parametrize(
    ("subtype", "kind"), [("/Text", Kind.COMMENT), ("/Highlight", Kind.COMMENT), ("/FreeText", Kind.TEXT)]
)
def test_remarks_are_read_with_their_place(subtype: str, kind: Kind) -> None:
    _, remark = elements(annotated(subtype, Contents=TextStringObject("Check this – 请核对")))

    assert (remark.kind, remark.text, remark.page) == (kind, "Check this – 请核对", 1)
    assert remark.box is not None
    assert remark.box.left == pytest.approx(100 / WIDTH, abs=0.01)


def test_hidden_remarks_and_links_are_left_out() -> None:
    hidden = annotated("/Text", Contents=TextStringObject("hidden"), F=NumberObject(2))
    link = annotated("/Link", Contents=TextStringObject("somewhere"))

    assert len(elements(hidden)) == len(elements(link)) == 1


def test_files_pinned_to_a_page_are_told() -> None:
    file = DictionaryObject({NameObject("/Type"): NameObject("/Filespec")})
    file[NameObject("/UF")] = TextStringObject("Angebot März.xlsx")

    assert elements(annotated("/FileAttachment", FS=file))[-1].text == "Attached file: Angebot März.xlsx"


def test_an_outline_of_half_characters_does_no_harm() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.bookmarkPage("one")
        canvas.addOutlineEntry("one", "one", 0)
        canvas.drawString(72, 700, "page one")

    def change(writer: PdfWriter) -> None:
        outlines = writer.root_object["/Outlines"].get_object()
        assert isinstance(outlines, DictionaryObject)
        first = outlines["/First"].get_object()
        assert isinstance(first, DictionaryObject)
        first[NameObject("/Title")] = ByteStringObject(b"\xfe\xff\x00o\xd8\x10\x00n")

    assert elements(rewritten(made(draw), change))[0].text == "page one"


def test_an_outline_that_bites_its_tail_ends() -> None:
    def draw(canvas: Canvas) -> None:
        for title in ("one", "two"):
            canvas.bookmarkPage(title)
            canvas.addOutlineEntry(title, title, 0)
            canvas.drawString(72, 700, f"page {title}")
            canvas.showPage()

    def change(writer: PdfWriter) -> None:
        outlines = writer.root_object["/Outlines"].get_object()
        assert isinstance(outlines, DictionaryObject)
        first = outlines["/First"].get_object()
        assert isinstance(first, DictionaryObject)
        first[NameObject("/Next")] = outlines.raw_get("/First")

    assert len(elements(rewritten(made(draw), change))) == 2
