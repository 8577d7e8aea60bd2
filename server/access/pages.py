"""Keys that web pages show to whoever opens them: what such a key may be, and what it opens.

Anybody who may open the page can read the key there. So it must open nothing that one visitor should not have: it asks
and searches, in the stores it names, and never reads back what other visitors asked.
"""

import re
from collections.abc import Sequence
from typing import Final

from server.errors import InvalidRequest
from server.model import KeyLimits, Role, Scope
from server.model.origins import web_origin

SCOPES: Final = frozenset({Scope.CHAT, Scope.SEARCH})
_ROUTES: Final = re.compile(
    r"POST /v1/chat/completions|POST /v1/vector_stores/[^/]+/search|GET /v1/models|GET /v1/limits/me"
)


def origins_of(given: Sequence[str]) -> frozenset[str]:
    """Origins as browsers send them. Raises InvalidRequest."""
    found = set()
    for one in given:
        try:
            found.add(web_origin(one))
        except ValueError as error:
            raise InvalidRequest(param="origins", detail=f"{one!r} is no origin of web pages: {error}") from None
    return frozenset(found)


def check_page_key(role: Role, limits: KeyLimits) -> None:
    """Returns if a key with these limits may be shown by web pages. Raises InvalidRequest."""
    detail = ""
    if role != Role.READER:
        detail = "a key with origins can be read by whoever opens the page, so its role can only be reader"
    elif limits.scopes is None or not limits.scopes <= SCOPES:
        detail = "a key with origins can be read by whoever opens the page: limit its scopes to chat and search"
    elif limits.stores is None:
        detail = "a key with origins can be read by whoever opens the page: name the stores it may use"
    if detail:
        raise InvalidRequest(param="origins", detail=detail)


def opens(method: str, path: str) -> bool:
    """Whether a key with origins may be used here at all."""
    return _ROUTES.fullmatch(f"{method} {path}") is not None
