"""The last lines of vLLM's log, without secrets, and the line in them that tells why it ended."""

import re
from collections import deque
from collections.abc import Iterable
from typing import Final

_LINES: Final = 200
_LENGTH: Final = 500
_ESCAPE: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_SECRET: Final = re.compile(
    r"(?i)(\bbearer\s+|(?<![a-z])(?:api[-_]?key|token|password|secret)\b['\"]?\s*[:=]\s*\[?['\"]?)[^\s'\",\])]+|\bhf_\w{8,}|\bsk-\w{8,}"
)
# (EngineCore pid=12) ERROR 11-23 19:13:06 [core.py:700] …
_PREFIX: Final = re.compile(r"^(?:\(\S+ pid=\d+\)\s*)?(?:(?:ERROR|WARNING|INFO|CRITICAL)\s+\S+\s+\S+\s+\[[^\]]*\]\s*)?")
_CAUSE: Final = re.compile(
    r"^(?:[\w.]*(?:Error|Exception|Exit|OutOfMemory)\b\s*:.+|.*\bout of memory\b.*|.*\bNo space left\b.*"
    r"|.*\berror: .+|.*No module named .*)",
    re.IGNORECASE,
)
_LEASH: Final = "leash: "
_CONSEQUENCE: Final = re.compile(
    r"Engine core initialization failed|EngineDeadError|WorkerProc initialization failed|CancelledError"
)


class LogTail:
    """Keeps the last 200 lines. `secrets` are texts that must never show."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._secrets: list[str] = []

    def hide(self, secrets: Iterable[str]) -> None:
        """From now on, these texts are written as three stars."""
        self._secrets = [secret for secret in secrets if len(secret) >= 6]

    def add(self, line: str) -> None:
        """Takes one line as it was written."""
        text = _ESCAPE.sub("", line).rstrip()
        for secret in self._secrets:
            text = text.replace(secret, "***")
        text = _SECRET.sub(lambda match: f"{match[1] or ''}***", text)
        if text:
            self._lines.append(text[:_LENGTH])

    def lines(self) -> tuple[str, ...]:
        """The lines, oldest first."""
        return tuple(self._lines)

    def cause(self) -> str:
        """Why the last run ended: the last error it logged, else the part that ended, else its last line."""
        lines = list(self._lines)
        begin = max((index for index, line in enumerate(lines) if line == f"{_LEASH}started"), default=-1)
        run = lines[begin + 1 :]
        plain = [_PREFIX.sub("", line).strip() for line in run if not line.startswith(_LEASH)]
        for line in reversed(plain):
            if _CAUSE.match(line) and not _CONSEQUENCE.search(line):
                return line
        ended = [line.removeprefix(_LEASH) for line in run if line.startswith(_LEASH) and line.endswith(" ended")]
        return next(iter([*ended, *reversed(plain)]), "")
