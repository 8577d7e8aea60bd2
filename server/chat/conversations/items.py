"""The items of conversations: listed, added, and taken out."""

import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Final

from server.chat.conversations.conversations import Conversation, Conversations
from server.chat.responses.history import History
from server.chat.responses.items import Item, Stored, response_of, stored
from server.chat.responses.keep import Keep, Kept
from server.chat.responses.place import Placing
from server.chat.responses.request import CreateResponse
from server.chat.responses.shape import new_response
from server.chat.responses.views import Views
from server.errors import InvalidRequest, UnknownItem, UnknownResponse
from server.model import Caller, Page
from server.ports.conversations import Turn

NO_MODEL: Final = "none"
"""The model of a turn that nobody answered."""

Documents = Sequence[tuple[str, str]]


class Items:
    """What was said in conversations, as its reader may see it now."""

    def __init__(
        self, conversations: Conversations, keep: Keep, views: Views, history: History, placing: Placing
    ) -> None:
        self._conversations = conversations
        self._keep = keep
        self._views = views
        self._history = history
        self._placing = placing

    def add(self, conversation: Conversation, items: Sequence[Item], caller: Caller) -> Kept:
        """Adds a turn without an answer behind the latest.

        Raises:
            UnknownConversation: it is another's, or has gone.
            UnknownFile, InvalidRequest: an item brings along what cannot be read, or refers to another.
            ConversationBusy, ConversationFull: it takes none now.
        """
        if any(item.type == "item_reference" for item in items):
            detail = "item_reference names an item that is there already; send the item itself"
            raise InvalidRequest(detail=detail, param="items")
        place = self._placing.behind(conversation.id, None, caller)
        response_id = f"resp_{uuid.uuid4().hex}"
        given = stored(items, response_id)
        files = [("", file_id) for file_id in self._history.files_of(given, caller)]
        request = {"model": NO_MODEL, "input": [item.model_dump() for item in items], "conversation": conversation.id}
        asked = CreateResponse.model_validate(request)
        response = new_response(asked, response_id, int(time.time()), "completed")
        kept = Kept(caller.owner, response, given, files, place=place)
        self._keep.add(kept)
        return kept

    def page(self, conversation: Conversation, page: Page, caller: Caller) -> tuple[list[Stored], Documents]:
        """A page of the items of the current branch, and the (store, file) of the documents behind them. Raises
        InvalidRequest for an unknown place."""
        turns = self._conversations.branch(conversation)
        # Those right before a place are the first ones in the other direction.
        rising = (page.order == "asc") != page.backwards
        turns = turns if rising else turns[::-1]
        place, name = (page.before, "before") if page.backwards else (page.after, "after")
        if place is not None:
            beginning = [number for number, turn in enumerate(turns) if turn.id == response_of(place)]
            turns = turns[beginning[0] :] if beginning else []
        found: list[Stored] = []
        documents: list[tuple[str, str]] = []
        passed = place is None
        for kept in self._seen(turns, caller):
            said = _said(kept)
            documents += kept.told
            for item in said if rising else reversed(said):
                if passed:
                    found.append(item)
                passed = passed or item["id"] == place
            if len(found) >= page.limit:
                break
        if not passed:
            raise InvalidRequest(param=name, detail=f"there is nothing with the id {place!r} to go on {name}")
        found = found[: page.limit]
        return (found[::-1] if page.backwards else found), documents

    def get(self, conversation: Conversation, item_id: str, caller: Caller) -> tuple[Stored, Documents]:
        """An item of any branch, and the documents behind it. Raises UnknownItem."""
        for kept in self._seen(self._turn_of(conversation, item_id), caller):
            for item in _said(kept):
                if item["id"] == item_id:
                    return item, kept.told
        raise UnknownItem(item=item_id)

    def delete(self, conversation: Conversation, item_id: str, caller: Caller) -> None:
        """Takes an item out of the conversation and of its response, for good. Raises UnknownItem,
        ConversationBusy."""
        for turn in self._turn_of(conversation, item_id):
            try:
                if self._keep.without(turn.id, item_id, caller):
                    return
            except UnknownResponse:
                continue
        raise UnknownItem(item=item_id)

    def responses(self, turns: Sequence[Turn], caller: Caller) -> Iterator[tuple[Kept, list[Stored]]]:
        """The responses of turns as the caller may see them, each with what it was given; one at a time."""
        for kept in self._seen(turns, caller):
            ids = [item["id"] for item in kept.items if item["type"] == "item_reference"]
            referred, _ = self._history.referred(ids, caller)
            yield kept, [referred.get(item["id"], item) for item in kept.items]

    def documents(self, turns: Sequence[Turn], caller: Caller) -> Documents:
        """The (store, file) of the documents that responses of turns tell the caller of."""
        return list(dict.fromkeys(document for kept in self._seen(turns, caller) for document in kept.told))

    def _turn_of(self, conversation: Conversation, item_id: str) -> list[Turn]:
        return [turn for turn in self._conversations.turns(conversation) if turn.id == response_of(item_id)]

    def _seen(self, turns: Sequence[Turn], caller: Caller) -> Iterator[Kept]:
        """The responses of turns, one at a time: they may be large."""
        for turn in turns:
            try:
                yield self._views.of(self._keep.get(turn.id, caller), caller)
            except UnknownResponse:  # it went meanwhile
                continue


def _said(kept: Kept) -> list[Stored]:
    """The items of a turn; what they refer to stands elsewhere."""
    return [dict(item) for item in (*kept.items, *kept.response["output"]) if item["type"] != "item_reference"]
