"""Files that have to be refused, or may be, or were made to do harm: whether that went as it should."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.document import to_markdown
from ingest.errors import PasswordNeeded, ReaderCrashed, UnreadableFile
from ingest.model import ReadOptions, Source
from ingest.sandbox import Sandbox
from server.bench.reading.manifest import Case
from server.bench.reading.runs import Say

SECONDS = 60
MEMORY_MB = 1024
TOLERANCE = 1.10
_ACCOUNTS = "root:x:0:0"


@dataclass(frozen=True, slots=True)
class Ending:
    """How reading ended: the reason if it was refused; seconds waited and the most MiB in use at once."""

    case: Case
    text: str
    refused: UnreadableFile | None
    seconds: float
    peak_mb: float

    @property
    def complaint(self) -> str | None:
        """What is wrong with this ending; None if nothing is."""
        if self.seconds > SECONDS * TOLERANCE:
            return f"took {self.seconds:.0f} s, limit {SECONDS} s"
        if self.peak_mb > MEMORY_MB * TOLERANCE:
            return f"took {self.peak_mb:.0f} MiB, limit {MEMORY_MB} MiB"
        if isinstance(self.refused, ReaderCrashed):
            return f"crashed: {self.refused.facts['detail']}"
        if _ACCOUNTS in self.text:
            return "a file of this machine stands in its text"
        return self._unmet()

    def _unmet(self) -> str | None:
        expected = self.case.expect
        if expected == "parse" and self.refused:
            return f"refused: {self.refused.message}"
        if expected == "needs_password" and not isinstance(self.refused, PasswordNeeded):
            return "no password was asked for"
        if expected == "reject_clean" and not self.refused:
            return "was read, though it had to be refused"
        return None


def endings(cases: Sequence[Case], say: Say) -> list[Ending]:
    """Reads the files in one sandbox, the locked ones without and with their password."""
    found = []
    with Sandbox(MEMORY_MB, SECONDS) as sandbox:
        for case in cases:
            say(f"hostile: {case.path.name}")
            locked = case.expect == "needs_password"
            found.append(_ending(sandbox, replace(case, password=None) if locked else case))
            if locked and case.password:
                found.append(_ending(sandbox, replace(case, expect="parse")))
    return found


def _ending(sandbox: Sandbox, case: Case) -> Ending:
    refused = None
    text: list[str] = []
    with case.path.open("rb") as stream:
        source = Source(case.path.name, stream, case.path.stat().st_size, case.password)
        began = time.perf_counter()
        reading = sandbox.read(source, ReadOptions())
        try:
            text.extend(to_markdown(reading))
        except UnreadableFile as error:
            refused = error
    return Ending(case, "".join(text), refused, time.perf_counter() - began, reading.peak_mb)
