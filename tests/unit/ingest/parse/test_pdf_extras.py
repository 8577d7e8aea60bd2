import io

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import PasswordNeeded
from ingest.model import Kind
from tests.pages import SENTENCE, elements, events, made, paragraph


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


def encrypted(user: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made(lambda c: c.drawString(72, 500, "the secret plan")))))
    writer.encrypt(user_password=user, owner_password="owner", algorithm="AES-256")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize("password", [None, "wrong"])
def test_a_locked_file_asks_for_its_password(password: str | None) -> None:
    with pytest.raises(PasswordNeeded, match="protected by a password"):
        events(encrypted("open sesame"), password=password)


def test_a_locked_file_opens_with_its_password() -> None:
    assert elements(encrypted("open sesame"), password="open sesame")[0].text == "the secret plan"


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
