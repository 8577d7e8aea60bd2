"""Excel workbooks (.xlsx, .xlsm): every sheet as titles, tables and remarks, read row by row."""

import zipfile
from collections.abc import Iterator

from ingest.errors import DamagedFile
from ingest.model import Event, ReadOptions, Source
from ingest.parse.archive import open_package


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Reads a workbook in constant memory; formulas by their stored values, or as text where none was ever stored.

    A sheet that breaks off ends with a Loss. Raises DamagedFile where nothing can be read, NoText where there is
    nothing to read, and what `open_package` raises.
    """
    from ingest.parse.excel.parts import BROKEN
    from ingest.parse.excel.sheets import detail, events
    from ingest.parse.excel.workbook import open_workbook
    from ingest.parse.excel.worksheet import Worksheet

    with zipfile.ZipFile(open_package(source, options)) as package:
        try:
            workbook = open_workbook(package)
        except BROKEN as error:
            raise DamagedFile(source.name, detail=detail(error)) from error
        yield from events([Worksheet(workbook, sheet) for sheet in workbook.sheets], source.name, BROKEN)
