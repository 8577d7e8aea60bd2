"""The batches of this Lectern: what makes, runs and ends them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from server.chat.answer import Answers, Asked
from server.chat.completions import CompletionRequest, Completions
from server.chat.responses.request import CreateResponse
from server.chat.responses.responses import Responses
from server.chat.wire import ChatRequest
from server.errors import LecternError
from server.http import invalid
from server.inference.embeddings import EmbeddingRequest, Embeddings
from server.model import AuditEvent, Caller
from server.ports import Admission, Audit

Documents = Sequence[tuple[str, str]]
Endpoint = Callable[[Mapping[str, Any], Caller], Awaitable[tuple[Mapping[str, Any], Documents]]]
"""(request, caller) -> the whole answer, and the (store, file) pairs behind it. Raises LecternError, and pydantic's
ValidationError."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What answers requests that did not come over HTTP, by the path that they would have gone to."""

    of_path: Mapping[str, Endpoint]
    admission: Admission
    audit: Audit

    async def answer(self, caller: Caller, path: str, body: Mapping[str, Any], request_id: str) -> Mapping[str, Any]:
        """The whole answer, made as if the caller had asked for it, and put on record. Raises LecternError."""
        event = AuditEvent("answer_batch_line", path, caller, request_id=request_id)
        async with self.admission.answer(caller):
            try:
                answer, documents = await self._answered(path, body, caller)
            except LecternError as error:
                await asyncio.to_thread(self._record, replace(event, status=error.status, code=error.code))
                raise
        await asyncio.to_thread(self._record, replace(event, status=200, documents=tuple(documents)))
        return answer

    async def _answered(
        self, path: str, body: Mapping[str, Any], caller: Caller
    ) -> tuple[Mapping[str, Any], Documents]:
        try:
            return await self.of_path[path](body, caller)
        except ValidationError as error:
            raise invalid(error, body) from None

    def _record(self, event: AuditEvent) -> None:
        self.audit.append([event], durable=False)


def endpoints_of(answers: Answers, embeddings: Embeddings, responses: Responses) -> dict[str, Endpoint]:
    """What batches may ask."""
    completions = Completions(answers)

    async def chat(body: Mapping[str, Any], caller: Caller) -> tuple[Mapping[str, Any], Documents]:
        asked = await answers.prepare(ChatRequest.model_validate(body), caller)
        return await answers.complete(asked), _behind([asked])

    async def complete(body: Mapping[str, Any], caller: Caller) -> tuple[Mapping[str, Any], Documents]:
        request = CompletionRequest.model_validate(body)
        asked = await completions.prepare(request, caller)
        return await completions.complete(request, asked), _behind(asked)

    async def embed(body: Mapping[str, Any], caller: Caller) -> tuple[Mapping[str, Any], Documents]:
        return await asyncio.to_thread(embeddings.embed, EmbeddingRequest.model_validate(body), caller), []

    async def respond(body: Mapping[str, Any], caller: Caller) -> tuple[Mapping[str, Any], Documents]:
        return await responses.create(CreateResponse.model_validate(body), caller)

    return {
        "/v1/chat/completions": chat,
        "/v1/completions": complete,
        "/v1/embeddings": embed,
        "/v1/responses": respond,
    }


def _behind(asked: Iterable[Asked]) -> Documents:
    return list(dict.fromkeys((one.store_id, one.file_id) for each in asked for one in each.prompt.passages))


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
