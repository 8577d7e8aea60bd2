"""`lectern parse`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.settings import Settings

if TYPE_CHECKING:
    from ingest.cleaning import Cleaning
    from ingest.model import Event, Loss
    from ingest.sandbox import Reading


class Form(StrEnum):
    """How a document is shown."""

    MARKDOWN = "md"
    JSON = "json"
    HTML = "html"


def parse(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file of any format Lectern reads.")],
    form: Annotated[Form, typer.Option("--format", help="Markdown, JSON or a web page.")] = Form.MARKDOWN,
    password: Annotated[str, typer.Option(help="Password of a protected file.")] = "",
    clean: Annotated[bool, typer.Option("--clean", help="As cleaned for the index, with what each step did.")] = False,
) -> None:
    """Show what the reader sees in a file, without server or index.

    Example: lectern parse contract.pdf --format json
    """
    from ingest.cleaning import Cleaning
    from ingest.document import to_json, to_markdown
    from ingest.html import to_html
    from ingest.model import Source
    from ingest.sandbox import Sandbox

    settings = Settings.read()
    with Sandbox(settings.parse_memory_mb, settings.parse_seconds) as sandbox, file.open("rb") as stream:
        reading = sandbox.read(
            Source(file.name, stream, file.stat().st_size, password or None), settings.read_options()
        )
        view = _View(file.name, reading, settings.redact, Cleaning(settings.clean_steps()) if clean else None)
        match form:
            case Form.MARKDOWN:
                pieces = to_markdown(view.events())
            case Form.JSON:
                pieces = to_json(view.events(), view.facts)
            case Form.HTML:
                pieces = to_html(view.events(), file.name, view.facts)
        for text in pieces:
            typer.echo(text, nl=False)


class _View:
    """A document while it is shown: its events with the name of their reader, and what is known of it at the end."""

    def __init__(self, name: str, reading: "Reading", redact: str, cleaning: "Cleaning | None") -> None:
        self._name = name
        self._reading = reading
        self._redact = redact
        self._cleaning = cleaning
        self._pages = 0
        self._losses: list[Loss] = []

    def events(self) -> Iterator["Event"]:
        """The events, masked and cleaned as asked for."""
        from ingest.redaction import Redaction

        found = self._named()
        if self._redact:
            found = Redaction(self._redact).events(found)
        return found if self._cleaning is None else self._cleaned(found, self._cleaning)

    def _cleaned(self, events: Iterable["Event"], cleaning: "Cleaning") -> Iterator["Event"]:
        from ingest.model import Element, Loss

        passed: list[Event] = []

        def elements() -> Iterator[Element]:
            for event in events:
                if isinstance(event, Element):
                    yield event
                else:
                    passed.append(event)
                    self._losses += [event] if isinstance(event, Loss) else []

        for element in cleaning.elements(elements()):
            yield from passed
            passed.clear()
            yield element
        yield from passed

    def _named(self) -> Iterator["Event"]:
        """The events; an element that names no parser of its own was read by the format's."""
        from ingest.model import Element, Progress

        for event in self._reading:
            if isinstance(event, Element):
                self._pages = max(self._pages, event.page or 0)
                yield replace(event, parser=event.parser or self._reader())
            else:
                if isinstance(event, Progress) and event.unit == "pages":
                    self._pages = max(self._pages, event.done)
                yield event

    def facts(self) -> dict[str, object]:
        """Known when the last event was seen; seconds are those waited for the reader."""
        return {
            "name": self._name,
            "media_type": self._reading.media_type,
            "pages": self._pages or None,
            "seconds": round(self._reading.seconds, 3),
            "peak_mb": round(self._reading.peak_mb, 1),
            **(self._cleaning_facts(self._cleaning) if self._cleaning else {}),
        }

    def _cleaning_facts(self, cleaning: "Cleaning") -> dict[str, object]:
        quality = cleaning.quality(self._pages, self._losses)
        return {
            "quality": quality and {"score": quality.score, "reasons": quality.reasons},
            "cleaned": {
                name: {"seen": tally.seen, "changed": tally.changed, "dropped": tally.dropped}
                for name, tally in cleaning.tallies.items()
            },
        }

    def _reader(self) -> str | None:
        from ingest.formats import FORMATS

        known = FORMATS.get(self._reading.media_type or "")
        return known.module.rpartition(".")[2] if known else None
