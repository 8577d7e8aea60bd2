"""What reading a file found at great cost (text in scans), kept sealed until the file is read to its end.

A reading that was interrupted, whatever stopped it, goes on from there.
"""

from collections.abc import Callable, Iterator
from itertools import count, takewhile

from server.documents.names import finding_name
from server.ports import Files


class Findings:
    """The findings of one file; used by one reading. `version` changes whenever readers would find something else, and
    `advance` is called for every finding that is new."""

    def __init__(self, files: Files, file_id: str, version: bytes, advance: Callable[[], None]) -> None:
        self._files = files
        self._file_id = file_id
        self._version = version
        self._advance = advance
        self._kept = 0

    def lines(self) -> Iterator[bytes]:
        """What earlier readings kept."""
        for name in names_of(self._files, self._file_id):
            self._kept += 1
            with self._files.open(name, self._file_id) as stream:
                version, _, line = stream.read().partition(b"\n")
            if version == self._version:
                yield line

    def keep(self, line: bytes) -> None:
        """Keeps what this reading found."""
        with self._files.write(finding_name(self._file_id, self._kept), self._file_id, durable=False) as out:
            out.write(self._version + b"\n" + line)
        self._kept += 1
        self._advance()


def names_of(files: Files, file_id: str) -> Iterator[str]:
    """The names of the findings that are kept of a file."""
    return takewhile(files.exists, (finding_name(file_id, number) for number in count()))
