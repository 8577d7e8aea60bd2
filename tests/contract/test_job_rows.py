"""Jobs, as who looks at the queue from outside sees them."""

import pytest

from server.adapters.database.engine import Database
from server.adapters.database.job_rows import SqlJobRows
from server.adapters.database.jobs import SqlJobs
from server.errors import InvalidRequest, UnknownJob
from server.model import JobFilter, JobState, Page
from server.ports import JobRows, Jobs

ANY = JobFilter()


@pytest.fixture
def jobs(database: Database) -> Jobs:
    return SqlJobs(database)


@pytest.fixture
def rows(database: Database) -> JobRows:
    return SqlJobRows(database)


def ids(rows: JobRows, page: Page, wanted: JobFilter = ANY) -> list[str]:
    return [job.id for job in rows.page(wanted, page)]


def test_a_job_is_shown_as_it_stands(jobs: Jobs, rows: JobRows) -> None:
    job_id = jobs.add("ingest", "vs_1/file-1", {"store_id": "vs_1"}, priority=10)
    waiting = rows.get(job_id)
    assert (waiting.kind, waiting.subject, waiting.payload) == ("ingest", "vs_1/file-1", {"store_id": "vs_1"})
    assert (waiting.state, waiting.priority, waiting.attempt, waiting.worker) == (JobState.QUEUED, 10, 0, None)
    lease = jobs.claim("elsewhere:1:1", ["ingest"], 60)
    assert lease
    jobs.renew(lease, 60, '{"done": 3}')
    running = rows.get(job_id)
    assert (running.state, running.attempt, running.worker) == (JobState.RUNNING, 1, "elsewhere:1:1")
    assert running.progress == '{"done": 3}'
    assert running.leased_until > running.updated_at >= running.created_at
    jobs.finish(lease)
    assert rows.get(job_id).state == JobState.FINISHED


def test_pages_go_both_ways_and_are_by_the_time_of_queueing(jobs: Jobs, rows: JobRows) -> None:
    added = jobs.add_all("ingest", {f"subject-{number}": {} for number in range(5)})
    assert ids(rows, Page(10, "asc")) == added
    assert ids(rows, Page(2)) == [added[4], added[3]]
    assert ids(rows, Page(2, after=added[3])) == [added[2], added[1]]
    assert ids(rows, Page(2, before=added[1])) == [added[3], added[2]]
    assert ids(rows, Page(2, "asc", after=added[3])) == [added[4]]
    assert ids(rows, Page(2, "asc", before=added[3])) == [added[1], added[2]]


def test_states_and_kinds_narrow_the_list_and_are_counted(jobs: Jobs, rows: JobRows) -> None:
    waiting, batch = jobs.add("ingest", "a", {}), jobs.add("batch", "b", {})
    given_up = jobs.add("ingest", "c", {})
    jobs.cancel("ingest", "c")
    assert ids(rows, Page(), JobFilter(frozenset({JobState.QUEUED}))) == [batch, waiting]
    assert ids(rows, Page(), JobFilter(kinds=frozenset({"ingest"}))) == [given_up, waiting]
    both = JobFilter(frozenset({JobState.CANCELLED}), frozenset({"batch"}))
    assert ids(rows, Page(), both) == []
    assert rows.counts() == {("ingest", "queued"): 1, ("batch", "queued"): 1, ("ingest", "cancelled"): 1}


def test_what_waits_for_another_attempt_is_begun_at_once_and_nothing_else(jobs: Jobs, rows: JobRows) -> None:
    job_id = jobs.add("ingest", "a", {})
    assert not rows.hurry(job_id)
    lease = jobs.claim("elsewhere:1:1", ["ingest"], 60)
    assert lease
    assert not rows.hurry(job_id)
    jobs.release(lease, 3600)
    assert jobs.claim("elsewhere:1:1", ["ingest"], 60) is None
    assert rows.hurry(job_id)
    assert jobs.claim("elsewhere:1:1", ["ingest"], 60)


@pytest.mark.parametrize("name", ["job-nothing", "", "x' OR 1=1 --", "作业"])
def test_an_unknown_job_is_no_job_and_no_place(rows: JobRows, name: str) -> None:
    with pytest.raises(UnknownJob):
        rows.get(name)
    assert not rows.hurry(name)
    with pytest.raises(InvalidRequest):
        rows.page(ANY, Page(after=name))
