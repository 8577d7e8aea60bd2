"""What requests refer to is read once."""

import time
from collections import Counter
from typing import cast

import pytest

from server.adapters.database.engine import Database
from server.adapters.database.responses import SqlResponses
from server.chat.responses.history import Bounds, History
from server.chat.responses.items import item_id
from server.chat.responses.keep import Keep, Kept
from server.chat.responses.views import Views
from server.model import Caller, Role
from server.ports import Rights
from server.ports.responses import ResponseRow
from server.vault.keyring import Keyring

MINE = Caller("key-1", "me", Role.READER, owner="user:me")


class Counting(SqlResponses):
    """Counts how often each response is read."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.reads: Counter[str] = Counter()

    def get(self, response_id: str) -> ResponseRow:
        """See `ResponseRows.get`."""
        self.reads[response_id] += 1
        return super().get(response_id)


class Nobodys:
    """Rights where there are no files."""

    def of_files(self, caller: Caller, file_ids: list[str], role: Role, param: str | None = None) -> None:
        """Nothing is forbidden of no files."""
        assert not file_ids


@pytest.fixture
def rows(sqlite: Database) -> Counting:
    return Counting(sqlite)


@pytest.fixture
def history(rows: Counting, keyring: Keyring) -> History:
    keep = Keep(rows, keyring, days=2)
    for response_id in ("resp_1", "resp_2"):
        ids = [item_id("message", response_id, f"i{number}") for number in range(50)]
        items = [
            {"type": "message", "role": "user", "id": one, "content": [{"type": "input_text", "text": one}]}
            for one in ids
        ]
        response = {"id": response_id, "created_at": int(time.time()), "status": "completed", "background": False}
        keep.add(Kept("user:me", response | {"output": [], "previous_response_id": None}, items))
    rights = cast(Rights, Nobodys())
    return History(keep, Views(rights), rights, lambda file_id: (file_id, ""))


def test_each_response_is_opened_once_however_many_of_its_items_are_referred_to(
    history: History, rows: Counting
) -> None:
    ids = [item_id("message", f"resp_{which}", f"i{number}") for number in range(50) for which in (1, 2)]
    references = [{"type": "item_reference", "id": one} for one in ids]
    found, _ = history.referred([*ids, "msg_3_i0", "nonsense"], MINE)
    assert list(found) == sorted(ids, key=lambda one: one.split("_")[1])
    assert rows.reads == {"resp_1": 1, "resp_2": 1, "resp_3": 1}
    context = history.context(references, None, MINE, Bounds(10_000, shortens=False))
    assert [item["content"][0]["text"] for item in context.items] == ids
    assert rows.reads["resp_1"] == rows.reads["resp_2"] == 2
