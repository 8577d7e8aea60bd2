"""Conversations: their titles, their branches, their life."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from server.chat.responses.keep import Keep
from server.errors import DamagedSeal, UnknownConversation, UnknownFile, UnknownResponse
from server.model import Caller, Page, Titled
from server.ports import Keys
from server.ports.conversations import ConversationRow, ConversationRows, Turn

_MOST_TITLES: Final = 500
_SWEPT_AT_ONCE: Final = 100
_MICROSECONDS_OF_A_DAY: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation. `latest` is the response that it goes on behind; times are Unix seconds."""

    id: str
    owner: str
    created_at: int
    updated_at: int
    latest: str | None
    title: str | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many conversations an owner has at most, and for how many days of no use they are kept; 0: for good."""

    most: int
    days: int


class Conversations:
    """The conversations of this Lectern. A conversation is a tree of responses: what follows one is its branch."""

    def __init__(self, rows: ConversationRows, keep: Keep, keys: Keys, bounds: Bounds) -> None:
        self._rows = rows
        self._keep = keep
        self._keys = keys
        self._bounds = bounds

    def create(self, metadata: Mapping[str, str], title: str | None, caller: Caller) -> Conversation:
        """A new conversation. Raises TooManyConversations."""
        conversation_id, now = f"conv_{uuid.uuid4().hex}", time.time_ns() // 1000
        self._keys.create(conversation_id)
        try:
            content = self._sealed(conversation_id, metadata)
            named = None if title is None else self._titled(conversation_id, title)
            row = ConversationRow(conversation_id, caller.owner, now // 1_000_000, now, None, named, content)
            self._rows.add(row, self._bounds.most)
        except BaseException:
            self._keys.destroy(conversation_id)
            raise
        return self._opened(row)

    def get(self, conversation_id: str, caller: Caller) -> Conversation:
        """A conversation of the caller's. Raises UnknownConversation: there is none, or it is another's: which does not
        show."""
        row = self._rows.get(conversation_id)
        if not caller.owns(row.owner):
            raise UnknownConversation(conversation=conversation_id)
        try:
            return self._opened(row)
        except DamagedSeal:
            # It may have been deleted between both looks; damage of one that is there is told.
            self._rows.get(conversation_id)
            raise

    def own(self, conversation_id: str, caller: Caller) -> Conversation:
        """A conversation that the caller made, to be changed: administrators look at others', and delete them. Raises
        UnknownConversation."""
        conversation = self.get(conversation_id, caller)
        if conversation.owner != caller.owner:
            raise UnknownConversation(conversation=conversation_id)
        return conversation

    def page(self, caller: Caller, page: Page) -> list[Conversation]:
        """A page of the caller's own, by their last use. Raises InvalidRequest for an unknown place."""
        found = self._rows.page(caller.owner, page)
        self._keys.read([row.id for row in found])
        return [one for one in map(self._still_there, found) if one is not None]

    def titled(self, caller: Caller) -> Sequence[Titled]:
        """The caller's own conversations that have a title, the last used first: some hundreds of them at most."""
        found = self.page(caller, Page(_MOST_TITLES))
        return [Titled(one.id, one.title, one.updated_at) for one in found if one.title is not None]

    def change(
        self, conversation: Conversation, *, title: str | None = None, metadata: Mapping[str, str] | None = None
    ) -> None:
        """Writes what is given. Raises UnknownConversation: it has gone meanwhile."""
        try:
            named = None if title is None else self._titled(conversation.id, title)
            content = None if metadata is None else self._sealed(conversation.id, metadata)
        except UnknownFile:  # its key has gone
            raise UnknownConversation(conversation=conversation.id) from None
        self._rows.change(conversation.id, named, content)

    def go_on_behind(self, conversation: Conversation, response_id: str) -> None:
        """Makes the branch that ends with the last turn behind a response, the one begun last, the current one. Raises
        UnknownResponse: it is none of the conversation's."""
        turns = self._rows.turns(conversation.id)
        self._rows.go_on_behind(conversation.id, _end_behind(turns, response_id))

    def delete(self, conversation: Conversation) -> Sequence[str]:
        """Forgets a conversation with its responses, whose ids come back. Their keys go with them."""
        return self._remove(conversation.id)

    def turns(self, conversation: Conversation) -> list[Turn]:
        """All turns of all branches, in the order in which they were begun."""
        return self._rows.turns(conversation.id)

    def branch(self, conversation: Conversation, through: str | None = None) -> list[Turn]:
        """The turns of the current branch, oldest first; with `through`, of the branch that was begun last through that
        response. Raises UnknownResponse."""
        turns = self._rows.turns(conversation.id)
        end = _end_behind(turns, through) if through is not None else conversation.latest
        before = {turn.id: turn for turn in turns}
        branch: list[Turn] = []
        while end is not None and (turn := before.pop(end, None)) is not None:
            branch.append(turn)
            end = turn.follows
        return branch[::-1]

    def sweep(self) -> None:
        """Forgets the conversations of users that were deleted, and those not used for so many days."""
        while ownerless := self._rows.ownerless(_SWEPT_AT_ONCE):
            for conversation_id in ownerless:
                self._remove(conversation_id)
        if not self._bounds.days:
            return
        since = time.time_ns() // 1000 - self._bounds.days * _MICROSECONDS_OF_A_DAY
        while unused := self._rows.unused(since, _SWEPT_AT_ONCE):
            for conversation_id in unused:
                self._remove(conversation_id)

    def _remove(self, conversation_id: str) -> Sequence[str]:
        removed = self._rows.remove(conversation_id)
        self._keys.destroy(conversation_id)
        self._keep.forget(removed)
        return removed

    def _still_there(self, row: ConversationRow) -> Conversation | None:
        try:
            return self._opened(row)
        except DamagedSeal:
            try:
                self._rows.get(row.id)
            except UnknownConversation:
                return None
            raise

    def _titled(self, conversation_id: str, title: str) -> str:
        return self._keys.seal_text(conversation_id, title, f"{conversation_id} title")

    def _sealed(self, conversation_id: str, metadata: Mapping[str, str]) -> str:
        return self._keys.seal_text(conversation_id, orjson.dumps(dict(metadata)).decode(), conversation_id)

    def _opened(self, row: ConversationRow) -> Conversation:
        title = None if row.title is None else self._keys.open_text(row.id, row.title, f"{row.id} title")
        metadata: dict[str, Any] = orjson.loads(self._keys.open_text(row.id, row.content, row.id))
        return Conversation(row.id, row.owner, row.created_at, row.used // 1_000_000, row.latest, title, metadata)


def _end_behind(turns: Sequence[Turn], response_id: str) -> str:
    """The last turn of the branch that was begun last behind a response. Raises UnknownResponse."""
    if response_id not in {turn.id for turn in turns}:
        raise UnknownResponse(response=response_id)
    newest = {turn.follows: turn.id for turn in turns}  # of several, the one begun last
    end, seen = response_id, {response_id}
    while (behind := newest.get(end)) is not None and behind not in seen:
        seen.add(behind)
        end = behind
    return end
