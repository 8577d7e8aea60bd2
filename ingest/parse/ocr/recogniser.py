"""The port between readers and engines: recognises pictures one by one or several at once."""

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from PIL import Image

from ingest.memory import MEMORY
from ingest.model import Notice, ReadOptions
from ingest.parse.ocr.auto import Auto
from ingest.parse.ocr.models import Models
from ingest.parse.ocr.rapid import Rapid
from ingest.parse.ocr.recognition import OcrMissing, Recognition
from ingest.parse.ocr.remembering import Remembering
from ingest.parse.ocr.straightening import PageEngine, Straightening
from ingest.parse.ocr.tesseract import Tesseract, installed_languages

MOST_THREADS = 3  # unless told; each takes some 160 MiB, and a reader has 1 GiB
# Tesseract's names of the languages whose signs RapidOCR knows
WIDE = frozenset({"chi_sim", "chi_sim_vert", "chi_tra", "chi_tra_vert", "jpn", "jpn_vert"})
LATIN = frozenset(
    {"cat", "ces", "dan", "deu", "eng", "est", "fin", "fra", "hrv", "hun", "ind", "isl", "ita", "lat", "lav", "lit"}
    | {"msa", "nld", "nor", "pol", "por", "ron", "slk", "slv", "spa", "swe", "tur"}
)


class Engine(Protocol):
    """What recognises text in a picture; used by several threads at once."""

    def recognise(self, image: Image.Image) -> Recognition:
        """Reads a picture. Raises OcrMissing and OcrFailed."""


class Recogniser:
    """Recognises text with one engine, `threads` pictures at once, and holds at most two pictures more than that.

    `notices` tell which of the languages asked for cannot be recognised here.
    """

    def __init__(self, engine: Engine, threads: int, notices: Sequence[Notice] = ()) -> None:
        self.threads = threads
        self.notices = tuple(notices)
        self._engine = engine
        self._free = threading.Semaphore(threads + 2)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ocr")

    def recognise(self, image: Image.Image) -> Recognition:
        """Reads a picture, turning it upright where need be. Raises OcrMissing and OcrFailed."""
        return self._engine.recognise(image)

    def submit(self, image: Image.Image) -> Future[Recognition]:
        """Reads a picture in the background; waits while too many others are not done."""
        self._free.acquire()
        future = self._pool.submit(self._engine.recognise, image)
        future.add_done_callback(lambda _: self._free.release())
        return future

    def recognise_all(self, images: Iterable[Image.Image]) -> Iterator[Recognition]:
        """Reads pictures, several at once, and yields what was found in their order. Raises as `recognise` does."""
        ahead: deque[Future[Recognition]] = deque()
        for image in images:
            ahead.append(self.submit(image))
            while len(ahead) > self.threads or (ahead and ahead[0].done()):
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()

    def close(self) -> None:
        """Drops what has not begun and waits for the rest."""
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_recogniser(name: str, options: ReadOptions) -> Recogniser:
    """A recogniser for the pictures of the file `name`, with the engine of the options.

    Raises OcrMissing if no engine is usable, or none knows any of the languages asked for.
    """
    models = Models(name)
    reader, known = _reader(name, options, models)
    asked = options.ocr_languages.split("+")
    missing = [language for language in asked if language not in known]
    if len(missing) == len(asked):
        raise OcrMissing(name, detail=f"none of its languages {options.ocr_languages} is installed")
    told = f"Text in {', '.join(missing)} may be misread: data of Tesseract for it is not installed."
    engine: Engine = Straightening(reader, models)
    memory = MEMORY.get()
    if memory is not None:
        engine = Remembering(engine, memory, f"{options.ocr_engine} {options.ocr_languages}")
    return Recogniser(
        engine,
        options.ocr_threads or min(len(os.sched_getaffinity(0)), MOST_THREADS),
        [Notice(told)] if missing else [],
    )


def _reader(name: str, options: ReadOptions, models: Models) -> tuple[PageEngine, set[str]]:
    """The engine of the options, and those of the languages asked for that it knows."""
    asked = set(options.ocr_languages.split("+"))
    readable = asked & (WIDE | LATIN)  # by RapidOCR
    rapid = Rapid(name, models)
    if options.ocr_engine == "rapidocr":
        return rapid, readable
    try:
        installed = asked & installed_languages(name)
    except OcrMissing:
        if options.ocr_engine == "auto" and readable:
            return rapid, readable
        raise
    if options.ocr_engine == "tesseract" or installed - WIDE - LATIN:
        return Tesseract(name, sorted(installed)), installed
    if not installed - WIDE:
        return rapid, readable
    tesseract = Tesseract(name, sorted(installed - WIDE))
    return Auto(tesseract, rapid, models, wide=bool(readable & WIDE)), installed | readable
