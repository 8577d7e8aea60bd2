"""Whether the text layer of a page says something: fonts that do not tell what their glyphs mean yield garbage.

Four things are measured, each only where there is enough of it: characters that mean nothing at all (unknown, private,
control); how usual the pairs of neighbouring Latin letters are, which tells a shifted or shuffled alphabet from every
language written in it; how many of the Chinese characters are in common use, for broken fonts yield rare ones; and
whether there are signs where letters should be.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

SAMPLE = 2_000  # characters looked at
MEANINGLESS = 0.2  # share of characters from which a text is not believed
LEAST_PAIRS = 60
UNUSUAL = 4.9  # mean of the pairs below which a text is not believed; see tests/unit/ingest/parse/test_legibility.py
LEAST_IDEOGRAPHS = 30
RARE = 0.75  # share of ideographs in common use below which a text is not believed
LEAST_SIGNS = 3  # different ones in a text that is mostly signs
REPEATED = re.compile(r"(.)\1+")
# How often the letter of a row is followed by a to z, counted over word lists of 27 languages in equal parts: 5 is as
# often as if all pairs were equally frequent, every step up twice as often, and 0 almost never.
PAIRS = """
    55675566757879462878664165  a
    63106000610502500521500040  b
    70306007624303700434500013  c
    81128010711314710543620034  d
    55675464656879351988553435  e
    50005300500301600413400020  f
    70026043622403500533500040  g
    70117000622313600404530020  h
    74667464456768641677451235  i
    70027000402003500031500000  j
    70126004625423700445620040  k
    82258232744644620055630040  l
    84018030700243650132600030  m
    81577385744326700267630053  n
    45664463555778450876664034  o
    70107003500501740733500010  p
    00000000000000000000600000  q
    84458342734455721466641044  r
    81518103726544650268641035  s
    81108116823324710756742042  t
    54556243545667550666331234  u
    70017000700203600330300031  v
    50004002400002300020000020  w
    20002000200000010001100000  x
    62424021313333410343221001  y
    62136010602224410223421031  z
"""
WRONG = re.compile("[\xa0-\xff]{2,}")  # accented letters and signs in a row: another encoding taken for Latin-1
ACCENTS = re.compile("[\u0300-\u036f]+")
INTRUDERS = re.compile(r"(?<=[a-z])[!-&*+;-@\[-`{-~]+(?=[a-z])")  # signs that hardly ever stand inside a word
FOLDED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"})


@dataclass(frozen=True, slots=True)
class Legibility:
    """What was measured; None where there is too little of it.

    `characters` and among them `letters`, digits included, are counted up to the size of the sample. `meaningless` is
    a share of the characters, `pairs` a mean of 0 to 9, `common` a share of the ideographs. `signs` tells that the text
    is made of signs instead of letters.
    """

    characters: int
    letters: int
    meaningless: float
    pairs: float | None
    common: float | None
    signs: bool

    @property
    def is_meaningless(self) -> bool:
        """Whether too many characters mean nothing: such a text is of no use even where there is no other."""
        return self.meaningless > MEANINGLESS

    @property
    def flaw(self) -> str:
        """What shows that the text is garbage, in words; empty where nothing does."""
        if self.is_meaningless:
            return f"{self.meaningless:.0%} of its characters have no meaning"
        if self.pairs is not None and self.pairs < UNUSUAL and self.common is None:
            return "its letters follow one another as in no language"
        if self.common is not None and self.common < RARE:
            return f"{1 - self.common:.0%} of its Chinese characters are hardly ever written"
        return "it has signs where letters should be" if self.signs else ""


def legibility(text: str) -> Legibility:
    """Measures a text whose words are parted by blanks."""
    text = text[:SAMPLE]
    signs = Counter(text)
    del signs[" "]
    total = signs.total()
    meaningless = sum(count for sign, count in signs.items() if not sign.isascii() and _means_nothing(sign))
    letters = sum(count for sign, count in signs.items() if sign.isalnum())
    return Legibility(
        total,
        letters,
        meaningless / total if total else 0.0,
        _pairs(text),
        None if text.isascii() else _common(signs),
        letters * 2 < total and _is_mostly_signs(text),
    )


def _means_nothing(sign: str) -> bool:
    return sign == "\ufffd" or unicodedata.category(sign) in ("Co", "Cn", "Cs", "Cc")


def _is_mostly_signs(text: str) -> bool:
    """Whether signs outnumber letters, lines drawn of one sign over and over left out."""
    runs = Counter(REPEATED.sub(r"\1", text))
    del runs[" "]
    others = [count for sign, count in runs.items() if unicodedata.category(sign)[0] in "PS"]
    return len(others) >= LEAST_SIGNS and sum(others) * 2 > runs.total()


def _pairs(text: str) -> float | None:
    """How usual the pairs of Latin letters are, on average; accents left out."""
    text = text.lower()
    wrong = len(INTRUDERS.findall(text))
    if not text.isascii():
        wrong += sum(len(run) - 1 for run in WRONG.findall(text))
        text = ACCENTS.sub("", unicodedata.normalize("NFKD", WRONG.sub(" ", text).translate(FOLDED)))
    found = [(_USUAL[pair], count) for pair, count in Counter(map("".join, pairwise(text))).items() if pair in _USUAL]
    total = wrong + sum(count for _, count in found)
    return sum(value * count for value, count in found) / total if total >= LEAST_PAIRS else None


def _common(signs: Counter[str]) -> float | None:
    """The share of ideographs that the first level of a Chinese or Japanese standard holds."""
    known = {sign: count for sign, count in signs.items() if "\u3400" <= sign <= "\u9fff"}
    total = sum(known.values())
    if total < LEAST_IDEOGRAPHS:
        return None
    return sum(count for sign, count in known.items() if _is_common(sign)) / total


@lru_cache(maxsize=8_192)
def _is_common(sign: str) -> bool:
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF)):
        code = sign.encode(encoding, "ignore")
        if len(code) == 2 and first <= code[0] <= last:
            return True
    return False


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_USUAL = {
    first + second: int(digit)
    for first, row in zip(_LETTERS, (line.split()[0] for line in PAIRS.split("\n") if line.strip()), strict=True)
    for second, digit in zip(_LETTERS, row, strict=True)
}
