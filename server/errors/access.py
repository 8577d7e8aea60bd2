"""Who may not."""

from server.errors.base import LecternError


class NoApiKey(LecternError):
    """This address needs an API key. Send it as 'Authorization: Bearer KEY'; `lectern keys create` makes one."""

    status = 401
    type = "authentication_error"
    code = "missing_api_key"


class WrongApiKey(LecternError):
    """The API key is not known here. Check that it was copied whole; a revoked key cannot be used again."""

    status = 401
    type = "authentication_error"
    code = "invalid_api_key"


class ExpiredApiKey(LecternError):
    """The API key expired on {expired}. Ask an administrator for a new one."""

    status = 401
    type = "authentication_error"
    code = "expired_api_key"


class WrongToken(LecternError):
    """The access token cannot be used: {detail}. Get a new one from your sign-in service and send it again."""

    status = 401
    type = "authentication_error"
    code = "invalid_token"


class WrongCredentials(LecternError):
    """Name and password do not belong together here. Try again, or ask an administrator for a new password."""

    status = 401
    type = "authentication_error"
    code = "wrong_credentials"


class TooManyAttempts(LecternError):
    """There were too many wrong attempts to come in. Try again in {retry_after} seconds."""

    status = 429
    type = "rate_limit_error"
    code = "too_many_attempts"


class WeakPassword(LecternError):
    """This password cannot be used: {detail}. Choose another one."""

    status = 400
    type = "invalid_request_error"
    code = "weak_password"


class SignInFailed(LecternError):
    """Signing in did not work: {detail}. Go back to the portal and try again."""

    status = 401
    type = "authentication_error"
    code = "sign_in_failed"


class NotAdmitted(LecternError):
    """The sign-in service knows you, but you may not use Lectern: {detail}. Ask an administrator to let you in."""

    status = 403
    type = "permission_error"
    code = "not_admitted"


class IssuerUnavailable(LecternError):
    """The sign-in service does not answer ({detail}). API keys and passwords still work; try again later."""

    status = 503
    type = "server_error"
    code = "issuer_unavailable"


class SpentLink(LecternError):
    """This link was used already or is older than {kept}. `lectern keys link` or `lectern users link` makes a new
    one."""

    status = 401
    type = "authentication_error"
    code = "spent_link"


class Forbidden(LecternError):
    """Your role is {role}; this needs {needed}. Ask an administrator to change it."""

    status = 403
    type = "permission_error"
    code = "forbidden"


class OutOfScope(LecternError):
    """This API key is limited to {scopes}; this needs {needed}. Use another key, or ask an administrator for one."""

    status = 403
    type = "permission_error"
    code = "out_of_scope"


class WrongOrigin(LecternError):
    """This API key is for the pages of {origins}; the request came from {given}. Use it there, or ask an administrator
    for a key of your own."""

    status = 403
    type = "permission_error"
    code = "wrong_origin"


class CrossSiteRequest(LecternError):
    """The browser sent this request without the portal's own header, so it was refused. Reload the portal."""

    status = 403
    type = "permission_error"
    code = "cross_site_request"


class UnknownKey(LecternError):
    """There is no API key {key!r}. `lectern keys list` shows those there are."""

    status = 404
    type = "invalid_request_error"
    code = "api_key_not_found"


class UnknownUser(LecternError):
    """There is no user {user!r}. GET /v1/users lists those you can see."""

    status = 404
    type = "invalid_request_error"
    code = "user_not_found"


class UnknownGroup(LecternError):
    """There is no group {group!r}. GET /v1/groups lists those you can see."""

    status = 404
    type = "invalid_request_error"
    code = "group_not_found"


class UnknownSession(LecternError):
    """There is no session {session!r} of yours. It may have ended already."""

    status = 404
    type = "invalid_request_error"
    code = "session_not_found"
