"""Batches of requests."""

from server.errors.base import LecternError


class UnknownBatch(LecternError):
    """There is no batch {batch!r}. GET /v1/batches lists yours."""

    status = 404
    type = "invalid_request_error"
    code = "batch_not_found"
