"""`/v1/evals`."""

import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.concurrency import run_in_threadpool

from server.errors import UnknownModel
from server.evals import wire
from server.evals.evaluations import Evaluations
from server.http import page_of
from server.model import Page, Role
from server.ports.evals import RunRecord

Limit = Annotated[int, Query(ge=1, le=100)]
Order = Annotated[str, Query(pattern="^(asc|desc)$")]
Models = Callable[[], Awaitable[list[str]]]


def evals_router(evaluations: Evaluations, models: Models, needs: Callable[[Role], Any]) -> APIRouter:
    """The routes of evaluations and their runs. `models` lists those that can answer, the default first."""
    router = APIRouter(prefix="/v1/evals", tags=["evals"])
    reader, editor = Depends(needs(Role.READER)), Depends(needs(Role.EDITOR))

    @router.post("", dependencies=[editor])
    def create_eval(body: wire.CreateEval) -> dict[str, Any]:
        """Creates an evaluation of a vector store."""
        name, metadata = body.name or "", body.metadata or {}
        return wire.eval_object(evaluations.create(name, body.vector_store_id, body.testing_criteria, metadata))

    @router.get("", dependencies=[reader])
    def list_evals(after: str | None = None, limit: Limit = 20, order: Order = "asc") -> dict[str, Any]:
        """Lists evaluations."""
        found = evaluations.rows.page(after, limit + 1, order)
        return page_of([wire.eval_object(record) for record in found], Page(limit, order, after))

    @router.get("/{eval_id}", dependencies=[reader])
    def get_eval(eval_id: str) -> dict[str, Any]:
        """One evaluation."""
        return wire.eval_object(evaluations.rows.get(eval_id))

    @router.post("/{eval_id}", dependencies=[editor])
    def update_eval(eval_id: str, body: wire.UpdateEval) -> dict[str, Any]:
        """Renames an evaluation or replaces its metadata."""
        return wire.eval_object(evaluations.rows.change(eval_id, body.name, body.metadata))

    @router.delete("/{eval_id}", dependencies=[editor])
    def delete_eval(eval_id: str) -> dict[str, Any]:
        """Deletes an evaluation with its runs."""
        evaluations.delete(eval_id)
        return {"object": "eval.deleted", "deleted": True, "eval_id": eval_id}

    @router.post("/{eval_id}/runs", dependencies=[editor], status_code=201)
    async def create_run(eval_id: str, body: wire.CreateRun) -> dict[str, Any]:
        """Begins a run."""
        model = None
        if body.answered:
            known, wished = await models(), body.data_source.model or body.model
            model = wished or known[0]
            if model not in known:
                raise UnknownModel(model=model, param="model")
        source = body.data_source.source
        file_id = source.id if isinstance(source, wire.FileSource) else None
        rows = source.content if isinstance(source, wire.ContentSource) else []
        run = RunRecord(
            f"evalrun_{uuid.uuid4().hex}", eval_id, body.name or "", int(time.time()), model, file_id,
            metadata=body.metadata or {},
        )  # fmt: skip
        return wire.run_object(await run_in_threadpool(evaluations.start, run, rows))

    _add_runs(router, evaluations, needs)
    return router


def _add_runs(router: APIRouter, evaluations: Evaluations, needs: Callable[[Role], Any]) -> None:
    reader, editor = Depends(needs(Role.READER)), Depends(needs(Role.EDITOR))

    @router.get("/{eval_id}/runs", dependencies=[reader])
    def list_runs(eval_id: str, after: str | None = None, limit: Limit = 20, order: Order = "asc") -> dict[str, Any]:
        """Lists an evaluation's runs."""
        found = evaluations.views(eval_id, after, limit + 1, order)
        return page_of([wire.run_object(view) for view in found], Page(limit, order, after))

    @router.get("/{eval_id}/runs/{run_id}", dependencies=[reader])
    def get_run(eval_id: str, run_id: str, against: str | None = None) -> dict[str, Any]:
        """One run; `against` names another of the same evaluation to compare with."""
        view = evaluations.view(eval_id, run_id)
        compared = None if against is None else evaluations.compared(eval_id, run_id, against)
        criteria = evaluations.rows.get(eval_id).criteria
        return wire.with_criteria(wire.run_object(view, compared), criteria, evaluations.rows.marks(run_id))

    @router.post("/{eval_id}/runs/{run_id}/cancel", dependencies=[editor])
    def cancel_run(eval_id: str, run_id: str) -> dict[str, Any]:
        """Cancels a run; what was asked stays."""
        return wire.run_object(evaluations.cancel(eval_id, run_id))

    @router.delete("/{eval_id}/runs/{run_id}", dependencies=[editor])
    def delete_run(eval_id: str, run_id: str) -> dict[str, Any]:
        """Deletes a run."""
        evaluations.delete_run(eval_id, run_id)
        return {"object": "eval.run.deleted", "deleted": True, "run_id": run_id}

    @router.get("/{eval_id}/runs/{run_id}/output_items", dependencies=[reader])
    def list_items(
        eval_id: str,
        run_id: str,
        status: Literal["pass", "fail", "error"] | None = None,
        after: str | None = None,
        limit: Limit = 20,
        order: Order = "asc",
    ) -> dict[str, Any]:
        """Lists what became of a run's questions."""
        record = evaluations.rows.get(eval_id)
        wanted = None if status is None else wire.status_of(status)
        found = evaluations.items(eval_id, run_id, wanted, after, limit + 1, order)
        opened = [wire.item_object(record, item, evaluations.opened(eval_id, item)) for item in found]
        return page_of(opened, Page(limit, order, after))

    @router.get("/{eval_id}/runs/{run_id}/output_items/{item_id}", dependencies=[reader])
    def get_item(eval_id: str, run_id: str, item_id: str) -> dict[str, Any]:
        """What became of one question."""
        item = evaluations.item(eval_id, run_id, item_id)
        return wire.item_object(evaluations.rows.get(eval_id), item, evaluations.opened(eval_id, item))
