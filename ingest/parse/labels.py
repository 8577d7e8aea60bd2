"""Whether the first row of a table names its columns."""

import re
from collections.abc import Sequence
from itertools import pairwise

_LABEL_LENGTH = 80
_FIGURE = re.compile(r"[-+(]?\s*[$€£¥￥]?\s*[-+]?\d[\d.,\s]*\s*[%‰]?\s*\)?")
_YEAR = re.compile(r"(?:19|20)\d\d")


def is_label(text: str) -> bool:
    """Whether a cell may name a column: short, and no figure but a year."""
    if len(text) > _LABEL_LENGTH:
        return False
    return _YEAR.fullmatch(text) is not None or _FIGURE.fullmatch(text) is None


def looks_like_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the first of two rows, empty cells as "", names the columns of the second."""
    named = [cell for cell in first if cell]
    if not named or not all(map(is_label, named)) or list(first) == list(second):
        return False
    if all(_YEAR.fullmatch(cell) for cell in named) and first[0]:
        return False
    # Only the corner, above the names of the rows, may stay empty; a half-filled row is data or a sub-heading.
    return len(named) >= sum(1 for cell in second if cell) - 1


def continues_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether a second header row stands below the first: it divides a merged name, and others reach down into it."""
    divided = any(left and left == right for left, right in pairwise(first)) and len(set(second)) > len(set(first))
    reaching = any(above and above == below for above, below in zip(first, second, strict=False))
    return divided and reaching and all(map(is_label, filter(None, second)))
