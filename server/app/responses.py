"""Responses: what makes them, keeps them, and answers those in the background."""

from server.adapters.database.jobs import worker_name
from server.adapters.database.responses import SqlResponses
from server.app.parts import Parts
from server.chat.answer import Answers
from server.chat.responses.background import Background, Standing
from server.chat.responses.history import History
from server.chat.responses.keep import Keep
from server.chat.responses.responses import Responses
from server.chat.responses.views import Views
from server.documents.passwords import Passwords
from server.documents.plain_text import PlainTexts
from server.ports import Admission


def open_responses(parts: Parts, answers: Answers, admission: Admission) -> tuple[Responses, Background]:
    """What the routes of responses ask."""
    keep = Keep(SqlResponses(parts.database), parts.keys, parts.settings.responses_days)
    options = parts.settings.read_options()
    texts = PlainTexts(parts.catalog, parts.blobs, Passwords(parts.blobs), parts.texts, parts.sandbox, options)
    views = Views(parts.rights)
    responses = Responses(answers, keep, History(keep, views, parts.rights, texts), views)
    standing = Standing(parts.identities.caller_now, admission, parts.audit)
    return responses, Background(responses, keep, parts.jobs, standing, worker_name())
