"""What is not an address here."""

from server.errors.base import LecternError


class UnknownAddress(LecternError):
    """There is nothing at {method} {path}. The API begins at /v1; docs/reference/openai.md lists what it serves."""

    status = 404
    type = "invalid_request_error"
    code = "unknown_url"


class WrongMethod(LecternError):
    """{path} does not take {method}."""

    status = 405
    type = "invalid_request_error"
    code = "method_not_allowed"
