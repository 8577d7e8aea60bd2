"""The jobs of all kinds, and how each is given up."""

from collections.abc import Mapping

from fastapi import FastAPI

from server.access.auth import Gate
from server.adapters.database.job_rows import SqlJobRows
from server.app.parts import Parts
from server.batches.batches import BATCH, Batches
from server.chat.responses.background import RESPONSE, Background
from server.documents.placement import Placement
from server.documents.standing import INGEST
from server.evals.evaluations import EVAL, Evaluations
from server.model import Caller, JobRecord
from server.monitor.job_routes import jobs_router
from server.monitor.jobs import Cancel, JobList


def add_jobs(
    app: FastAPI, parts: Parts, background: Background, batches: Batches, evaluations: Evaluations, gate: Gate
) -> None:
    """Adds the routes of jobs."""

    def cancel_run(job: JobRecord, caller: Caller) -> None:
        evaluations.cancel(evaluations.rows.run(job.subject).eval_id, job.subject, caller)

    cancels: Mapping[str, Cancel] = {
        INGEST: lambda job, _: parts.stores.give_up(job.payload["store_id"], job.payload["file_id"]),
        RESPONSE: lambda job, caller: background.cancel(job.subject, caller),
        BATCH: lambda job, caller: batches.cancel(caller, job.subject),
        EVAL: cancel_run,
    }

    def read_again(store_id: str, file_id: str) -> None:
        parts.stores.attach(store_id, Placement(file_id))

    app.include_router(jobs_router(JobList(SqlJobRows(parts.database), parts.catalog, cancels, read_again), gate))
