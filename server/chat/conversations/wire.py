"""What clients send of conversations, and what they see
(https://platform.openai.com/docs/api-reference/conversations)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from server.bodies import Metadata
from server.chat.conversations.conversations import Conversation
from server.chat.responses.items import Item
from server.chat.title import LONGEST, in_a_line
from server.ports.conversations import Turn

_MOST_ITEMS = 20


def _visible(title: str) -> str:
    line = in_a_line(title)
    if not line:
        raise ValueError("a title has something in it that can be seen")
    return line


Title = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_visible)]


class CreateConversation(BaseModel):
    """Body of POST /v1/conversations; `title` is Lectern's own."""

    items: list[Item] | None = Field(default=None, max_length=_MOST_ITEMS)
    metadata: Metadata | None = None
    title: Title | None = None


class UpdateConversation(BaseModel):
    """Body of POST /v1/conversations/{id}: what is given is changed. `metadata` None: none any more. `title` and
    `latest`, the response of the branch to go on with, are Lectern's own."""

    metadata: Metadata | None = None
    title: Title | None = None
    latest: str | None = Field(default=None, max_length=64)


class CreateItems(BaseModel):
    """Body of POST /v1/conversations/{id}/items."""

    items: list[Item] = Field(min_length=1, max_length=_MOST_ITEMS)


def conversation_object(conversation: Conversation) -> dict[str, Any]:
    """The conversation as it is shown."""
    return {
        "id": conversation.id,
        "object": "conversation",
        "created_at": conversation.created_at,
        "metadata": dict(conversation.metadata),
        "title": conversation.title,
        "updated_at": conversation.updated_at,
        "latest": conversation.latest,
    }


def siblings_of(turns: Sequence[Turn]) -> Mapping[str, list[str]]:
    """The ids of all turns that follow the same one as a turn does, itself among them, by its id."""
    following: defaultdict[str | None, list[str]] = defaultdict(list)
    for turn in turns:
        following[turn.follows].append(turn.id)
    return {turn.id: following[turn.follows] for turn in turns}
