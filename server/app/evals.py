"""Evaluations: what makes and keeps them, and what asks their questions."""

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Any

from server.adapters.database.evals import SqlEvals
from server.adapters.database.jobs import worker_name
from server.app.parts import Parts
from server.chat.answer import Answers
from server.chat.wire import ChatRequest
from server.evals.evaluations import Evaluations
from server.evals.examiner import Examiner
from server.evals.runner import Runner
from server.model import Caller, Role
from server.ports import Admission, Search


def open_evaluations(
    parts: Parts, search: Search, answers: Answers, admission: Admission
) -> tuple[Evaluations, Runner]:
    """What the routes of evaluations ask, and what runs them."""
    rows = SqlEvals(parts.database)
    evaluations = Evaluations(rows, parts.catalog, parts.keys, parts.jobs, parts.rights, parts.uploads.open)
    answer = partial(_answer, answers, admission, asyncio.get_running_loop())
    examiner = Examiner(search, partial(_allowed, parts), answer, parts.settings.min_score)
    return evaluations, Runner(parts.jobs, evaluations, examiner, parts.identities.caller_now, worker_name())


def _allowed(parts: Parts, store_id: str, caller: Caller) -> Collection[str] | None:
    parts.rights.in_store(caller, store_id, Role.READER)
    return parts.stores.allowed(store_id, None, parts.rights.readable(caller, store_id))


def _answer(
    answers: Answers,
    admission: Admission,
    loop: asyncio.AbstractEventLoop,
    model: str,
    store_id: str,
    question: str,
    caller: Caller,
) -> dict[str, Any]:
    """The whole answer to a question from a thread, as a user of the API gets it."""
    body = {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "knowledge": {"vector_store_ids": [store_id]},
    }
    request = ChatRequest.model_validate(body)

    async def answer() -> dict[str, Any]:
        async with admission.answer(caller):
            return await answers.complete(await answers.prepare(request, caller))

    return asyncio.run_coroutine_threadsafe(answer(), loop).result()
