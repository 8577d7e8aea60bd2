"""Responses and conversations: what makes them, keeps them, and answers those in the background."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from server.adapters.database.conversations import SqlConversations
from server.adapters.database.feedback import SqlFeedback
from server.adapters.database.jobs import worker_name
from server.adapters.database.responses import SqlResponses
from server.app.parts import Parts
from server.chat.answer import Answers
from server.chat.conversations.conversations import Bounds, Conversations
from server.chat.conversations.items import Items
from server.chat.conversations.routes import branches_router, conversations_router, items_router
from server.chat.responses.background import Background, Standing
from server.chat.responses.feedback import Feedback
from server.chat.responses.feedback_routes import feedback_router
from server.chat.responses.history import History
from server.chat.responses.keep import Keep
from server.chat.responses.place import Placing
from server.chat.responses.responses import Responses
from server.chat.responses.routes import responses_router
from server.chat.responses.views import Views
from server.documents.passwords import Passwords
from server.documents.plain_text import PlainTexts
from server.ports import Admission, Gate


@dataclass(frozen=True, slots=True)
class Asking:
    """What the routes of responses and conversations ask."""

    responses: Responses
    background: Background
    feedback: Feedback
    conversations: Conversations
    items: Items


def open_responses(parts: Parts, answers: Answers, admission: Admission) -> Asking:
    """Puts them together."""
    settings, keys = parts.settings, parts.keys
    rows, conversation_rows = SqlResponses(parts.database), SqlConversations(parts.database)
    keep = Keep(rows, keys, settings.responses_days)
    options = settings.read_options()
    texts = PlainTexts(parts.catalog, parts.blobs, Passwords(parts.blobs), parts.texts, parts.sandbox, options)
    views, placing = Views(parts.rights), Placing(conversation_rows, rows)
    history = History(keep, views, parts.rights, texts)
    responses = Responses(answers, keep, history, views, placing)
    bounds = Bounds(settings.most_conversations, settings.conversations_days)
    conversations = Conversations(conversation_rows, keep, keys, bounds)

    def sweep() -> None:
        keep.sweep()
        conversations.sweep()

    standing = Standing(parts.identities.caller_now, admission, parts.audit, worker_name())
    return Asking(
        responses,
        Background(responses, keep, parts.jobs, standing, sweep),
        Feedback(SqlFeedback(parts.database), keep, views, keys),
        conversations,
        Items(conversations, keep, views, history, placing),
    )


def add_responses(app: FastAPI, asking: Asking, gate: Gate, answering: Sequence[Any]) -> None:
    """Adds the routes; `answering` stands before those that make answers, or as much to be kept."""
    own = responses_router(asking.responses, asking.background, asking.feedback, gate)
    app.include_router(own, dependencies=answering)
    app.include_router(feedback_router(asking.feedback, asking.responses, gate))
    app.include_router(conversations_router(asking.conversations, asking.background, gate))
    app.include_router(items_router(asking.conversations, asking.items, gate), dependencies=answering)
    app.include_router(branches_router(asking.conversations, asking.items, asking.feedback, gate))
