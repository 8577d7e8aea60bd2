"""The language of each block: by its script where that tells, else by py3langid, which knows words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from ingest.cleaning.tally import Tally
from ingest.model import Element

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_LOOKED_AT = 200  # characters of a block; more make the answer little surer
_FEWEST_LETTERS = 24  # below that, words decide nothing; a short block is in the language of the text around it
# Scripts that stand for one language here.
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3040-\u30ff]")
_SCRIPTS = (
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
_ANY_OF_THEM = re.compile(
    "[\u0370-\u03ff\u0590-\u05ff\u0900-\u097f\u0e00-\u0e7f\u1100-\u11ff\u1f00-\u1fff\u3040-\ufaff\U00020000-\U0003ffff]"
)
_SCRIPT_SHARE = 0.3  # of a block's letters; a Chinese text is full of Latin names
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_LATIN_LANGUAGES = "en de fr es it pt nl sv da no fi pl cs sk hu ro tr hr sl et lv lt id ms vi ca"
_CYRILLIC = re.compile("[\u0400-\u052f]")
_CYRILLIC_LANGUAGES = "ru uk bg sr mk be kk"
_ARABIC = re.compile("[\u0600-\u06ff]")
_ARABIC_LANGUAGES = "ar fa ur"
_WORDED = ((_LATIN, _LATIN_LANGUAGES), (_CYRILLIC, _CYRILLIC_LANGUAGES), (_ARABIC, _ARABIC_LANGUAGES))
# Words that tell a language from its neighbours at a glance. Where the text goes on in the same language, they spare
# asking py3langid about every block.
_GLANCE = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to is that for with are by this from which be",
        "de": "der die das und ist nicht mit von den für auf eine dem des",
        "fr": "les des est une dans pour que par qui sur aux cette sont avec",
        "es": "los las del una por con para que como está más sus y el",
        "it": "il della che di per una con sono gli nel dei alla più è",
        "pt": "os uma para com não dos que ao pela são mais da do em",
        "nl": "het een van de en dat niet voor met zijn wordt aan ook bij",
    }.items()
}
_GLANCES = 3  # of these words, different ones


def tell_language(elements: Iterable[Element], tally: Tally) -> Iterator[Element]:
    """The elements with the ISO 639-1 code of their language, where it can be told."""
    ear = _Ear()
    for element in elements:
        language = ear.language(element.text)
        told = element if language == element.language else replace(element, language=language)
        tally.note(element, told)
        yield told


class _Ear:
    """Tells the language of one block after the other of a document."""

    def __init__(self) -> None:
        self._around: dict[int, str] = {}  # script -> the language it was last sure to be in

    def language(self, text: str) -> str | None:
        """The language of a block; None if it has no letters, or too few and nothing before it."""
        sample = text[:_LOOKED_AT]
        if _ANY_OF_THEM.search(sample) and (found := _by_script(sample)):
            return found
        script = 0 if sample.isascii() else _script(sample)
        around = self._around.get(script)
        if around in _GLANCE and len(_GLANCE[around].intersection(sample.lower().split())) >= _GLANCES:
            return around
        letters = sum(map(str.isalpha, sample))
        if letters < _FEWEST_LETTERS:
            return around if letters else None
        heard: str = _identifier(script).classify(sample)[0]
        self._around[script] = heard
        return heard


def _script(sample: str) -> int:
    """The place in `_WORDED` of the script that most letters are of."""
    counts = [len(script.findall(sample)) for script, _ in _WORDED]
    return counts.index(max(counts))


def _by_script(sample: str) -> str | None:
    """The language whose script is a good part of the letters. Kana among Chinese characters makes Japanese."""
    least = max(1.0, _SCRIPT_SHARE * sum(map(str.isalpha, sample)))
    kana, han = len(_KANA.findall(sample)), len(_HAN.findall(sample))
    if kana + han >= least:
        return "ja" if kana * 10 > kana + han else "zh"
    return next((language for language, script in _SCRIPTS if len(script.findall(sample)) >= least), None)


@cache
def _identifier(index: int) -> "LanguageIdentifier":
    """The identifier for the languages of one script; its model takes two seconds to load, so it is loaded late."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(_WORDED[index][1].split())
    return identifier
