import orjson
import pytest

from ingest.model import Progress
from server.documents.progress import QUEUED, Pace, load, words
from server.model import FileProgress


class Clock:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_rate_counts_from_the_first_step_of_this_run() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert words(pace.at(Progress(4, 40))) == "parsing 4/40 pages"
    clock.now = 4
    assert words(pace.at(Progress(12, 40))) == "parsing 12/40 pages, 2 pages/s, 14 s left"


def test_what_has_no_known_end_has_a_rate_and_no_time_left() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.at(Progress(256, None, "chunks"))
    clock.now = 10
    step = pace.at(Progress(512, None, "chunks"))
    assert words(step) == "embedding 512 chunks, 25.6 chunks/s"
    assert step == FileProgress("embedding", 512, None, "chunks", 25.6, None)


def test_parsing_and_embedding_have_rates_of_their_own() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.at(Progress(1, 10))
    clock.now = 100
    assert pace.at(Progress(256, None, "chunks")).rate is None
    assert pace.at(Progress(6, 10)).rate == 0.05


@pytest.mark.parametrize(("seconds", "said"), [(9.4, "9 s"), (99, "99 s"), (150, "2 min"), (7200, "2 h")])
def test_the_time_left_is_told_in_the_unit_that_fits(seconds: float, said: str) -> None:
    assert words(FileProgress("parsing", 1, 2, "pages", 0.5, seconds)).endswith(f", {said} left")


def test_progress_passes_through_the_queue_unchanged() -> None:
    progress = FileProgress("parsing", 12, 40, "pages", 3.1, 9.0)
    assert load(orjson.dumps(progress).decode()) == progress
    assert words(QUEUED) == "queued"
