"""What the people who asked think of the answers."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.chat.responses.keep import Keep, Kept
from server.chat.responses.spoken_text import cited, text_of_items
from server.chat.responses.views import Views
from server.errors import UnknownFile, UnknownResponse
from server.model import Caller, Page
from server.ports import Keys
from server.ports.conversations import FeedbackRow, FeedbackRows, Rating

Told = dict[str, Any]


class Feedback:
    """The ratings and comments of answers; sealed with their response, and gone with it."""

    def __init__(self, rows: FeedbackRows, keep: Keep, views: Views, keys: Keys) -> None:
        self._rows = rows
        self._keep = keep
        self._views = views
        self._keys = keys

    def give(self, response_id: str, rating: Rating | None, comment: str | None, caller: Caller) -> Told | None:
        """Notes what the caller thinks of a response that it made, in the place of what it thought before; a rating of
        None takes that back. Raises UnknownResponse."""
        kept = self._keep.get(response_id, caller)
        # Administrators read what others think, and do not think it for them.
        if kept.owner != caller.owner:
            raise UnknownResponse(response=response_id)
        if rating is None:
            self._rows.remove(kept.id)
            return None
        now = time.time_ns() // 1000
        try:
            sealed = self._keys.seal_text(kept.id, comment, _context(kept.id)) if comment else None
        except UnknownFile:  # its key has gone
            raise UnknownResponse(response=response_id) from None
        row = FeedbackRow(kept.id, rating, now // 1_000_000, now, sealed)
        self._rows.put(row)
        return self._told(row)

    def beside(self, responses: Sequence[Kept], caller: Caller) -> list[Kept]:
        """The responses, each with what is thought of it where the caller may see that: it is the owner's alone."""
        given = self._rows.get([kept.id for kept in responses if caller.owns(kept.owner)])
        told = {response_id: self._told(row) for response_id, row in given.items()}
        return [replace(one, response={**one.response, "feedback": told.get(one.id)}) for one in responses]

    def page(
        self, page: Page, rating: Rating | None, since: int | None, caller: Caller
    ) -> tuple[list[Told], list[tuple[str, str]]]:
        """A page of all feedback with the questions, answers and sources it is about, as far as the caller may read
        them, and the (store, file) of the documents behind these. Raises InvalidRequest for an unknown place."""
        listed: list[Told] = []
        documents: list[tuple[str, str]] = []
        for row in self._rows.page(page, rating, since):
            listed.append({"object": "response.feedback", "id": row.response_id, **self._told(row)})
            try:
                kept = self._views.of(self._keep.get(row.response_id, caller), caller)
            except UnknownResponse:  # its time is over: it will be gone in a minute
                continue
            listed[-1] |= _about(kept)
            documents += kept.told
        return listed, documents

    def _told(self, row: FeedbackRow) -> Told:
        opened = self._keys.open_text(row.response_id, row.comment, _context(row.response_id)) if row.comment else None
        return {"rating": row.rating, "comment": opened, "created_at": row.created_at}


def _context(response_id: str) -> str:
    return f"{response_id} feedback"


def _about(kept: Kept) -> Mapping[str, Any]:
    output = kept.response["output"]
    return {
        "owner": kept.owner,
        "conversation_id": kept.place.conversation_id if kept.place else None,
        "model": kept.response["model"],
        "question": text_of_items([item for item in kept.items if item.get("role") == "user"]),
        "answer": text_of_items(output),
        "sources": cited(output),
        "withheld": kept.withheld,
    }
