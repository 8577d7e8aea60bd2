import logging
from collections.abc import Iterator

import pytest
import structlog

from server.monitor.logs import configure_logs
from server.monitor.secrets import HIDDEN, redacted
from server.settings import LogFormat

KEY = "lk-0123abcd-" + "k" * 43


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"caller {KEY} asked", KEY),
        (f"Authorization: Bearer {KEY}", KEY),
        ("{'authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
        ("(b'authorization', b'Bearer abcdefghij')", "abcdefghij"),
        ("GET /portal/open?token=abc-DEF_123 HTTP/1.1", "abc-DEF_123"),
        ('{"password": "correct horse", "name": "Ada"}', "correct horse"),
        ("password='correct \\'horse' name", "horse"),
        ("cookie: lectern_session=abc123; other=1", "abc123"),
        ("api_key=abc123&x=1", "abc123"),
        ("https://user:pa55@example.org/x", "pa55"),
        ("postgresql+psycopg://lectern:pa55@db/lectern", "pa55"),
        ("id_token eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", "eyJzdWIiOiIx"),
        ("client_secret=abc", "abc"),
        ("sk-abcdefghijklmnopqrstuvwx", "abcdefghijklmnop"),
    ],
)
def test_secrets_are_taken_out_of_lines(line: str, secret: str) -> None:
    told = redacted(line)
    assert secret not in told
    assert HIDDEN in told


@pytest.mark.parametrize(
    "line",
    [
        "Request method=GET path=/v1/files status=200 seconds=0.01",
        "prompt_tokens=12 completion_tokens: 3",
        '{"event": "File read", "file": "file-0123456789abcdef0123456789abcdef", "level": "info"}',
        "http://127.0.0.1:8000/v1",
        "Lost the key of the house",
    ],
)
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert redacted(line) == line


@pytest.fixture
def logs() -> Iterator[None]:
    """Logs as a started Lectern has them; afterwards as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("form", list(LogFormat))
def test_no_line_of_the_log_holds_a_secret_whoever_writes_it(
    logs: None, capsys: pytest.CaptureFixture[str], form: LogFormat
) -> None:
    configure_logs("info", form)
    local = KEY  # what a traceback could show
    structlog.get_logger("ours").info("Called", headers={"authorization": f"Bearer {KEY}"})
    logging.getLogger("theirs").warning("connecting to https://user:%s@example.org", "pa55word")
    try:
        raise ValueError(f"refused {local}")
    except ValueError:
        structlog.get_logger("ours").exception("Failed")
    written = capsys.readouterr().err
    assert written.count(HIDDEN) >= 3
    assert "ValueError" in written
    for secret in (KEY, "pa55word"):
        assert secret not in written
