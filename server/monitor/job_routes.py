"""`/v1/jobs`: what is done in the background."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request

from server.http import page_of, paging, tell_resources
from server.model import Caller, JobFilter, JobState, Page, Priority, Role
from server.monitor.jobs import JobList, JobView
from server.ports import Gate


def jobs_router(jobs: JobList, gate: Gate) -> APIRouter:
    """The routes of jobs; all are for administrators."""
    router = APIRouter(prefix="/v1/jobs", tags=["monitoring"])
    admin = Depends(gate.needs(Role.ADMIN))

    @router.get("", dependencies=[admin])
    def list_jobs(
        state: Annotated[list[JobState] | None, Query()] = None,
        kind: Annotated[list[str] | None, Query(max_length=20)] = None,
        page: Page = paging(),
    ) -> dict[str, Any]:
        """Jobs, those that were queued last first; `state` (queued, running, finished, cancelled) and `kind` (ingest,
        rebuild, sync, response, batch, eval) may stand several times. `counts` are of all jobs, by kind and state. Jobs
        that ended are remembered for a week."""
        found = jobs.page(JobFilter(frozenset(state or ()), frozenset(kind or ())), page.one_more)
        return page_of([job_object(view) for view in found], page) | {"counts": jobs.counts()}

    @router.post("/{job_id}/cancel")
    def cancel_job(job_id: str, request: Request, caller: Annotated[Caller, admin]) -> dict[str, Any]:
        """Gives a job up; what is done already stays. Of reading, answers in the background, batches and evaluations;
        409 for the kinds that would come back by themselves."""
        return _told(jobs.cancel(job_id, caller), request)

    @router.post("/{job_id}/retry", dependencies=[admin])
    def retry_job(job_id: str, request: Request) -> dict[str, Any]:
        """Begins at once what waits for another attempt, or reads a file again that failed or was given up."""
        return _told(jobs.retry(job_id), request)

    return router


def job_object(view: JobView) -> dict[str, Any]:
    """A job, as the API shows it."""
    job, standing = view.record, view.standing
    ended = job.state in {JobState.FINISHED, JobState.CANCELLED}
    return {
        "object": "job",
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "subject": job.subject,
        "vector_store_id": view.store_id,
        "store": view.store,
        "file_id": view.file_id,
        "filename": view.filename,
        "urgent": job.priority >= Priority.INTERACTIVE,
        "attempt": job.attempt,
        "progress": orjson.loads(job.progress) if job.progress and not ended else None,
        "worker": job.worker,
        "leased_until": int(job.leased_until) if job.state == JobState.RUNNING else None,
        "not_before": int(job.not_before) if job.state == JobState.QUEUED and job.not_before else None,
        "created_at": int(job.created_at),
        "updated_at": int(job.updated_at),
        "file_status": standing.status if standing else None,
        "last_error": {"code": standing.error_code, "message": standing.error_message}
        if ended and standing and standing.error_code
        else None,
        "can_cancel": view.can_cancel,
        "can_retry": view.can_retry,
    }


def _told(view: JobView, request: Request) -> dict[str, Any]:
    tell_resources(request, *filter(None, (view.store_id, view.file_id)))
    return job_object(view)
