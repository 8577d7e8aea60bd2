from typing import Any

import pytest

from server.documents.filters import matches
from server.errors import InvalidRequest

FILE: dict[str, str | float | bool] = {"year": 2026, "team": "sales", "draft": False}


def test_each_comparison_decides_by_value() -> None:
    cases: list[tuple[str, str, Any, bool]] = [
        ("eq", "team", "sales", True),
        ("eq", "draft", 0, False),
        ("ne", "team", "legal", True),
        ("ne", "missing", "x", True),
        ("gt", "year", 2025, True),
        ("gte", "year", 2026, True),
        ("lt", "year", 2026, False),
        ("lte", "year", 2026, True),
        ("gt", "team", 3, False),
        ("gt", "missing", 3, False),
        ("in", "team", ["sales", "legal"], True),
        ("nin", "team", ["sales"], False),
        ("nin", "missing", ["sales"], True),
    ]
    for kind, key, value, expected in cases:
        assert matches({"type": kind, "key": key, "value": value}, FILE) is expected, (kind, key, value)


def test_and_or_combine() -> None:
    sales = {"type": "eq", "key": "team", "value": "sales"}
    old = {"type": "lt", "key": "year", "value": 2000}
    assert not matches({"type": "and", "filters": [sales, old]}, FILE)
    assert matches({"type": "or", "filters": [sales, old]}, FILE)


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "like", "key": "team", "value": "s"},
        {"type": "eq", "value": 1},
        {"type": "eq", "key": "team"},
        {"type": "in", "key": "team", "value": "sales"},
        {"type": "and", "filters": []},
        {"type": "and"},
        {},
    ],
)
def test_a_filter_of_another_form_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        matches(broken, FILE)


def test_endless_nesting_is_refused() -> None:
    nested: dict[str, Any] = {"type": "eq", "key": "team", "value": "sales"}
    for _ in range(50):
        nested = {"type": "and", "filters": [nested]}
    with pytest.raises(InvalidRequest):
        matches(nested, FILE)
