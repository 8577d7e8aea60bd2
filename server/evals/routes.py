"""`/v1/evals`."""

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool

from server.errors import UnknownModel
from server.evals import wire
from server.evals.evaluations import Evaluations
from server.http import page_of, paging
from server.model import Caller, Page, Role
from server.ports import Gate, Rights
from server.ports.evals import EvalRecord, RunRecord

Models = Callable[[], Awaitable[list[str]]]


def evals_router(evaluations: Evaluations, models: Models, rights: Rights, gate: Gate) -> APIRouter:
    """The routes of evaluations and their runs. `models` lists those that can answer, the default first. An evaluation
    is for those who may read its store, and changed by those who edit it."""
    router = APIRouter(prefix="/v1/evals", tags=["evals"])
    anybody = Depends(gate.needs(Role.READER))
    reader, editor = (_admitted(evaluations, anybody, role) for role in (Role.READER, Role.EDITOR))

    @router.post("")
    def create_eval(body: wire.CreateEval, caller: Caller = anybody) -> dict[str, Any]:
        """Creates an evaluation of a vector store."""
        rights.in_store(caller, body.vector_store_id, Role.EDITOR)
        name, metadata = body.name or "", body.metadata or {}
        return wire.eval_object(evaluations.create(name, body.vector_store_id, body.testing_criteria, metadata))

    @router.get("")
    def list_evals(page: Page = paging(order="asc"), caller: Caller = anybody) -> dict[str, Any]:
        """Lists evaluations."""
        found = evaluations.rows.page(page.one_more, caller)
        return page_of([wire.eval_object(record) for record in found], page)

    @router.get("/{eval_id}")
    def get_eval(admitted: Admitted = reader) -> dict[str, Any]:
        """One evaluation."""
        return wire.eval_object(admitted.record)

    @router.post("/{eval_id}", dependencies=[editor])
    def update_eval(eval_id: str, body: wire.UpdateEval) -> dict[str, Any]:
        """Renames an evaluation or replaces its metadata."""
        return wire.eval_object(evaluations.rows.change(eval_id, body.name, body.metadata))

    @router.delete("/{eval_id}", dependencies=[editor])
    def delete_eval(eval_id: str) -> dict[str, Any]:
        """Deletes an evaluation with its runs."""
        evaluations.delete(eval_id)
        return {"object": "eval.deleted", "deleted": True, "eval_id": eval_id}

    @router.post("/{eval_id}/runs", status_code=201)
    async def create_run(eval_id: str, body: wire.CreateRun, admitted: Admitted = editor) -> dict[str, Any]:
        """Begins a run."""
        model = None
        if body.answered:
            known, wished = await models(), body.data_source.model or body.model
            model = wished or known[0]
            if model not in known or not admitted.caller.may_use(model):
                raise UnknownModel(model=model, param="model")
        source = body.data_source.source
        file_id = source.id if isinstance(source, wire.FileSource) else None
        rows = source.content if isinstance(source, wire.ContentSource) else []
        run = RunRecord(
            f"evalrun_{uuid.uuid4().hex}", eval_id, body.name or "", int(time.time()), model, file_id,
            metadata=body.metadata or {}, owner=admitted.caller.owner, came_by=admitted.caller.key_id,
        )  # fmt: skip
        return wire.run_object(await run_in_threadpool(evaluations.start, run, rows, admitted.caller))

    _add_runs(router, evaluations, reader, editor)
    return router


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who asks for the evaluation of the path, and the evaluation."""

    caller: Caller
    record: EvalRecord


def _admitted(evaluations: Evaluations, anybody: Any, role: Role) -> Any:
    def admitted(eval_id: str, caller: Caller = anybody) -> Admitted:
        return Admitted(caller, evaluations.of(eval_id, caller, role))

    return Depends(admitted)


def _add_runs(router: APIRouter, evaluations: Evaluations, reader: Any, editor: Any) -> None:
    @router.get("/{eval_id}/runs")
    def list_runs(eval_id: str, page: Page = paging(order="asc"), admitted: Admitted = reader) -> dict[str, Any]:
        """Lists an evaluation's runs."""
        found = evaluations.views(eval_id, page.one_more, admitted.caller)
        return page_of([wire.run_object(view) for view in found], page)

    @router.get("/{eval_id}/runs/{run_id}")
    def get_run(eval_id: str, run_id: str, against: str | None = None, admitted: Admitted = reader) -> dict[str, Any]:
        """One run; `against` names another of the same evaluation to compare with."""
        view = evaluations.view(eval_id, run_id, admitted.caller)
        compared = None if against is None else evaluations.compared(eval_id, run_id, against)
        told, marks = wire.run_object(view, compared), evaluations.rows.marks(run_id)
        return wire.with_criteria(told, admitted.record.criteria, marks)

    # Where clients of version 1 send it, and where newer ones do.
    @router.post("/{eval_id}/runs/{run_id}")
    @router.post("/{eval_id}/runs/{run_id}/cancel")
    def cancel_run(eval_id: str, run_id: str, admitted: Admitted = editor) -> dict[str, Any]:
        """Cancels a run; what was asked stays."""
        return wire.run_object(evaluations.cancel(eval_id, run_id, admitted.caller))

    @router.delete("/{eval_id}/runs/{run_id}", dependencies=[editor])
    def delete_run(eval_id: str, run_id: str) -> dict[str, Any]:
        """Deletes a run."""
        evaluations.delete_run(eval_id, run_id)
        return {"object": "eval.run.deleted", "deleted": True, "run_id": run_id}

    @router.get("/{eval_id}/runs/{run_id}/output_items")
    def list_items(
        run_id: str,
        status: Literal["pass", "fail", "error"] | None = None,
        page: Page = paging(order="asc"),
        admitted: Admitted = reader,
    ) -> dict[str, Any]:
        """Lists what became of a run's questions, where no file behind it is kept from the caller."""
        record = admitted.record
        wanted = None if status is None else wire.status_of(status)
        found = evaluations.items(record, run_id, wanted, page.one_more, admitted.caller)
        return page_of([wire.item_object(record, item, opened) for item, opened in found], page)

    @router.get("/{eval_id}/runs/{run_id}/output_items/{item_id}")
    def get_item(run_id: str, item_id: str, admitted: Admitted = reader) -> dict[str, Any]:
        """What became of one question."""
        item, opened = evaluations.item(admitted.record, run_id, item_id, admitted.caller)
        return wire.item_object(admitted.record, item, opened)
