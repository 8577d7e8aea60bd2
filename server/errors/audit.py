"""The record of who did what."""

from server.errors.base import LecternError


class AuditUnavailable(LecternError):
    """The request could not be put on record ({detail}), so it is not answered; what it changed is changed. Check the
    disk and the database. LECTERN_AUDIT_REQUIRED=false answers all the same."""

    status = 503
    type = "server_error"
    code = "audit_unavailable"


class BrokenAudit(LecternError):
    """The record cannot be checked: {detail}."""

    code = "broken_audit"
