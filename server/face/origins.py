"""Which web pages may call the API from a browser (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

_READABLE = (
    "X-Request-ID",
    "Retry-After",
    *(f"X-RateLimit-{kind}-{unit}" for unit in ("Requests", "Tokens") for kind in ("Limit", "Remaining", "Reset")),
)
_PREFLIGHT_SECONDS = 600


def admit_origins(app: FastAPI, origins: str) -> None:
    """Lets pages of these origins (joined by commas; *: any) call the API with an API key. The portal's cookie is never
    theirs to send, so that no page acts as the person who is signed in."""
    admitted = [origin.rstrip("/") for origin in map(str.strip, origins.split(",")) if origin]
    if not admitted:
        return
    app.add_middleware(
        CORSMiddleware,
        allow_origins=admitted,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["*"],
        expose_headers=list(_READABLE),
        allow_credentials=False,
        max_age=_PREFLIGHT_SECONDS,
    )
