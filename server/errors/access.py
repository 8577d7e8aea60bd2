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


class SpentLink(LecternError):
    """This sign-in link was used already or is older than {minutes} minutes. Run `lectern keys link` for a new one."""

    status = 401
    type = "authentication_error"
    code = "spent_link"


class Forbidden(LecternError):
    """Your role is {role}; this needs {needed}. Ask an administrator to change it."""

    status = 403
    type = "permission_error"
    code = "forbidden"


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
