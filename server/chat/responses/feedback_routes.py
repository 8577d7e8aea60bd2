"""What people do with an answer: they rate it, and share it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, BaseModel, Field

from server.chat.responses.feedback import Feedback
from server.chat.responses.responses import Responses
from server.chat.responses.shape import shown
from server.chat.title import in_lines
from server.http import page_of, paging, tell_documents, tell_resources
from server.model import Caller, Page, Role
from server.ports import Gate
from server.ports.conversations import Rating


class GiveFeedback(BaseModel):
    """Body of POST /v1/responses/{id}/feedback."""

    rating: Rating | None
    comment: Annotated[str, AfterValidator(in_lines)] | None = Field(default=None, max_length=4_000)


class ShareResponse(BaseModel):
    """Body of POST /v1/responses/{id}/share."""

    shared: bool


def feedback_router(feedback: Feedback, responses: Responses, gate: Gate) -> APIRouter:
    """The routes of feedback and of sharing."""
    router = APIRouter(prefix="/v1", tags=["responses"])
    reader, admin = Depends(gate.needs(Role.READER)), Depends(gate.needs(Role.ADMIN))

    @router.post("/responses/{response_id}/feedback")
    def give_feedback(response_id: str, body: GiveFeedback, caller: Caller = reader) -> dict[str, Any]:
        """Rates an answer of the caller's; administrators see the rating, the comment, the question and the answer. A
        rating of null takes it back."""
        told = feedback.give(response_id, body.rating, body.comment, caller)
        nothing = {"rating": None, "comment": None, "created_at": None}
        return {"object": "response.feedback", "response_id": response_id, **(told or nothing)}

    @router.post("/responses/{response_id}/share")
    def share_response(response_id: str, body: ShareResponse, caller: Caller = reader) -> dict[str, Any]:
        """Shows an answer of the caller's to everybody who may read the documents behind it, or no more."""
        kept = responses.share(response_id, caller, shared=body.shared)
        [kept] = feedback.beside([kept], caller)
        return shown(kept.response, ())

    @router.get("/feedback")
    def list_feedback(
        request: Request,
        rating: Rating | None = None,
        since: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
        page: Page = paging(),
        caller: Caller = admin,
    ) -> dict[str, Any]:
        """All feedback, newest first, with the question, the answer and its sources."""
        listed, documents = feedback.page(page.one_more, rating, since, caller)
        tell_documents(request, documents=documents)
        tell_resources(request, *(one["id"] for one in listed))
        return page_of(listed, page)

    return router
