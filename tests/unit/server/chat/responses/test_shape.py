"""What is shown of a response that failed."""

import pytest

from server.chat.responses.shape import error_object
from server.errors import EngineLost, EngineRefused, InvalidRequest, LecternError, QuotaSpent, RateLimited, UnknownModel


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (RateLimited, "rate_limit_exceeded"),
        (QuotaSpent, "rate_limit_exceeded"),
        (InvalidRequest, "invalid_prompt"),
        (UnknownModel, "invalid_prompt"),
        (EngineRefused, "invalid_prompt"),
        (EngineLost, "server_error"),
        (LecternError, "server_error"),
    ],
)
def test_a_failed_response_tells_whose_fault_it_is(kind: type[LecternError], code: str) -> None:
    assert error_object(kind())["code"] == code
