import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.jobs import SqlJobs, worker_name
from server.adapters.database.schema import jobs as table
from server.model import Lease, Priority
from server.ports import Jobs

ELSEWHERE = "another-host:1:1"  # a worker whose process cannot be looked at: only its lease counts


@pytest.fixture
def jobs(database: Database) -> Jobs:
    return SqlJobs(database)


@pytest.fixture
def age(database: Database) -> Callable[[float], None]:
    """Makes everything in the queue as old as if so many seconds had passed."""

    def pass_by(seconds: float) -> None:
        columns = ("leased_until", "not_before", "created_at", "updated_at")
        with database.begin() as connection:
            connection.execute(sa.update(table).values({name: table.c[name] - seconds for name in columns}))

    return pass_by


def claimed(jobs: Jobs, worker: str = ELSEWHERE, seconds: float = 60) -> Lease:
    lease = jobs.claim(worker, ["read"], seconds)
    assert lease is not None
    return lease


def test_an_empty_queue_gives_nothing(jobs: Jobs) -> None:
    assert jobs.claim(ELSEWHERE, ["read"], 60) is None
    assert jobs.counts() == {"queued": 0, "running": 0}


def test_a_job_is_claimed_with_all_it_holds_and_ends(jobs: Jobs) -> None:
    job_id = jobs.add("read", "store-1/file-1", {"a": [1, {"b": "ü鹤"}], "c": None})
    assert jobs.counts() == {"queued": 1, "running": 0}
    lease = claimed(jobs)
    assert (lease.job_id, lease.kind, lease.subject) == (job_id, "read", "store-1/file-1")
    assert lease.payload == {"a": [1, {"b": "ü鹤"}], "c": None}
    assert (lease.fence, lease.attempt, lease.worker) == (1, 1, ELSEWHERE)
    assert jobs.counts() == {"queued": 0, "running": 1}
    assert jobs.finish(lease)
    assert not jobs.finish(lease)
    assert jobs.counts() == {"queued": 0, "running": 0}
    assert jobs.claim(ELSEWHERE, ["read"], 60) is None


def test_an_unfinished_job_of_the_same_kind_and_subject_is_returned_instead(jobs: Jobs) -> None:
    first = jobs.add("read", "a", {})
    assert jobs.add("read", "a", {"other": 1}) == first
    assert jobs.add("read", "b", {}) != first
    assert jobs.add("write", "a", {}) != first
    lease = claimed(jobs)
    assert lease.job_id == first
    assert jobs.add("read", "a", {}) == first
    jobs.finish(lease)
    assert jobs.add("read", "a", {}) != first


def test_many_who_add_the_same_job_get_one(jobs: Jobs) -> None:
    found = in_threads(8, lambda: [jobs.add("read", "a", {})])
    assert len(set(found)) == 1
    assert jobs.counts()["queued"] == 1


def test_higher_priorities_come_first_then_older_jobs(jobs: Jobs) -> None:
    for subject, priority in (("c", 0), ("d", 0), ("a", 5), ("e", -1), ("b", 5)):
        jobs.add("read", subject, {}, priority)
    assert "".join(claimed(jobs).subject for _ in range(5)) == "abcde"


def test_a_lane_gets_only_what_is_urgent_enough_for_it(jobs: Jobs) -> None:
    jobs.add("read", "bulk", {}, Priority.BULK)
    assert jobs.claim(ELSEWHERE, ["read"], 60, Priority.INTERACTIVE) is None
    jobs.add("read", "urgent", {}, Priority.INTERACTIVE)
    lease = jobs.claim(ELSEWHERE, ["read"], 60, Priority.INTERACTIVE)
    assert lease is not None
    assert lease.subject == "urgent"
    assert jobs.claim(ELSEWHERE, ["read"], 60, Priority.INTERACTIVE) is None
    assert claimed(jobs).subject == "bulk"


def test_jobs_added_together_come_in_their_order_and_those_that_wait_already_stay_one(jobs: Jobs) -> None:
    first = jobs.add("read", "7", {})
    ids = jobs.add_all("read", {str(number): {"n": number} for number in range(20)})
    assert (len(set(ids)), ids[7]) == (20, first)
    order = [claimed(jobs) for _ in range(20)]
    assert [lease.subject for lease in order] == ["7", *(str(number) for number in range(20) if number != 7)]
    assert order[3].payload == {"n": 2}


def test_a_waiting_job_that_is_added_again_becomes_as_urgent_as_asked(jobs: Jobs) -> None:
    for subject in ("a", "b"):
        jobs.add("read", subject, {}, Priority.BULK)
    jobs.add("read", "b", {}, Priority.INTERACTIVE)
    jobs.add("read", "b", {}, Priority.BULK)
    assert [claimed(jobs).subject for _ in range(2)] == ["b", "a"]


def test_a_worker_gets_only_the_kinds_it_knows(jobs: Jobs) -> None:
    jobs.add("write", "a", {})
    assert jobs.claim(ELSEWHERE, ["read"], 60) is None
    assert jobs.claim(ELSEWHERE, [], 60) is None
    assert jobs.claim(ELSEWHERE, ["read", "write"], 60) is not None


def test_a_held_lease_is_not_given_away_and_an_expired_one_is(jobs: Jobs, age: Callable[[float], None]) -> None:
    jobs.add("read", "a", {})
    claimed(jobs, seconds=60)
    age(50)
    assert jobs.claim("other:2:2", ["read"], 60) is None
    age(20)
    second = claimed(jobs, "other:2:2")
    assert (second.fence, second.attempt, second.worker) == (2, 2, "other:2:2")


def test_a_worker_that_lost_its_lease_cannot_finish_renew_or_release(jobs: Jobs, age: Callable[[float], None]) -> None:
    jobs.add("read", "a", {})
    stale = claimed(jobs)
    age(70)
    held = claimed(jobs, "other:2:2")
    assert not jobs.renew(stale, 60, "late")
    assert not jobs.finish(stale)
    jobs.release(stale)
    assert jobs.counts() == {"queued": 0, "running": 1}
    assert jobs.progress("read", ["a"]) == {}
    assert jobs.finish(held)


def test_the_same_worker_cannot_use_an_earlier_lease_of_its_own(jobs: Jobs) -> None:
    jobs.add("read", "a", {})
    first = claimed(jobs)
    jobs.release(first)
    second = claimed(jobs)
    assert not jobs.finish(first)
    assert jobs.finish(second)


def test_an_expired_lease_that_nobody_took_can_still_finish(jobs: Jobs, age: Callable[[float], None]) -> None:
    jobs.add("read", "a", {})
    lease = claimed(jobs)
    age(1000)
    assert jobs.finish(lease)


def test_renewing_keeps_the_lease_and_tells_progress(jobs: Jobs, age: Callable[[float], None]) -> None:
    jobs.add("read", "a", {})
    jobs.add("read", "b", {})
    lease = claimed(jobs)
    age(50)
    assert jobs.renew(lease, 60, "parsing 12/40 pages")
    age(50)
    assert claimed(jobs, "other:2:2").subject == "b"
    assert jobs.renew(lease, 60)
    assert jobs.progress("read", ["a", "b", "unknown"]) == {"a": "parsing 12/40 pages"}
    assert jobs.progress("write", ["a"]) == {}
    jobs.finish(lease)
    assert jobs.progress("read", ["a"]) == {}


def test_attempts_count_from_the_last_one_that_advanced(jobs: Jobs, age: Callable[[float], None]) -> None:
    jobs.add("read", "a", {})
    for expected in (1, 2, 3):
        assert claimed(jobs).attempt == expected
        age(70)
    lease = claimed(jobs)
    assert jobs.renew(lease, 60, advanced=True)
    assert jobs.renew(lease, 60)
    age(70)
    assert claimed(jobs).attempt == 1


def test_a_released_job_waits_for_its_delay(jobs: Jobs, age: Callable[[float], None]) -> None:
    jobs.add("read", "a", {})
    jobs.release(claimed(jobs), delay=30)
    assert jobs.counts() == {"queued": 1, "running": 0}
    assert jobs.claim(ELSEWHERE, ["read"], 60) is None
    age(40)
    assert claimed(jobs).attempt == 1  # it was given back: nothing went wrong


def test_a_cancelled_job_does_not_start(jobs: Jobs) -> None:
    jobs.add("read", "a", {})
    jobs.cancel("read", "a")
    jobs.cancel("read", "never")
    assert jobs.claim(ELSEWHERE, ["read"], 60) is None


def test_cancelling_a_running_job_ends_its_lease_and_a_new_one_can_be_added(jobs: Jobs) -> None:
    first = jobs.add("read", "a", {})
    lease = claimed(jobs)
    jobs.cancel("read", "a")
    assert not jobs.renew(lease, 60)
    assert not jobs.finish(lease)
    jobs.release(lease)
    assert jobs.counts() == {"queued": 0, "running": 0}
    assert jobs.add("read", "a", {}) != first


def test_jobs_that_ended_long_ago_are_forgotten(database: Database, age: Callable[[float], None]) -> None:
    jobs = SqlJobs(database)
    for subject in "abc":
        jobs.add("read", subject, {})
    jobs.finish(claimed(jobs))
    jobs.cancel("read", "b")
    age(100)
    assert jobs.forget(200) == 0
    assert jobs.forget(50) == 2
    assert jobs.counts() == {"queued": 1, "running": 0}


def test_workers_side_by_side_never_get_the_same_job(jobs: Jobs) -> None:
    for number in range(60):
        jobs.add("read", str(number), {})

    def work() -> list[str]:
        done = []
        while (lease := jobs.claim(ELSEWHERE, ["read"], 60)) is not None:
            assert lease.attempt == 1
            assert jobs.finish(lease)
            done.append(lease.subject)
        return done

    assert sorted(in_threads(6, work), key=int) == [str(number) for number in range(60)]


def test_the_jobs_of_a_killed_worker_of_this_machine_are_taken_over_at_once(jobs: Jobs, database_url: str) -> None:
    script = (
        "import sys; from server.adapters.database.engine import Database\n"
        "from server.adapters.database.jobs import SqlJobs, worker_name\n"
        "lease = SqlJobs(Database(sys.argv[1])).claim(worker_name(), ['read'], 3600)\n"
        "print(lease.subject, flush=True); sys.stdin.read()"
    )
    jobs.add("read", "a", {})
    with subprocess.Popen(
        [sys.executable, "-c", script, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "a\n"
        assert jobs.claim(worker_name(), ["read"], 60) is None
        worker.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)  # ended, but still a zombie
        lease = claimed(jobs, worker_name())
    assert (lease.subject, lease.attempt, lease.fence) == ("a", 2, 2)


def test_a_process_with_a_recycled_pid_is_another_worker(jobs: Jobs) -> None:
    place, pid, start = worker_name().rsplit(":", 2)
    jobs.add("read", "a", {})
    claimed(jobs, f"{place}:{pid}:{int(start) - 1}")
    assert claimed(jobs, worker_name()).attempt == 2
    assert jobs.claim(worker_name(), ["read"], 60) is None


def test_the_same_pid_on_another_host_is_left_alone(jobs: Jobs) -> None:
    _, pid, _ = worker_name().rsplit(":", 2)
    jobs.add("read", "a", {})
    claimed(jobs, f"another-host:{pid}:1")
    assert jobs.claim(worker_name(), ["read"], 60) is None


def in_threads(number: int, work: Callable[[], list[str]]) -> list[str]:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.extend(work())) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
