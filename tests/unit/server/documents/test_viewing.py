"""Who looks at pages takes no thread from anybody else, and no room from those who look, too."""

import asyncio
import threading
from unittest.mock import Mock

import anyio
import anyio.to_thread
import httpx
import pytest
from fastapi import FastAPI

from server.documents.files import Uploads
from server.documents.page_routes import pages_router
from server.documents.pages import Pages
from server.documents.viewing import Viewing
from server.documents.views import FileViews
from server.errors import ViewersBusy
from server.http import render_errors
from server.model import Caller, Role
from server.ports import Gate


async def test_who_waits_for_a_page_holds_none_of_the_threads_of_others_and_too_many_are_sent_away() -> None:
    shared = anyio.to_thread.current_default_thread_limiter()
    viewing, rendered = Viewing(most=2), threading.Event()
    waiting = [asyncio.create_task(viewing.run(f"user:{number}", rendered.wait)) for number in range(34)]
    try:
        await asyncio.sleep(0)
        assert shared.borrowed_tokens == 0
        with pytest.raises(ViewersBusy):
            await viewing.run("user:new", rendered.is_set)
    finally:
        rendered.set()
    assert await asyncio.gather(*waiting) == [True] * 34
    assert await viewing.run("user:new", lambda: "page") == "page"


async def test_one_who_looks_at_much_is_sent_away_and_others_are_not() -> None:
    viewing, rendered = Viewing(most=2), threading.Event()
    waiting = [asyncio.create_task(viewing.run("user:ada", rendered.wait)) for _ in range(16)]
    try:
        await asyncio.sleep(0)
        with pytest.raises(ViewersBusy):
            await viewing.run("user:ada", rendered.is_set)
        assert await viewing.run("user:bob", rendered.is_set) is False
    finally:
        rendered.set()
    await asyncio.gather(*waiting)
    assert await viewing.run("user:ada", lambda: "page") == "page"
    assert not viewing._here


async def test_the_routes_of_pages_run_there() -> None:
    def let_in() -> Caller:
        return Caller("key-1", "Ada", Role.READER, owner="user:ada")

    gate, views = Mock(Gate), Mock(FileViews)
    gate.file.return_value = let_in
    full = Viewing(most=0)
    app = FastAPI()
    render_errors(app)
    app.include_router(pages_router(views, Mock(Uploads), Mock(Pages), full, gate))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://lectern") as http:
        for path in ("pages", "pages/1/image", "pages/1/words"):
            answer = await http.get(f"/v1/files/file-1/{path}")
            assert (answer.status_code, answer.json()["error"]["code"]) == (429, "viewers_busy")
            assert answer.headers["retry-after"] == "1"
