"""Who asked as much as it may."""

from server.errors.base import LecternError


class RateLimited(LecternError):
    """You may {allowed}. Try again in {retry_after} seconds, or ask an administrator to raise the limit."""

    status = 429
    type = "rate_limit_error"
    code = "rate_limit_exceeded"
    passes = True

    @property
    def headers(self) -> dict[str, str]:
        """How long to wait, and how the limits stand."""
        standing = self.facts.get("standing")
        return {"Retry-After": str(self.facts.get("retry_after"))} | (standing if isinstance(standing, dict) else {})


class QuotaSpent(LecternError):
    """The {limit} tokens you may use in a month are used up until {until}. Ask an administrator to raise the quota."""

    status = 429
    type = "insufficient_quota"
    code = "insufficient_quota"

    @property
    def headers(self) -> dict[str, str]:
        """Tells OpenAI's clients that trying again soon is of no use."""
        return {"x-should-retry": "false"}


class StoreFull(LecternError):
    """The vector store is full: {detail}. Remove files from it, or ask an administrator to raise its limit."""

    status = 400
    type = "insufficient_quota"
    code = "store_full"


class UnknownLimit(LecternError):
    """There are no limits of {subject!r}: name a key, a user or a store as key:ID, user:ID or store:ID."""

    status = 404
    type = "invalid_request_error"
    code = "limit_not_found"
