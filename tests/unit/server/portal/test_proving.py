"""Passwords take no thread from anybody else, and no place without end."""

import asyncio
import threading

import anyio
import anyio.to_thread
import pytest

from server.errors import TooManyAttempts
from server.portal.proving import Proving


async def test_passwords_that_wait_hold_none_of_the_threads_of_others_and_too_many_are_sent_away() -> None:
    shared = anyio.to_thread.current_default_thread_limiter()
    proving, open_now = Proving(at_once=2, most_waiting=int(shared.total_tokens)), threading.Event()
    waiting = [asyncio.create_task(proving.run(open_now.wait)) for _ in range(2 + int(shared.total_tokens))]
    try:
        await asyncio.sleep(0)
        assert shared.borrowed_tokens == 0
        with pytest.raises(TooManyAttempts):
            await proving.run(open_now.is_set)
    finally:
        open_now.set()
    assert await asyncio.gather(*waiting) == [True] * len(waiting)
    assert await proving.run(lambda: "in") == "in"
