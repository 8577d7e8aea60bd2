"""Keeps responses: sealed, each with a key of its own, which goes with it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from server.chat.responses.items import Stored
from server.chat.responses.place import MOST, UNDER_WAY, Place
from server.chat.responses.shape import Response
from server.chat.title import title_of
from server.errors import ConversationBusy, DamagedSeal, UnknownConversation, UnknownFile, UnknownResponse
from server.model import Caller
from server.ports import Keys
from server.ports.conversations import Size
from server.ports.responses import ResponseRow, ResponseRows

_SWEPT_AT_ONCE: Final = 100
_SECONDS_OF_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Kept:
    """A response with what it was asked: `items` are the input of its own. `documents` are the (store, file) of all
    that stands behind it, its history's included. `asked` is the request of one that is still to be answered.
    `withheld`: what it said was left out for who looks at it. `trace` tells how it came about, once it has ended.
    `place` is where it stands in a conversation, and `shared` whether its owner showed it to everybody. `chars` is how
    much it is as it is stored."""

    owner: str
    response: Response
    items: Sequence[Stored]
    documents: Sequence[tuple[str, str]] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)
    withheld: bool = False
    trace: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    shared: bool = False
    chars: int = field(default=0, compare=False)

    @property
    def id(self) -> str:
        """The response's id."""
        return str(self.response["id"])

    @property
    def status(self) -> str:
        """Where the response stands."""
        return str(self.response["status"])

    @property
    def previous(self) -> str | None:
        """The response before it."""
        told = self.response.get("previous_response_id")
        return self.place.follows if self.place else None if told is None else str(told)

    @property
    def told(self) -> Sequence[tuple[str, str]]:
        """The documents that who looks at it is told of: of one that is withheld, those found that may be read."""
        if not self.withheld:
            return self.documents
        found = {one["file_id"] for item in self.response["output"] for one in item.get("results") or ()}
        return [(store_id, file_id) for store_id, file_id in self.documents if file_id in found]

    @property
    def background(self) -> bool:
        """Whether it is answered without anybody waiting."""
        return bool(self.response["background"])


class Keep:
    """Where responses are kept, for so many days; 0: until they are deleted. Those of conversations stay as long as
    these, of which each may be as large as `most`."""

    def __init__(self, rows: ResponseRows, keys: Keys, days: int, most: Size = MOST) -> None:
        self._rows = rows
        self._keys = keys
        self._days = days
        self._most = most

    def add(self, kept: Kept) -> None:
        """Keeps a response, as a turn of its conversation if it has one.

        Raises:
            UnknownConversation: that has gone.
            ConversationFull: that is as large as it may be.
        """
        created_at, place = int(kept.response["created_at"]), kept.place
        expires_at = None if place or not self._days else created_at + self._days * _SECONDS_OF_A_DAY
        of = (place.conversation_id, place.follows, place.began) if place else ()
        title = self._title(kept.items, place)
        self._keys.create(kept.id)
        try:
            content = self._sealed(kept)
            row = ResponseRow(kept.id, kept.owner, kept.status, kept.background, created_at, expires_at, content, *of)
            self._rows.add(row, title, self._most)
        except BaseException:
            self._keys.destroy(kept.id)
            raise

    def get(self, response_id: str, caller: Caller, *, shared: bool = False) -> Kept:
        """A response of the caller's; with `shared`, also one that its owner shared. Raises UnknownResponse: there is
        none, or it is another's: which does not show."""
        return self._opened(self._row(response_id, caller, shared=shared))

    def share(self, response_id: str, caller: Caller, *, shared: bool) -> None:
        """Shows a response that the caller made to everybody, or one of the caller's no more. Raises
        UnknownResponse."""
        row = self._row(response_id, caller)
        # Administrators may end what others share, not share it.
        if shared and row.owner != caller.owner:
            raise UnknownResponse(response=response_id)
        self._rows.share(row.id, shared)

    def without(self, response_id: str, item_id: str, caller: Caller) -> bool:
        """Takes an item out of a response of the caller's, its events too, and the response away if nothing is left of
        it. False: there is no such item in it.

        Raises:
            UnknownResponse: there is none.
            ConversationBusy: it is not answered yet, and would be written again.
        """
        while True:
            row = self._row(response_id, caller)
            if row.status in UNDER_WAY:
                raise ConversationBusy(param="item_id")
            kept = self._opened(row)
            items = [item for item in kept.items if item["id"] != item_id]
            output = [item for item in kept.response["output"] if item["id"] != item_id]
            if len(items) + len(output) == len(kept.items) + len(kept.response["output"]):
                return False
            if not items and not output:
                self._remove(row.id)
                return True
            less = replace(kept, items=items, response={**kept.response, "output": output}, asked={}, trace={})
            if self._rows.rewrite(row.id, row.content, self._sealed(less)):
                return True

    def forget(self, response_ids: Sequence[str]) -> None:
        """Destroys the keys of responses that were removed."""
        for response_id in response_ids:
            self._keys.destroy(response_id)

    def status(self, response_id: str) -> str | None:
        """Where a response stands; None: it has gone."""
        try:
            return self._rows.get(response_id).status
        except UnknownResponse:
            return None

    def under_way(self) -> list[str]:
        """Ids of responses that are still to be answered."""
        return self._rows.under_way()

    def change(self, kept: Kept) -> bool:
        """Writes what became of a response; False if it has ended or gone meanwhile."""
        try:
            return self._rows.change(kept.id, kept.status, self._sealed(kept))
        except UnknownFile:  # its key has gone
            return False

    def delete(self, response_id: str, caller: Caller) -> None:
        """Forgets a response of the caller's. Raises UnknownResponse."""
        self._remove(self._row(response_id, caller).id)

    def sweep(self) -> None:
        """Forgets the responses whose time is over."""
        while expired := self._rows.expired(int(time.time()), _SWEPT_AT_ONCE):
            for response_id in expired:
                self._remove(response_id)

    def add_events(self, response_id: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Keeps events, to be told later; nothing happens if the response has gone."""
        sealed = []
        for event in events:
            number, text = event["sequence_number"], orjson.dumps(event).decode()
            try:
                sealed.append((number, self._keys.seal_text(response_id, text, f"{response_id} {number}")))
            except UnknownFile:  # its key has gone
                return
        self._rows.add_events(response_id, sealed)

    def events(self, response_id: str, after: int) -> list[dict[str, Any]]:
        """The next of the kept events after a sequence number."""
        found = self._rows.events(response_id, after, _SWEPT_AT_ONCE)
        opened = (self._keys.open_text(response_id, text, f"{response_id} {number}") for number, text in found)
        return [orjson.loads(text) for text in opened]

    def _row(self, response_id: str, caller: Caller, *, shared: bool = False) -> ResponseRow:
        row = self._rows.get(response_id)
        over = row.expires_at is not None and row.expires_at <= time.time()
        if over or not (caller.owns(row.owner) or (shared and row.shared)):
            raise UnknownResponse(response=response_id)
        return row

    def _remove(self, response_id: str) -> None:
        self._rows.remove(response_id)
        self._keys.destroy(response_id)

    def _sealed(self, kept: Kept) -> str:
        told = {
            "response": kept.response,
            "items": list(kept.items),
            "documents": list(kept.documents),
            "asked": kept.asked,
            "trace": kept.trace,
        }
        return self._keys.seal_text(kept.id, orjson.dumps(told).decode(), kept.id)

    def _opened(self, row: ResponseRow) -> Kept:
        try:
            told = orjson.loads(self._keys.open_text(row.id, row.content, row.id))
        except DamagedSeal:
            # It may have been deleted between both looks; damage of one that is there is told.
            self._rows.get(row.id)
            raise
        documents = [(store_id, file_id) for store_id, file_id in told["documents"]]
        response = told["response"] | {"status": row.status, "shared": row.shared}
        trace = told.get("trace") or {}  # responses of before have none
        place = None if row.conversation_id is None else Place(row.conversation_id, row.follows, row.began or 0)
        return Kept(
            row.owner,
            response,
            told["items"],
            documents,
            told["asked"],
            trace=trace,
            place=place,
            shared=row.shared,
            chars=len(row.content),
        )

    def _title(self, items: Sequence[Stored], place: Place | None) -> str | None:
        """The title of a conversation that has none, from the items of its first turn. Raises UnknownConversation."""
        title = title_of(items) if place else None
        if place is None or title is None:
            return None
        try:
            return self._keys.seal_text(place.conversation_id, title, f"{place.conversation_id} title")
        except UnknownFile:  # its key has gone
            raise UnknownConversation(conversation=place.conversation_id) from None
