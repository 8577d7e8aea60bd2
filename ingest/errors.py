"""Why a file could not be read. The docstring of each class is the text its user reads."""

from typing import ClassVar


class UnreadableFile(Exception):
    """{name} could not be read: {detail}"""

    code: ClassVar[str] = "unreadable_file"

    def __init__(self, name: str, **facts: object) -> None:
        self.name = name
        self.facts: dict[str, object] = {"detail": "", **facts}
        template = type(self).__doc__ or ""
        self.message = " ".join(template.split()).format(name=name, **self.facts)
        super().__init__(self.message)


class EmptyFile(UnreadableFile):
    """{name} is empty (0 bytes). Upload the file again; if it is not empty on your side, the transfer was cut off."""

    code = "empty_file"


class NoText(UnreadableFile):
    """{name} was opened but holds no text that could be read{detail}. If it is a picture or a scan, try a sharper
    scan at 300 dpi."""

    code = "no_text"


class UnsupportedFormat(UnreadableFile):
    """{name} is {detail}, which Lectern does not read. Save it as PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx),
    an image, HTML, Markdown, CSV, e-mail (.eml) or plain text and upload that."""

    code = "unsupported_file"


class DamagedFile(UnreadableFile):
    """{name} is damaged or cut off: {detail}. Open it in the program that made it, save it again and upload the new
    file."""

    code = "damaged_file"


class PasswordNeeded(UnreadableFile):
    """{name} is protected by a password, and none was given or it is wrong. Attach the file again with its password, or
    remove the protection."""

    code = "password_needed"


class TooLarge(UnreadableFile):
    """{name} goes beyond what one file may take: {detail}. Split it and upload the parts."""

    code = "file_too_large"


class NoPages(UnreadableFile):
    """{name} has no pages that could be shown as pictures: it is {detail}. Ask for its elements; they hold its text."""

    code = "no_pages"


class NoSuchPage(UnreadableFile):
    """{name} has no page {page}; its last page is {pages}."""

    code = "no_such_page"


class OutOfTime(UnreadableFile):
    """Reading {name} took longer than {seconds} seconds and was stopped. Split the file, or ask the operator to raise
    LECTERN_PARSE_SECONDS."""

    code = "parse_timeout"


class OutOfMemory(UnreadableFile):
    """Reading {name} needed more than {megabytes} MiB of memory and was stopped. Split the file, or ask the operator to
    raise LECTERN_PARSE_MEMORY_MB."""

    code = "parse_out_of_memory"


class ReaderCrashed(UnreadableFile):
    """The reader of {name} ended unexpectedly ({detail}). Nothing else was harmed. Save the file anew and upload it
    again; if it happens again, send the operator this message."""

    code = "reader_crashed"
