import pytest

from server.monitor.secrets import HIDDEN, redacted

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
