"""Conversations."""

from server.errors.base import LecternError


class UnknownConversation(LecternError):
    """There is no conversation {conversation!r} of yours: it never was, or was deleted. GET /v1/conversations lists
    them."""

    status = 404
    type = "invalid_request_error"
    code = "conversation_not_found"


class UnknownItem(LecternError):
    """There is no item {item!r} in this conversation."""

    status = 404
    type = "invalid_request_error"
    code = "item_not_found"


class ConversationBusy(LecternError):
    """An answer is still being made in this conversation. Wait for it, or cancel it; then try again."""

    status = 409
    type = "invalid_request_error"
    code = "conversation_locked"
    passes = True


class ConversationFull(LecternError):
    """The conversation has {turns} turns or {megabytes} MB, and takes no more. Begin a new one."""

    status = 400
    type = "invalid_request_error"
    code = "conversation_full"


class TooManyConversations(LecternError):
    """You have {most} conversations, and may have no more. Delete some that you no longer need."""

    status = 400
    type = "insufficient_quota"
    code = "too_many_conversations"
