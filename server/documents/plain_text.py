"""The text of a file for those who ask about the file itself, whether or not it is in a vector store."""

from ingest.errors import UnreadableFile
from ingest.model import Element, ReadOptions, Source
from server.documents.ingestion import Readers
from server.documents.names import blob_name
from server.documents.passwords import Passwords
from server.documents.text import Texts
from server.errors import InvalidRequest
from server.ports import Catalog, Files


class PlainTexts:
    """Gives the text of files; one that was not read yet is read now, and not again."""

    def __init__(
        self,
        catalog: Catalog,
        files: Files,
        passwords: Passwords,
        texts: Texts,
        readers: Readers,
        options: ReadOptions,
    ) -> None:
        self._catalog = catalog
        self._files = files
        self._passwords = passwords
        self._texts = texts
        self._readers = readers
        self._options = options

    def __call__(self, file_id: str) -> tuple[str, str]:
        """The file's name and text. May take as long as reading the file does.

        Raises:
            UnknownFile: there is no such file.
            InvalidRequest: it cannot be read; tells why.
        """
        record = self._catalog.file(file_id)
        try:
            with self._files.open(blob_name(file_id), file_id) as stream:
                source = Source(record.filename, stream, record.bytes, self._passwords.of(file_id))
                reading = self._readers.read(source, self._options)
                events = self._texts.events(file_id, reading)
                text = "\n\n".join(event.text for event in events if isinstance(event, Element) and event.text)
        except UnreadableFile as error:
            detail = type(error)(record.filename, **error.facts).message
            raise InvalidRequest(detail=detail.rstrip("."), param="input") from None
        return record.filename, text
