"""What reading found in a file, kept sealed, so that it is read once and can be shown, resumed and indexed again."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ingest.document import dump, load
from ingest.model import Element, Event, Progress
from ingest.redaction import Redaction
from server.documents.findings import Findings, names_of
from server.documents.names import elements_name
from server.ports import Files


class Texts:
    """The sealed elements of files. `version` changes whenever the readers would find something else; `redact` names
    the policy by which personal data is masked before anything is kept or passed on (empty: none)."""

    def __init__(self, files: Files, version: str, redact: str = "") -> None:
        self._files = files
        self._version = f"{version} {redact}".rstrip().encode()
        self._redact = redact

    def events(self, file_id: str, reading: Iterable[Event]) -> Iterator[Event]:
        """The events of a file: the kept ones if they are of this version, else those of `reading`, kept on the way.

        They are kept only once `reading` came to its end.
        """
        if self._is_current(file_id):
            yield from self._kept(file_id)
            return
        with self._files.write(elements_name(file_id), file_id, durable=False) as out:  # can be read again
            out.write(self._version + b"\n")
            for event in self._masked(reading):
                if not isinstance(event, Progress):
                    out.write(dump(event))
                yield event
        self._files.delete(*names_of(self._files, file_id))

    def findings(self, file_id: str, advance: Callable[[], None]) -> Findings | None:
        """What an unfinished reading keeps and the next one takes up; `advance` is called when there is more of it.

        None where personal data is masked: findings are not.
        """
        return None if self._redact else Findings(self._files, file_id, self._version, advance)

    def content(self, file_id: str) -> Iterator[dict[str, Any]]:
        """Text and place of every element; nothing for a file that was not read yet."""
        if not self._files.exists(elements_name(file_id)):
            return
        # What was kept before there was a policy is masked on its way out, until the file is read again.
        for event in self._masked(self._kept(file_id)):
            if isinstance(event, Element):
                yield {"type": "text", "text": event.text, "kind": event.kind.value, "page": event.page}

    def _masked(self, events: Iterable[Event]) -> Iterable[Event]:
        return Redaction(self._redact).events(events) if self._redact else events

    def _is_current(self, file_id: str) -> bool:
        name = elements_name(file_id)
        if not self._files.exists(name):
            return False
        with self._files.open(name, file_id) as stream:
            return stream.readline().rstrip() == self._version

    def _kept(self, file_id: str) -> Iterator[Event]:
        with self._files.open(elements_name(file_id), file_id) as stream:
            stream.readline()
            for line in stream:
                yield load(line)
