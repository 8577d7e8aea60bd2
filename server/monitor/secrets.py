"""Keeps secrets out of logs."""

import re

HIDDEN = "[secret]"

_PATTERNS = (
    # Lectern's own keys, and those of the services it calls.
    re.compile(r"\b(?:lk-[0-9a-f]{8}|sk|rk|pk|ghp|xox[abp])-?[-_A-Za-z0-9]{16,}"),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[-._~+/=A-Za-z0-9]{6,}"),
    # JSON web tokens.
    re.compile(r"\beyJ[-_A-Za-z0-9]{8,}\.[-_A-Za-z0-9]{8,}(?:\.[-_A-Za-z0-9]*)?"),
    # user:password@ in a URL.
    re.compile(r"(?<=://)[^/\s:@'\"]*:[^/\s@'\"]+(?=@)"),
    # A name that says so, and its value: in a query, a header, JSON or a Python repr.
    re.compile(
        r"(?i)(?P<name>[\"']?\b(?:[a-z_-]*(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|client[_-]?key)"
        r"|authorization|(?:set-)?cookie|lectern_session)[\"']?\s*(?:=|:|=>)\s*b?)"
        r"(?P<value>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s,;&)\]}\"']+)"
    ),
)


def redacted(line: str) -> str:
    """The line with what looks like a secret taken out; it does so rather once too often."""
    for pattern in _PATTERNS:
        line = pattern.sub(_hidden, line)
    return line


def _hidden(found: "re.Match[str]") -> str:
    return f"{found.groupdict().get('name') or ''}{HIDDEN}"
