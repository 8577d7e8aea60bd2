"""The root of the tree, and requests that cannot be used."""

from typing import ClassVar


class LecternError(Exception):
    """Something went wrong inside Lectern. Send the operator this request id: {request_id}."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "server_error"
    code: ClassVar[str] = "internal_error"

    def __init__(self, *, param: str | None = None, **facts: object) -> None:
        self.param = param
        self.facts = facts
        template = " ".join((type(self).__doc__ or "").split())
        self.message = template.format(**facts) if facts else template
        super().__init__(self.message)

    @property
    def body(self) -> dict[str, dict[str, str | None]]:
        """The error in OpenAI's shape."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}

    @property
    def passes(self) -> bool:
        """Whether the same request may be answered later though nobody does anything about it: what waits is asked
        again."""
        return self.status == 503

    @property
    def headers(self) -> dict[str, str]:
        """Response headers that belong to the error."""
        retry_after = self.facts.get("retry_after")
        return {} if retry_after is None else {"Retry-After": str(retry_after)}


class InvalidRequest(LecternError):
    """The request cannot be used: {detail}."""

    status = 400
    type = "invalid_request_error"
    code = "invalid_request"


class RequestTooLarge(LecternError):
    """The request is larger than {limit}. Send less, or ask the operator to raise {setting}."""

    status = 413
    type = "invalid_request_error"
    code = "request_too_large"


class WrongContentType(LecternError):
    """The body is read as {wanted}; the request's Content-Type says {given}."""

    status = 415
    type = "invalid_request_error"
    code = "unsupported_media_type"
