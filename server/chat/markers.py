"""Finds the citation markers [n] of an answer while it is being said, and takes out those without support."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["supported", "unsupported", "unknown"]
# Whether a statement is supported by the passage of this number (from 1).
Check = Callable[[str, int], Verdict]

_OPENING: Final = re.compile(r"[\[【]")
_NUMBERS: Final = r"\d{1,2}(?: ?[,\uff0c、] ?\d{1,2}){0,9}"
_MARKER: Final = re.compile(rf"[\[【] ?({_NUMBERS}) ?[\]】]")
_BEGUN: Final = re.compile(rf"[\[【] ?(?:{_NUMBERS}(?: ?[,\uff0c、])? ?)?")
_SPACE: Final = " \t\u3000"
# What stands directly before an index of program text that was not marked as such: xs[1], list_of[2].
_IDENTIFIER: Final = re.compile(r"(?:^|[^A-Za-z0-9_])(?:[a-z]{1,2}|[A-Za-z_]\w*_\w*)$", re.ASCII)
_PARAGRAPH: Final = "\n\n"
# So many characters before a marker are compared with passages, to see whether the whole is a quotation.
_QUOTED: Final = 8


@dataclass(frozen=True, slots=True)
class Marker:
    """A number that was kept, at character `index` of the answer as sent, and what was said before it."""

    number: int
    index: int
    statement: str


class Markers:
    """One answer. Text goes out at once, but for what may be the beginning of a marker and the space before it.

    An index in program text, a Markdown link and a quoted reference number are no markers. With `drops` false the text
    is left as it is, and unsupported markers are only not among those `kept`.
    """

    def __init__(self, texts: Sequence[str], check: Check, *, drops: bool = True) -> None:
        self._texts = texts
        self._check = check
        self._drops = drops
        self._said = ""
        self._passed = 0
        self._stated_from = 0
        self._statement = ""
        self._length = 0
        self.kept: list[Marker] = []
        self.counts: Counter[Verdict] = Counter()

    @property
    def dropped(self) -> int:
        """Markers taken out of the text."""
        return self.counts["unsupported"] if self._drops else 0

    @property
    def said(self) -> str:
        """The text so far, as the engine said it."""
        return self._said

    def feed(self, text: str, *, end: bool = False) -> str:
        """What can be sent, now that `text` is said as well; at the end, all that is left."""
        self._said += text
        if not self._drops:
            if end:
                self._sift(end=True)
            return text
        return self._sift(end=end)

    def _sift(self, *, end: bool) -> str:
        sent: list[str] = []
        until, looked = len(self._said), self._passed
        while opening := _OPENING.search(self._said, looked):
            found = _MARKER.match(self._said, opening.start())
            if found is None:
                if not end and _BEGUN.fullmatch(self._said, opening.start()):
                    until = opening.start()
                    break
                looked = opening.end()
            elif found.end() == len(self._said) and not end:
                until = opening.start()  # what follows tells whether it is a link
                break
            else:
                sent.append(self._decided(found))
                looked = self._passed
        if not end:
            until = self._before_space(until)
        sent.append(self._pass(until))
        return "".join(sent)

    def _pass(self, until: int) -> str:
        text = self._said[self._passed : until]
        self._passed = until
        self._length += len(text)
        return text

    def _before_space(self, end: int) -> int:
        return self._passed + len(self._said[self._passed : end].rstrip(_SPACE))

    def _decided(self, found: re.Match[str]) -> str:
        """The text up to the end of what looks like a marker, without what has no support."""
        before = self._pass(self._before_space(found.start()))
        numbers = [int(number) for number in re.findall(r"\d+", found[1])]
        if 0 in numbers or self._is_markup(found):
            return before + self._pass(found.end())
        statement = self._statement_before(found.start())
        verdicts = {number: self._verdict(statement, number) for number in numbers}
        kept = [number for number in verdicts if verdicts[number] != "unsupported"]
        if not kept and self._is_quoted(found):
            return before + self._pass(found.end())
        self._stated_from = found.end()
        self.counts.update(verdicts.values())
        space = self._said[self._passed : found.start()]
        index = self._length + len(space)
        self.kept += [Marker(number, index, statement) for number in kept]
        if not self._drops or len(kept) == len(verdicts):
            return before + self._pass(found.end())
        self._passed = found.end()
        if kept:
            left = f"{space}{found[0][0]}{', '.join(map(str, kept))}{found[0][-1]}"
        else:
            left = space if _OPENING.match(self._said, found.end()) else ""
        self._length += len(left)
        return before + left

    def _verdict(self, statement: str, number: int) -> Verdict:
        return self._check(statement, number) if number <= len(self._texts) else "unsupported"

    def _statement_before(self, end: int) -> str:
        """What was said since the last marker, of the last paragraph; of adjacent markers, the same for all."""
        said = self._said[self._stated_from : end].strip()
        said = said[said.rfind(_PARAGRAPH) + 1 :].strip()
        if any(character.isalnum() for character in said):
            self._statement = said
        return self._statement

    def _is_markup(self, found: re.Match[str]) -> bool:
        """Whether it stands in program text, or is a Markdown link or the definition of one."""
        before, after = self._said[: found.start()], self._said[found.end() : found.end() + 1]
        line = before[before.rfind("\n") + 1 :]
        fences = sum(one.lstrip().startswith("```") for one in before.splitlines())
        return fences % 2 == 1 or line.count("`") % 2 == 1 or after == "(" or (after == ":" and not line.strip())

    def _is_quoted(self, found: re.Match[str]) -> bool:
        """Whether it is an index of program text, or a passage's own reference number."""
        before = self._said[: found.start()]
        if _IDENTIFIER.search(before):
            return True
        quoted = before[-_QUOTED:] + found[0]
        return len(before) >= _QUOTED and any(quoted in text for text in self._texts)
