"""The batches of this Lectern: what makes, runs and ends them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from server.adapters.database.batches import SqlBatches
from server.adapters.database.jobs import worker_name
from server.app.parts import Parts
from server.batches.asking import Answering, Asker
from server.batches.batches import Batches
from server.batches.lines import check
from server.batches.runner import Runner
from server.batches.writing import Writing
from server.errors import InvalidRequest
from server.http import invalid
from server.model import Caller
from server.ports import Admission

Endpoint = Callable[[Mapping[str, Any], Caller], Awaitable[Mapping[str, Any]]]
"""(request, caller) -> the whole answer. Raises LecternError, and pydantic's ValidationError."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What answers requests that did not come over HTTP, by the path that they would have gone to."""

    of_path: Mapping[str, Endpoint]
    admission: Admission

    async def answer(self, caller: Caller, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The whole answer, made as if the caller had asked for it. Raises LecternError."""
        endpoint = self.of_path.get(path)
        if endpoint is None:
            raise InvalidRequest(detail=f"{path} is not answered in batches here", param="url")
        async with self.admission.answer(caller):
            try:
                return await endpoint(body, caller)
            except ValidationError as error:
                raise invalid(error, body) from None


def open_batches(parts: Parts, endpoints: Endpoints) -> tuple[Batches, Runner]:
    """What makes batches and tells of them, and what runs them."""
    settings, rows = parts.settings, SqlBatches(parts.database)
    answering = Answering(
        endpoints.answer, parts.identities.caller_now, asyncio.get_running_loop(), settings.batch_streams
    )
    runner = Runner(
        parts.jobs,
        rows,
        partial(check, most_bytes=settings.request_kb * 1024),
        parts.uploads.open,
        Asker(rows, parts.keys, answering),
        Writing(rows, parts.keys, parts.uploads.put, parts.uploads.open),
        worker_name(),
    )
    return Batches(rows, parts.catalog, parts.rights, parts.keys, parts.jobs), runner
