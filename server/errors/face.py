"""Requests that are refused before anybody looks at what they want."""

from server.errors.base import LecternError


class WrongHost(LecternError):
    """This Lectern does not answer to the name {host!r}. Ask the operator to add it to LECTERN_HOSTS."""

    status = 421
    type = "invalid_request_error"
    code = "wrong_host"


class SlowRequest(LecternError):
    """The request arrived too slowly: {detail}. Send it again over a better connection."""

    status = 408
    type = "invalid_request_error"
    code = "slow_request"
