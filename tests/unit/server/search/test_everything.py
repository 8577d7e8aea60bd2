"""The search for everything: each kind comes by itself, whatever becomes of the others."""

import asyncio
import dataclasses
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from server.errors import IndexUnavailable, Saturated
from server.model import LECTERN, Caller, NamedFile, Passage, Titled
from server.search.everything import KINDS, Everything


class Parts:
    """Stands for what finds each kind; `passages` waits until it may go on, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.may_go_on = threading.Event()
        self.begun = 0
        self._error = error

    def documents(self, sought: str, caller: Caller, limit: int) -> list[NamedFile]:
        return []

    def passages(self, sought: str, caller: Caller, limit: int) -> list[Passage]:
        if self._error:
            raise self._error
        self.begun += 1
        self.may_go_on.wait(30)
        return []

    def conversations(self, sought: str, caller: Caller, limit: int) -> Sequence[Titled]:
        return [Titled("conv_1", sought, 1)]


@pytest.fixture
def parts() -> Iterator[Parts]:
    one = Parts()
    yield one
    one.may_go_on.set()


def search(parts: Any, kinds: Sequence[str] = KINDS, seconds: float = 0.05) -> Any:
    return asyncio.run(Everything(parts, seconds)("word", kinds, LECTERN, 5))


def test_a_kind_that_takes_too_long_is_left_out_and_the_others_come(parts: Parts) -> None:
    found = search(parts)
    assert found.passages is None
    assert found.missing == {"passages": "late"}
    assert (found.documents, [one.title for one in found.conversations]) == ([], ["word"])


def test_a_kind_that_fails_is_left_out_with_the_reason(parts: Parts) -> None:
    found = search(Parts(IndexUnavailable(detail="it rests")), seconds=30)
    assert found.passages is None
    assert "it rests" in found.missing["passages"]
    assert found.documents == []


def test_a_mistake_of_our_own_is_not_hidden(parts: Parts) -> None:
    with pytest.raises(ZeroDivisionError):
        search(Parts(ZeroDivisionError()), seconds=30)


def test_only_what_is_asked_for_is_looked_for(parts: Parts) -> None:
    found = search(parts, ["documents"])
    assert (found.documents, found.passages, found.conversations, found.missing) == ([], None, None, {})


def callers(count: int) -> list[Caller]:
    return [dataclasses.replace(LECTERN, owner=f"user:{number}") for number in range(count)]


def test_searches_that_hang_do_not_keep_names_from_being_found(parts: Parts) -> None:
    everything = Everything(parts, 0.05)  # type: ignore[arg-type]

    async def many() -> list[Any]:
        await asyncio.gather(*(everything("word", ["passages"], one, 5) for one in callers(12)))
        return [await everything("word", ["documents", "conversations"], LECTERN, 5) for _ in range(3)]

    assert all(one.missing == {} for one in asyncio.run(many()))


def test_who_searches_a_lot_leaves_room_for_others_and_is_answered_for_the_last_words(parts: Parts) -> None:
    everything = Everything(parts, 30)  # type: ignore[arg-type]
    one, other = callers(2)

    async def many() -> list[Any]:
        asked = [asyncio.create_task(everything("word", ["passages"], one, 5)) for _ in range(3)]
        await asyncio.sleep(0)
        asked += [asyncio.create_task(everything("word", KINDS, one, 5)) for _ in range(2)]
        asked.append(asyncio.create_task(everything("word", ["passages"], other, 5)))
        with pytest.raises(Saturated):  # the third, whose place the fourth took
            await asked.pop(2)
        parts.may_go_on.set()
        return await asyncio.gather(*asked)

    first, second, fourth, fifth, of_other = asyncio.run(many())
    assert [one.passages for one in (first, second, fifth, of_other)] == [[]] * 4
    assert "Try again" in fourth.missing["passages"]
    assert fourth.documents == []


def test_searches_that_nobody_waits_for_any_more_hold_their_place_until_they_end(parts: Parts) -> None:
    everything = Everything(parts, 0.05)  # type: ignore[arg-type]
    one, other = callers(2)

    async def many() -> list[Any]:
        hanging = [await everything("word", ["passages"], one, 5) for _ in range(6)]
        await asyncio.sleep(0)  # giving up goes from one future to the other
        parts.may_go_on.set()
        return [*hanging, await everything("word", ["passages"], other, 5)]

    *hanging, of_other = asyncio.run(many())
    assert [one.missing for one in hanging] == [{"passages": "late"}] * 6
    assert parts.begun == 3
    assert of_other.passages == []


def test_a_caller_may_search_again_when_an_earlier_search_has_ended(parts: Parts) -> None:
    everything = Everything(parts, 30)  # type: ignore[arg-type]
    parts.may_go_on.set()

    async def many() -> list[Any]:
        return [await everything("word", ["passages"], LECTERN, 5) for _ in range(5)]

    assert all(one.missing == {} for one in asyncio.run(many()))


def test_no_more_wait_than_can_be_answered_soon(parts: Parts) -> None:
    everything = Everything(parts, 0.2)  # type: ignore[arg-type]

    async def many() -> list[Any]:
        asked = [everything("word", ["passages"], one, 5) for one in callers(40)]
        return await asyncio.gather(*asked, return_exceptions=True)

    came = asyncio.run(many())
    assert [isinstance(one, Saturated) for one in came] == [False] * 36 + [True] * 4
