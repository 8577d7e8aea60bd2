"""Counts tokens: exactly where a model's tokenizer is at hand, else by an estimate on the safe side."""

import re
from pathlib import Path

from tokenizers import Tokenizer

_WIDE = re.compile(r"[\u3000-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_DIGIT = re.compile(r"\d")


def estimate_tokens(text: str) -> int:
    """About how many tokens a text takes with a common vocabulary, rather too many than too few: a token for three
    letters, for each digit and for each Chinese, Japanese or Korean character."""
    wide, digits = len(_WIDE.findall(text)), len(_DIGIT.findall(text))
    return wide + digits + (len(text) - wide - digits + 2) // 3


class TokenCounter:
    """Counts by the `tokenizer.json` of a model's folder where there is one, else by estimate."""

    def __init__(self, model: str) -> None:
        path = Path(model) / "tokenizer.json"
        self._tokenizer = Tokenizer.from_file(str(path)) if path.is_file() else None

    @property
    def exact(self) -> bool:
        """Whether the model's own tokenizer counts."""
        return self._tokenizer is not None

    def __call__(self, text: str) -> int:
        """Tokens of the text, without special tokens."""
        if self._tokenizer is None:
            return estimate_tokens(text)
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)
