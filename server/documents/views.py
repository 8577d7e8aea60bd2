"""How a file can be shown: by its pages, by its sheets, or by its text."""

from typing import Any

from ingest.errors import UnreadableFile
from ingest.pages.model import PageSizes
from ingest.sniff import CSV, ODS, TSV, XLS, XLSB, XLSX
from server.documents.elements import Elements, Sheet, element_id
from server.documents.files import Uploads
from server.documents.pages import Pages, not_viewable

_WORKBOOKS = frozenset({XLSX, XLSB, XLS, ODS, CSV, TSV})


class FileViews:
    """What there is to see of files."""

    def __init__(self, uploads: Uploads, pages: Pages, elements: Elements) -> None:
        self._uploads = uploads
        self._pages = pages
        self._elements = elements

    def of(self, file_id: str) -> dict[str, Any]:
        """How the file can be shown: by pages, by sheets, or by its text.

        Raises:
            UnknownFile: there is no such file.
            FileNotViewable: it is damaged.
            FileNotRead: it has no pages, and was not read.
        """
        record = self._uploads.get(file_id)
        told = {
            "object": "file.pages",
            "file_id": file_id,
            "filename": record.filename,
            "media_type": record.media_type,
        }
        try:
            return told | {"kind": "pages", "data": _page_objects(self._pages.sizes(file_id)), "note": None}
        except UnreadableFile as error:
            if error.code not in {"no_pages", "password_needed"}:
                raise not_viewable(record, error) from None
            if error.code == "password_needed" and not self._elements.exist(file_id):
                raise not_viewable(record, error) from None
            note = "password_needed" if error.code == "password_needed" else None
        if record.media_type in _WORKBOOKS:
            sheets = self._elements.sheets(record)
            return told | {"kind": "sheets", "data": list(map(_sheet_object, sheets)), "note": note}
        self._elements.page(record, None, None, None, 1)  # raises where there is no text
        return told | {"kind": "text", "data": [], "note": note}


def _sheet_object(sheet: Sheet) -> dict[str, Any]:
    blocks = [[first, last, element_id(number)] for first, last, number in sheet.blocks]
    return {"sheet": sheet.name, "rows": sheet.rows, "columns": sheet.columns, "blocks": blocks}


def _page_objects(sizes: PageSizes) -> list[dict[str, Any]]:
    return [
        {"page": number, "width": round(width, 2), "height": round(height, 2)}
        for number, (width, height) in enumerate(sizes.sizes, 1)
    ]
