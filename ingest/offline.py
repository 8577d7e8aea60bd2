"""Keeps unstructured off the network.

Left alone, unstructured reports its import to its makers, and its prose classifiers download a spaCy model and install
it into the running environment. `keep_unstructured_offline` shuts both doors: the telemetry by its own switches, the
model by standing in for the one module that wants it, `unstructured.nlp.tokenize`. The stand-in needs no spaCy, which
also saves every process that classifies prose three seconds and 130 MiB.
"""

import os
import re
import sys
from types import ModuleType
from typing import NoReturn

_TOKENIZER = "unstructured.nlp.tokenize"
_SWITCHES = ("DO_NOT_TRACK", "SCARF_NO_ANALYTICS", "UNSTRUCTURED_DISABLE_NOTICE")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])")
_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
_NUMBER = re.compile(r"\d[\d.,]*")
_VERBS = re.compile(
    "am|is|are|was|were|be|been|has|have|had|do|does|did|can|could|may|might|must|shall|should|will|would|"
    "(?:include|contain|need|require|provide|make|take|give|get|use|pay|send|keep|show|see|say|go|come|know|think|want|"
    "become|remain|receive|apply|applie)s?",
    re.IGNORECASE,
)


class OfflineError(RuntimeError):
    """Something in the reading library tried to download a language model. Lectern never does that at run time."""


def keep_unstructured_offline() -> None:
    """Makes sure that nothing of unstructured reaches the network; call it before unstructured is imported.

    It may be called again, and also after unstructured was imported by somebody else: then the downloader itself is
    replaced by one that raises `OfflineError`.
    """
    for switch in _SWITCHES:
        os.environ[switch] = "1"
    present = sys.modules.get(_TOKENIZER)
    if present is None:
        sys.modules[_TOKENIZER] = _stand_in()
        return
    for download in ("_download_with_timeout", "_install_spacy_model"):
        setattr(present, download, _refuse)


def sent_tokenize(text: str) -> list[str]:
    """The sentences of an English or Chinese text."""
    return [sentence for sentence in _SENTENCE_END.split(text) if sentence and not sentence.isspace()]


def word_tokenize(text: str) -> list[str]:
    """The words and punctuation marks of a text."""
    return _WORD.findall(text)


def pos_tag(text: str) -> list[tuple[str, str]]:
    """Words with a Penn tag that tells verbs, numbers, punctuation and the rest ("NN") apart.

    A verb is a common one, or a lower-case word ending in -ed or -ing: enough to tell a sentence from a title.
    """
    return [(word, _tag(word)) for word in word_tokenize(text)]


def _tag(word: str) -> str:
    if _VERBS.fullmatch(word):
        return "VB"
    if len(word) > 4 and word.islower():
        if word.endswith("ed"):
            return "VBD"
        if word.endswith("ing"):
            return "VBG"
    if _NUMBER.fullmatch(word):
        return "CD"
    return "NN" if word[0].isalnum() else "."


def _stand_in() -> ModuleType:
    module = ModuleType(_TOKENIZER, "Lectern's stand-in: sentences, words and verbs without a downloaded model.")
    functions = (sent_tokenize, word_tokenize, pos_tag)
    for function in functions:
        setattr(module, function.__name__, function)
    return module


def _refuse(*_arguments: object) -> NoReturn:
    raise OfflineError(" ".join((OfflineError.__doc__ or "").split()))
