"""What can be done to jobs, and what cannot honestly."""

import time

import pytest

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.job_rows import SqlJobRows
from server.adapters.database.jobs import SqlJobs
from server.errors import JobConflict, UnknownJob
from server.model import LECTERN, JobFilter, JobRecord, Page
from server.monitor.job_routes import job_object
from server.monitor.jobs import JobList


@pytest.fixture
def given_up() -> list[str]:
    return []


@pytest.fixture
def jobs(sqlite: Database) -> SqlJobs:
    return SqlJobs(sqlite)


@pytest.fixture
def listed(sqlite: Database, given_up: list[str]) -> JobList:
    def cancel(job: JobRecord, _: object) -> None:
        given_up.append(job.subject)
        SqlJobs(sqlite).cancel(job.kind, job.subject)

    return JobList(SqlJobRows(sqlite), SqlCatalog(sqlite), {"ingest": cancel}, lambda *_: None)


def test_only_what_stays_away_can_be_given_up(jobs: SqlJobs, listed: JobList, given_up: list[str]) -> None:
    rebuild, ingest = jobs.add("rebuild", "vs_1", {}), jobs.add("ingest", "vs_1/file-1", {})
    assert {view.record.kind: view.can_cancel for view in listed.page(JobFilter(), Page())} == {
        "rebuild": False,
        "ingest": True,
    }
    with pytest.raises(JobConflict, match="would be queued again"):
        listed.cancel(rebuild, LECTERN)
    assert listed.cancel(ingest, LECTERN).record.state == "cancelled"
    with pytest.raises(JobConflict, match="it is cancelled"):
        listed.cancel(ingest, LECTERN)
    assert given_up == ["vs_1/file-1"]
    with pytest.raises(UnknownJob):
        listed.cancel("job-none", LECTERN)


def test_what_waits_for_another_attempt_is_tried_at_once_and_nothing_else(jobs: SqlJobs, listed: JobList) -> None:
    job_id = jobs.add("sync", "source-1", {})
    with pytest.raises(JobConflict):
        listed.retry(job_id)
    lease = jobs.claim("elsewhere:1:1", ["sync"], 60)
    assert lease
    jobs.release(lease, 3600)
    view = listed.page(JobFilter(), Page())[0]
    shown = job_object(view)
    assert view.can_retry
    assert shown["not_before"] > time.time() + 3000
    assert not listed.retry(job_id).can_retry
    assert jobs.claim("elsewhere:1:1", ["sync"], 60)


def test_what_a_job_is_about_may_have_gone(jobs: SqlJobs, listed: JobList) -> None:
    jobs.add("ingest", "vs_gone/file-gone", {"store_id": "vs_gone", "file_id": "file-gone"})
    shown = job_object(listed.page(JobFilter(), Page())[0])
    assert (shown["vector_store_id"], shown["store"], shown["file_id"], shown["filename"]) == (
        "vs_gone",
        None,
        "file-gone",
        None,
    )
    assert (shown["file_status"], shown["last_error"], shown["progress"]) == (None, None, None)
