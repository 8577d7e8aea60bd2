import asyncio
import contextlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Saturated
from server.limits.turnstile import Turnstile
from server.model import Caller, Role


def caller(owner: str, *, bulk: bool = False) -> Caller:
    return Caller("k", owner, Role.READER, owner=owner, bulk=bulk)


class Answer:
    """An answer that is under way until it is told to end."""

    def __init__(self, turnstile: Turnstile, who: Caller) -> None:
        self.who = who
        self.began = asyncio.Event()
        self.refused = False
        self._end = asyncio.Event()
        self.task = asyncio.create_task(self._run(turnstile))

    async def _run(self, turnstile: Turnstile) -> None:
        try:
            async with turnstile.turn(self.who):
                self.began.set()
                await self._end.wait()
        except Saturated:
            self.refused = True

    async def end(self) -> None:
        self._end.set()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def begun(turnstile: Turnstile, *who: Caller) -> list[Answer]:
    answers = [Answer(turnstile, one) for one in who]
    await settle()
    return answers


async def test_people_who_find_no_slot_are_told_at_once() -> None:
    turnstile = Turnstile(2, 1)
    first, second, third = await begun(turnstile, caller("a"), caller("b"), caller("c"))
    assert third.refused
    await first.end()
    (fourth,) = await begun(turnstile, caller("c"))
    assert fourth.began.is_set()
    for answer in (second, fourth):
        await answer.end()
    assert turnstile.under_way == 0


async def test_a_person_waits_for_no_more_than_the_line_of_a_batch_under_way() -> None:
    turnstile = Turnstile(1, 1)
    line, following = await begun(turnstile, caller("batch", bulk=True), caller("batch", bulk=True))
    person, other = await begun(turnstile, caller("a"), caller("b"))
    assert other.refused
    assert not person.began.is_set()
    await line.end()
    await settle()
    assert person.began.is_set()
    assert not following.began.is_set()
    await person.end()
    await settle()
    assert following.began.is_set()
    await following.end()


async def test_batches_leave_slots_to_people() -> None:
    turnstile = Turnstile(4, 2)
    lines = await begun(turnstile, *[caller("batch", bulk=True)] * 5)
    assert [line.began.is_set() for line in lines] == [True, True, False, False, False]
    people = await begun(turnstile, caller("a"), caller("b"))
    assert all(person.began.is_set() for person in people)
    for answer in [*people, *lines]:
        await answer.end()


async def test_owners_of_batches_take_turns() -> None:
    turnstile = Turnstile(2, 1)
    (under_way,) = await begun(turnstile, caller("greedy", bulk=True))
    many = await begun(turnstile, *[caller("greedy", bulk=True)] * 5)
    few = await begun(turnstile, *[caller("modest", bulk=True)] * 2)
    order = []
    running, waiting = under_way, [*many, *few]
    while waiting:
        await running.end()
        await settle()
        (running,) = [answer for answer in waiting if answer.began.is_set()]
        waiting.remove(running)
        order.append(running.who.owner)
    await running.end()
    assert order == ["greedy", "modest", "greedy", "modest", "greedy", "greedy", "greedy"]


async def test_waiting_for_a_batch_ends_with_an_error() -> None:
    turnstile = Turnstile(1, 1, seconds=0.01)
    (line,) = await begun(turnstile, caller("batch", bulk=True))
    with pytest.raises(Saturated):
        async with turnstile.turn(caller("a")):
            pass
    assert turnstile.waiting == 0
    await line.end()
    (person,) = await begun(turnstile, caller("a"))
    assert person.began.is_set()
    await person.end()


async def test_who_leaves_at_the_moment_of_being_let_in_gives_the_slot_back() -> None:
    turnstile = Turnstile(1, 1)
    line = turnstile.turn(caller("batch", bulk=True))
    await line.__aenter__()
    (person,) = await begun(turnstile, caller("a"))
    await line.__aexit__(None, None, None)
    person.task.cancel()
    await settle()
    assert (turnstile.under_way, turnstile.waiting) == (0, 0)


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "bulk", "end", "leave"]), st.sampled_from("abc"), st.integers(0, 20)), max_size=60
)


@given(st.integers(1, 4), st.integers(1, 4), STEPS)
@settings(max_examples=150, deadline=None)
def test_never_more_than_the_slots_and_everybody_comes_in_the_end(
    slots: int, bulk_slots: int, steps: list[tuple[str, str, int]]
) -> None:
    async def play() -> None:
        turnstile = Turnstile(slots, bulk_slots)
        answers: list[Answer] = []

        def under_way() -> list[Answer]:
            return [answer for answer in answers if answer.began.is_set() and not answer.task.done()]

        for step, owner, pick in steps:
            if step in {"ask", "bulk"}:
                answers += await begun(turnstile, caller(owner, bulk=step == "bulk"))
            elif answers:
                chosen = answers[pick % len(answers)]
                if step == "end" and chosen.began.is_set():
                    await chosen.end()
                elif step == "leave":
                    chosen.task.cancel()
            await settle()
            kinds = Counter(answer.who.bulk for answer in under_way())
            assert turnstile.under_way == kinds.total() <= slots
            assert kinds[True] <= min(bulk_slots, slots)
        while running := under_way():
            await running[0].end()
            await settle()
        assert all(answer.task.done() for answer in answers)
        assert (turnstile.under_way, turnstile.waiting) == (0, 0)

    asyncio.run(play())
