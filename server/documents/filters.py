"""OpenAI attribute filters (https://platform.openai.com/docs/guides/retrieval#attribute-filtering)."""

from collections.abc import Callable, Mapping
from typing import Any

from server.errors import InvalidRequest

Attributes = Mapping[str, str | float | bool]

MOST_NESTED = 8


def matches(filters: Mapping[str, Any], attributes: Attributes) -> bool:
    """Whether a file's attributes fulfil a filter of the kinds eq ne gt gte lt lte in nin, and, or.

    A missing attribute fulfils only `ne` and `nin`; values of different types are never ordered.

    Raises:
        InvalidRequest: the filter is not of that form.
    """
    return _matches(filters, attributes, 0)


def _matches(filters: Mapping[str, Any], attributes: Attributes, depth: int) -> bool:
    if not isinstance(filters, Mapping) or depth > MOST_NESTED:
        raise InvalidRequest(detail=f"filters must be objects, nested at most {MOST_NESTED} deep", param="filters")
    kind = filters.get("type")
    if kind in {"and", "or"}:
        parts = filters.get("filters")
        if not isinstance(parts, list) or not parts:
            raise InvalidRequest(detail=f"an {kind!r} filter needs a list of filters", param="filters")
        results = [_matches(part, attributes, depth + 1) for part in parts]
        return all(results) if kind == "and" else any(results)
    compare = _COMPARISONS.get(str(kind))
    key = filters.get("key")
    if compare is None or not isinstance(key, str) or "value" not in filters:
        kinds = " ".join([*_COMPARISONS, "and", "or"])
        raise InvalidRequest(detail=f"a filter needs key, value and one type of: {kinds}", param="filters")
    value = filters["value"]
    if kind in {"in", "nin"}:
        if not isinstance(value, list) or not all(isinstance(one, str | int | float) for one in value):
            detail = f"the value of {kind!r} must be a list of texts, numbers and booleans"
            raise InvalidRequest(detail=detail, param="filters")
    elif not isinstance(value, str | int | float):
        raise InvalidRequest(detail=f"the value of {kind!r} must be a text, a number or a boolean", param="filters")
    return compare(attributes.get(key), value)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(have: Any, want: Any) -> bool:
        numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (have, want))
        texts = isinstance(have, str) and isinstance(want, str)
        return (numbers or texts) and test(have, want)

    return compare


def _same(have: Any, want: Any) -> bool:
    # True == 1 in Python, but not in JSON.
    return isinstance(have, bool) == isinstance(want, bool) and have == want


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": _same,
    "ne": lambda have, want: not _same(have, want),
    "gt": _ordered(lambda have, want: bool(have > want)),
    "gte": _ordered(lambda have, want: bool(have >= want)),
    "lt": _ordered(lambda have, want: bool(have < want)),
    "lte": _ordered(lambda have, want: bool(have <= want)),
    "in": lambda have, want: any(_same(have, one) for one in want),
    "nin": lambda have, want: not any(_same(have, one) for one in want),
}
