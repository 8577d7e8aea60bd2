"""A worksheet of an Open XML workbook (.xlsx, .xlsm)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.model import Element, Kind
from ingest.parse.excel.cells import read_rows, survey
from ingest.parse.excel.drawings import drawn
from ingest.parse.excel.notes import comments, xml_notes
from ingest.parse.excel.rows import Row, filled
from ingest.parse.excel.sheets import Name
from ingest.parse.excel.workbook import SheetPart, Workbook


class Worksheet:
    """A sheet that is read from its part of the package whenever its rows are asked for."""

    def __init__(self, workbook: Workbook, sheet: SheetPart) -> None:
        self._workbook = workbook
        self._part = sheet.part
        self._survey = survey(workbook.package, sheet.part)
        self.name = sheet.name
        self.hidden = sheet.hidden
        self.names: Sequence[Name] = sheet.names
        self.hidden_columns = self._survey.hidden_columns
        self.row_count: int | None = self._survey.rows

    def rows(self) -> Iterator[Row]:
        """The rows; raises what lxml and zipfile raise, at the row where the part is broken."""
        return filled(read_rows(self._workbook, self._part), self._survey.merges)

    def drawings(self) -> Iterator[Element]:
        """Charts, text boxes and what pictures are said to show."""
        for element in drawn(self._workbook.package, self._part):
            yield replace(element, sheet=self.name, hidden=self.hidden)

    def remarks(self) -> Iterator[Element]:
        """Comments."""
        package = self._workbook.package
        for cell, text in comments(package, self._workbook.part, self._part, xml_notes):
            yield Element(Kind.COMMENT, text, sheet=self.name, cells=cell, hidden=self.hidden)
