import json
import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        {"type": "gt", "key": "year", "value": [1, 2]},
        {"type": "eq", "key": "team", "value": None},
        {"type": "eq", "key": "team", "value": {"a": 1}},
        {"type": "in", "key": "team", "value": ["sales", None]},
        {"type": "nin", "key": "team", "value": [["sales"]]},
        {"type": "or", "filters": [{"type": "eq", "key": "team", "value": "sales"}, {"type": "gt", "key": "a"}]},
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


_VALUES = st.one_of(st.booleans(), st.integers(-2, 2), st.sampled_from([0.0, 1.5]), st.sampled_from(["", "a", "b"]))
_KEYS = st.sampled_from("xyz")
_ONE = st.fixed_dictionaries(
    {"type": st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"]), "key": _KEYS, "value": _VALUES}
)
_SOME = st.fixed_dictionaries({"type": st.sampled_from(["in", "nin"]), "key": _KEYS, "value": st.lists(_VALUES)})
_NESTED = st.recursive(
    _ONE | _SOME,
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from(["and", "or"]), "filters": st.lists(inner, min_size=1, max_size=3)}
    ),
    max_leaves=5,
)


def _kind(value: Any) -> str:
    return {bool: "boolean", int: "number", float: "number", str: "text"}.get(type(value), "none")


def _plainly(asked: dict[str, Any], attributes: dict[str, Any]) -> bool:
    if "filters" in asked:
        results = [_plainly(part, attributes) for part in asked["filters"]]
        return (False not in results) if asked["type"] == "and" else (True in results)
    have, kind = attributes.get(asked["key"]), asked["type"]
    values = asked["value"] if kind in {"in", "nin"} else [asked["value"]]
    if kind in {"eq", "in", "ne", "nin"}:
        equal: bool = sum(_kind(have) == _kind(value) and have == value for value in values) > 0
        return bool(equal == (kind in {"eq", "in"}))
    if _kind(have) != _kind(values[0]) or _kind(have) not in {"number", "text"}:
        return False
    test: Any = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}[kind]
    return bool(test(have, values[0]))


@given(_NESTED, st.dictionaries(_KEYS, _VALUES))
def test_any_filter_decides_as_a_plain_reading_of_it(asked: dict[str, Any], attributes: dict[str, Any]) -> None:
    assert matches(json.loads(json.dumps(asked)), attributes) is _plainly(asked, attributes)
