"""Which errors pass by themselves."""

import pytest

from server.errors import (
    AuditUnavailable,
    EngineLost,
    EngineUnavailable,
    InvalidRequest,
    LecternError,
    QuotaSpent,
    RateLimited,
    Saturated,
    WrongApiKey,
)


@pytest.mark.parametrize("kind", [AuditUnavailable, EngineLost, EngineUnavailable, RateLimited, Saturated])
def test_what_is_down_full_or_too_fast_passes(kind: type[LecternError]) -> None:
    assert kind().passes


@pytest.mark.parametrize("kind", [LecternError, InvalidRequest, QuotaSpent, WrongApiKey])
def test_what_somebody_must_do_something_about_does_not_pass(kind: type[LecternError]) -> None:
    assert not kind().passes
