"""One search for all kinds of things at once; no kind waits for another that is slow."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from server.errors import LecternError, Saturated
from server.model import Caller, NamedFile, Passage, Titled
from server.search.finder import Finder
from server.search.threads import Threads

KINDS: Final = ("documents", "passages", "conversations")
LATE: Final = "late"
_SECONDS: Final = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of each kind; None: it was not asked for, or did not come. `missing`: the kinds that did not come,
    and why: `late`, or what went wrong."""

    documents: Sequence[NamedFile] | None = None
    passages: Sequence[Passage] | None = None
    conversations: Sequence[Titled] | None = None
    missing: dict[str, str] = field(default_factory=dict)


class Everything:
    """Asks `finder` for several kinds at once and takes what has come after `seconds`."""

    def __init__(self, finder: Finder, seconds: float = _SECONDS) -> None:
        self._finds: dict[str, Callable[[str, Caller, int], Sequence[Any]]] = {
            "documents": finder.documents,
            "passages": finder.passages,
            "conversations": finder.conversations,
        }
        self._seconds = seconds
        self._threads = {kind: Threads(f"find-{kind}") for kind in KINDS}

    async def __call__(self, sought: str, kinds: Collection[str], caller: Caller, limit: int) -> Found:
        """What is found of these kinds, at most `limit` of each. Raises Saturated: there is no room for any of them."""
        asked = {
            kind: asyncio.wrap_future(self._threads[kind].run(caller.owner, self._finds[kind], sought, caller, limit))
            for kind in kinds
        }
        if asked:
            await asyncio.wait(asked.values(), timeout=self._seconds)
        came: dict[str, Any] = {}
        missing: dict[str, str] = {}
        refused: list[Saturated] = []
        for kind, finding in asked.items():
            if not finding.done():
                finding.cancel()
                missing[kind] = LATE
            elif isinstance(error := finding.exception(), LecternError):
                missing[kind] = error.message
                if isinstance(error, Saturated):
                    refused.append(error)
                else:
                    log.warning("A kind of things was not searched", kind=kind, reason=error.message)
            else:
                came[kind] = finding.result()
        if refused and len(refused) == len(asked):
            raise refused[0]
        return Found(**came, missing=missing)
