"""Where in which conversation a response stands (docs/decisions/0022-conversations.md)."""

import time
from dataclasses import dataclass
from typing import Final

from server.chat.responses.request import ConversationPlace, CreateResponse
from server.errors import ConversationBusy, ConversationFull, UnknownConversation, UnknownResponse
from server.model import Caller
from server.ports.conversations import ConversationRows, Size
from server.ports.responses import ResponseRows

MOST: Final = Size(turns=1000, chars=64 * 2**20)
"""How large a conversation may be, all its branches together."""
UNDER_WAY: Final = frozenset({"queued", "in_progress"})
"""Where responses stand that are still to be answered."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a conversation: behind the response `follows` (None: at its beginning), taken at `began`, in
    microseconds."""

    conversation_id: str
    follows: str | None
    began: int


class Placing:
    """Finds the place of a response that is about to be made."""

    def __init__(self, conversations: ConversationRows, responses: ResponseRows, most: Size = MOST) -> None:
        self._conversations = conversations
        self._responses = responses
        self._most = most

    def of(self, request: CreateResponse, caller: Caller) -> Place | None:
        """The place that a request names; None: it names no conversation.

        Raises:
            UnknownConversation, UnknownResponse: there is no such conversation of the caller's, or no such turn in it.
            ConversationBusy: what it would follow is not answered yet.
            ConversationFull: it is as large as it may be.
        """
        if request.conversation is None:
            return None
        named = request.conversation
        place = ConversationPlace(id=named) if isinstance(named, str) else named
        after = [place.after] if "after" in place.model_fields_set else None
        try:
            return self.behind(place.id, after, caller)
        except UnknownConversation:
            raise UnknownConversation(conversation=place.id, param="conversation") from None

    def behind(self, conversation_id: str, after: list[str | None] | None, caller: Caller) -> Place:
        """The place behind the one turn of `after`, where that is given, else behind the latest. Raises as `of`."""
        row = self._conversations.get(conversation_id)
        # Administrators may look at others' conversations, not speak in them.
        if row.owner != caller.owner:
            raise UnknownConversation(conversation=conversation_id)
        # Looked at again when the answer is kept: here it is refused before it is made.
        if self._conversations.size(row.id).fills(self._most):
            megabytes = self._most.chars // 2**20
            raise ConversationFull(turns=self._most.turns, megabytes=megabytes, param="conversation")
        follows = row.latest if after is None else after[0]
        if follows is not None and follows not in {turn.id for turn in self._conversations.turns(row.id)}:
            raise UnknownResponse(response=follows, param="conversation.after")
        if follows is not None and self._responses.get(follows).status in UNDER_WAY:
            raise ConversationBusy(param="conversation")
        return Place(row.id, follows, time.time_ns() // 1000)
