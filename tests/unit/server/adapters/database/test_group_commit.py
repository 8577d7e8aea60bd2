import threading
from collections.abc import Sequence

import pytest

from server.adapters.database.group_commit import GroupCommit


def test_writers_that_come_while_others_are_written_share_the_next_commit() -> None:
    commits: list[list[int]] = []
    begun, may_end = threading.Event(), threading.Event()

    def write(items: Sequence[int]) -> None:
        begun.set()
        assert may_end.wait(30)
        commits.append(list(items))

    group = GroupCommit(write)
    threads = [threading.Thread(target=group.put, args=([number],)) for number in range(20)]
    threads[0].start()
    assert begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    while len(group._waiting) < 19:
        threading.Event().wait(0.001)
    may_end.set()
    for thread in threads:
        thread.join()
    assert commits[0] == [0]
    assert len(commits) == 2
    assert sorted(commits[1]) == list(range(1, 20))


def test_each_writer_gets_its_own_error_and_no_others() -> None:
    written: list[int] = []
    may_begin = threading.Event()

    def write(items: Sequence[int]) -> None:
        assert may_begin.wait(30)
        if 13 in items:
            raise KeyError(13)
        written.extend(items)

    group, errors = GroupCommit(write), []

    def put(number: int) -> None:
        try:
            group.put([number])
        except KeyError:
            errors.append(number)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    may_begin.set()
    for thread in threads:
        thread.join()
    assert errors == [13]
    assert sorted(written) == [number for number in range(20) if number != 13]


def test_nothing_to_write_is_no_commit() -> None:
    def write(_: Sequence[int]) -> None:
        pytest.fail("there was nothing to write")

    GroupCommit(write).put([])
