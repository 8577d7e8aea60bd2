"""What keeps responses that were stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.ports.conversations import Size


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """A stored response. `content` is sealed: what was asked, what came of it, and the documents behind it. `owner` is
    who asked; `expires_at` None: it stays until it is deleted. Of a turn of a conversation, `follows` is the response
    before it there, and `began` the microseconds at which it was begun. `shared`: its owner showed it to everybody."""

    id: str
    owner: str
    status: str
    background: bool
    created_at: int
    expires_at: int | None
    content: str
    conversation_id: str | None = None
    follows: str | None = None
    began: int | None = None
    shared: bool = False


class ResponseRows(Protocol):
    """Rows of stored responses, and of the events of those that are told from the background."""

    def add(self, row: ResponseRow, title: str | None = None, most: Size | None = None) -> None:
        """Stores the row. A turn becomes the latest of its conversation if it was begun last, or follows the latest; if
        what it follows has gone meanwhile, it follows the latest. `title` is the conversation's while it has none, and
        `most` how large it may be.

        Raises:
            UnknownConversation: it has gone.
            ConversationFull: it is as large as it may be.
        """
        ...

    def get(self, response_id: str) -> ResponseRow:
        """Raises UnknownResponse."""
        ...

    def change(self, response_id: str, status: str, content: str) -> bool:
        """Writes what became of a response that is queued or in progress; False if it has ended or gone meanwhile."""
        ...

    def rewrite(self, response_id: str, was: str, content: str) -> bool:
        """Writes other content in the place of `was`, and forgets the events, which tell of that; False: it is not what
        is there."""
        ...

    def share(self, response_id: str, shared: bool) -> None:
        """Shows it to everybody, or no more; nothing happens if it has gone."""
        ...

    def remove(self, response_id: str) -> None:
        """Removes the row and its events; it may be gone already. What followed it in a conversation follows what it
        followed."""
        ...

    def under_way(self) -> list[str]:
        """Ids of responses that are queued or in progress."""
        ...

    def expired(self, now: int, limit: int) -> list[str]:
        """Ids of responses whose time is over."""
        ...

    def add_events(self, response_id: str, events: Sequence[tuple[int, str]]) -> None:
        """Stores events by their sequence number, sealed. Nothing happens if the response has gone."""
        ...

    def events(self, response_id: str, after: int, limit: int) -> list[tuple[int, str]]:
        """The next events after a sequence number."""
        ...
