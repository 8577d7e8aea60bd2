"""The port between readers and engines: recognises pictures one by one or several at once."""

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from PIL import Image

from ingest.memory import MEMORY
from ingest.model import ReadOptions
from ingest.parse.ocr.recognition import Recognition
from ingest.parse.ocr.remembering import Remembering
from ingest.parse.ocr.tesseract import Tesseract


class Engine(Protocol):
    """What recognises text in a picture; used by several threads at once."""

    def recognise(self, image: Image.Image) -> Recognition:
        """Reads a picture. Raises OcrMissing and OcrFailed."""


class Recogniser:
    """Recognises text with one engine, `threads` pictures at once; holds no more pictures than two more than that."""

    def __init__(self, engine: Engine, threads: int) -> None:
        self.threads = threads
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
    """A recogniser for the pictures of the file `name`. Raises OcrMissing if no engine is usable."""
    engine: Engine = Tesseract(name, options.ocr_languages)
    memory = MEMORY.get()
    if memory is not None:
        engine = Remembering(engine, memory, f"{options.ocr_engine} {options.ocr_languages}")
    return Recogniser(engine, options.ocr_threads or _cores())


def _cores() -> int:
    return len(os.sched_getaffinity(0))
