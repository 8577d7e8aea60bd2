"""What keeps conversations, and what was said of answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from server.model import Page

Rating = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation. `title` (None: it has none yet) and `content`, its metadata, are sealed. `used` are the
    microseconds of its last use, by which lists are ordered; `latest` is the response that it goes on behind."""

    id: str
    owner: str
    created_at: int
    used: int
    latest: str | None
    title: str | None
    content: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A response in a conversation, and the one in it that it follows; None: it begins it."""

    id: str
    follows: str | None


@dataclass(frozen=True, slots=True)
class Size:
    """How many turns a conversation has, in all its branches, and how many characters these are as they are stored."""

    turns: int
    chars: int

    def fills(self, most: "Size") -> bool:
        """Whether there is no room for another turn where a conversation may have `most`."""
        return self.turns >= most.turns or self.chars >= most.chars


class ConversationRows(Protocol):
    """Rows of conversations. Their turns are responses (`ResponseRows`)."""

    def add(self, row: ConversationRow, most: int) -> None:
        """Stores the row. Raises TooManyConversations: its owner has `most` already."""
        ...

    def get(self, conversation_id: str) -> ConversationRow:
        """Raises UnknownConversation."""
        ...

    def page(self, owner: str, page: Page) -> list[ConversationRow]:
        """A page of an owner's, by their last use. Raises InvalidRequest for an unknown place."""
        ...

    def change(self, conversation_id: str, title: str | None, content: str | None) -> None:
        """Writes what is given; nothing happens if the conversation has gone."""
        ...

    def turns(self, conversation_id: str) -> list[Turn]:
        """All turns of all branches, in the order in which they were begun."""
        ...

    def size(self, conversation_id: str) -> Size:
        """How large a conversation is; of none, nothing."""
        ...

    def go_on_behind(self, conversation_id: str, response_id: str) -> None:
        """Makes a turn of the conversation the latest. Raises UnknownResponse."""
        ...

    def remove(self, conversation_id: str) -> list[str]:
        """Removes the conversation with its turns, whose ids come back; it may be gone already."""
        ...

    def unused(self, since: int, limit: int) -> list[str]:
        """Ids of conversations whose last use was before `since`, in microseconds."""
        ...

    def ownerless(self, limit: int) -> list[str]:
        """Ids of conversations of users that were deleted."""
        ...


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """What the owner of a response thinks of it; `comment` is sealed. `sequence` are microseconds, by which lists are
    ordered."""

    response_id: str
    rating: Rating
    created_at: int
    sequence: int
    comment: str | None


class FeedbackRows(Protocol):
    """Rows of feedback; each goes with its response."""

    def put(self, row: FeedbackRow) -> None:
        """Stores the row in the place of the response's former one. Raises UnknownResponse."""
        ...

    def get(self, response_ids: Sequence[str]) -> dict[str, FeedbackRow]:
        """Those of some responses, by the response's id."""
        ...

    def remove(self, response_id: str) -> None:
        """Removes it; there may be none."""
        ...

    def page(self, page: Page, rating: Rating | None, since: int | None) -> list[FeedbackRow]:
        """A page of all, by the time they were given; `since` are Unix seconds. Raises InvalidRequest for an unknown
        place."""
        ...
