"""Masks personal data in what a reader found, before anything of it is kept, embedded or shown.

A policy names the kinds of data; each kind is a pattern and, where the numbers have one, their checksum. Every
character of a find becomes "█", so that lengths, offsets and boxes stay. Names and addresses are not found: they follow
no pattern, and a document without the names in it answers few questions.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, zip_longest
from types import MappingProxyType

from ingest.cleaning.characters import INVISIBLE, WIDTH
from ingest.model import Element, Event, Notice, Progress

MASK = "█"
Spans = Iterable[tuple[int, int]]

# Other forms of the signs within numbers and addresses, each one character for one.
_FORMS = {
    **WIDTH,
    **{ord(sign): "-" for sign in "‐‑‒–—−﹣"},
    **{ord(sign): " " for sign in "\xa0\u2007\u2009\u202f\u3000\t"},
}
_INVISIBLE = re.compile(f"{INVISIBLE.pattern}|[\u200c\u200d]")

_EMAIL = re.compile(
    r"(?<![\w.%+-])[A-Za-z\u00c0-\u024f0-9._%+-]{1,256}@(?:[A-Za-z\u00c0-\u024f0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"
    r"|(?<=[\u2e80-\uffef])[A-Za-z0-9._%+-]{1,256}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"
)
_PHONE_WORDS = (
    r"\b(?:tele?(?:phone|fon|fax)?|t[ée]l[ée]phone|tel[ée]fono|phone|mobile|mobil|handy|cell|fax)\b"
    "|电话|電話|手机|手機|传真|傳真"
)
_PHONE_LABEL = re.compile(_PHONE_WORDS, re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\d+])\+[1-9]\d{0,2}(?:[ ().\-/]{0,2}\d){6,13}(?!\d)"  # international
    r"|(?<!\d)(?:(?:\(0?86\)|86|0086)[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"  # Chinese mobile
    r"|(?<![\d.,-])(?<!\d )\(?0\d{1,4}\)?[ /-](?:\d[ -]?){5,9}\d(?![\d.,]\d|\d)"  # with a leading zero and an area code
    r"|(?<![\d.,-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}(?![\d-])"  # North American
)
_LABELLED_PHONE = re.compile(
    rf"(?:{_PHONE_WORDS})[^\d+\n]{{0,16}}(\+?\(?\d(?:[ ().\-/]{{0,2}}\d){{4,14}})(?!\d)", re.IGNORECASE
)
_IDENTITY = re.compile(r"(?<![\dA-Za-z])(\d{6}) ?(\d{8}) ?(\d{3}[\dXx])(?![\dA-Za-z])")
_DIGITS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,40}(?!\d)")
_GROUP = re.compile(r"\d+")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}")
_SSN = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")


def _emails(text: str) -> Spans:
    return (match.span() for match in _EMAIL.finditer(text)) if "@" in text else ()


def _phones(text: str) -> Spans:
    labelled = (match.span(1) for match in _LABELLED_PHONE.finditer(text))
    return chain((match.span() for match in _PHONE.finditer(text)), labelled)


def _identities(text: str) -> Spans:
    """Chinese identity numbers (GB 11643): a birthday inside and a check digit at the end."""
    for match in _IDENTITY.finditer(text):
        digits, born = "".join(match.groups()), match[2]
        weighed = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits[:17]))
        if _is_date(born) and digits[17].upper() == "10X98765432"[weighed % 11]:
            yield match.span()


def _cards(text: str) -> Spans:
    """Payment and bank cards: 13 to 19 digits that begin as card numbers do and pass Luhn's check."""
    for match in _DIGITS.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *match.span())]
        first = 0
        while first < len(groups):
            for last in range(len(groups), first, -1):
                start, end = groups[first][0], groups[last - 1][1]
                digits = re.sub(r"\D", "", text[start:end])
                if 13 <= len(digits) <= 19 and digits[0] in "23456" and _passes_luhn(digits):
                    yield start, end
                    first = last - 1
                    break
            first += 1


def _ibans(text: str) -> Spans:
    """International bank account numbers (ISO 13616), which leave a remainder of 1."""
    for match in _IBAN.finditer(text):
        start, end = match.span()
        while end - start >= 15:
            plain = text[start:end].replace(" ", "")
            turned = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
            if 15 <= len(plain) <= 34 and int(turned) % 97 == 1:
                yield start, end
                break
            end -= 1


def _social_security(text: str) -> Spans:
    return (match.span() for match in _SSN.finditer(text))


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A kind of personal data: its name, for one and for many, and where a text holds it."""

    one: str
    many: str
    find: Callable[[str], Spans]


_CONTACTS = (
    PersonalData("e-mail address", "e-mail addresses", _emails),
    PersonalData("phone number", "phone numbers", _phones),
)
_IDENTIFIERS = (
    PersonalData("Chinese identity number", "Chinese identity numbers", _identities),
    PersonalData("IBAN", "IBANs", _ibans),
    PersonalData("card number", "card numbers", _cards),
    PersonalData("US social security number", "US social security numbers", _social_security),
)
POLICIES: Mapping[str, tuple[PersonalData, ...]] = MappingProxyType(
    # Numbers with a checksum are told first: a card may look like a phone number, but not the other way round.
    {"contacts": _CONTACTS, "identifiers": _IDENTIFIERS, "personal": (*_IDENTIFIERS, *_CONTACTS)}
)


class Redaction:
    """Masks personal data in one document by the policy of that name. Raises KeyError if there is none."""

    def __init__(self, policy: str) -> None:
        self._kinds = POLICIES[policy]
        self.counts: Counter[PersonalData] = Counter()

    def events(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events of a reader, masked; a notice at the end tells how much was."""
        for event in events:
            if isinstance(event, Element):
                yield self._element(event)
            elif isinstance(event, Progress):
                yield event
            else:
                yield replace(event, message=self.mask(event.message), sheet=event.sheet and self.mask(event.sheet))
        if told := self.told():
            yield Notice(told)

    def mask(self, text: str, label: str = "") -> str:
        """The text with every character of personal data masked; `label` is what stands before it in a table."""
        if len(text) < 5:
            return text
        plain, places = _plain(text)
        ahead = f"{label}: " if _PHONE_LABEL.search(label) else ""
        masked = list(text)
        taken: set[int] = set()
        for kind in self._kinds:
            for start, end in kind.find(ahead + plain):
                span = {places[place - len(ahead)] for place in range(max(start, len(ahead)), end)}
                if span and not span & taken:
                    self.counts[kind] += 1
                    # What lies invisible between two characters goes with them.
                    taken.update(range(min(span), max(span) + 1))
        for place in taken:
            masked[place] = MASK
        return "".join(masked) if taken else text

    def told(self) -> str:
        """What was masked, in a sentence; empty if nothing was."""
        parts = [
            f"{self.counts[kind]} {kind.one if self.counts[kind] == 1 else kind.many}"
            for kind in self._kinds
            if self.counts[kind]
        ]
        return f"Personal data was masked: {', '.join(parts)}." if parts else ""

    def _element(self, element: Element) -> Element:
        sheet = self.mask(element.sheet) if element.sheet else element.sheet
        if not element.rows:
            text = self.mask(element.text)
            return (
                element if (text, sheet) == (element.text, element.sheet) else replace(element, text=text, sheet=sheet)
            )
        header = element.rows[0] if element.header_rows else ()
        rows = tuple(self._row(row, header) for row in element.rows)
        if (rows, sheet) == (element.rows, element.sheet):
            return element
        return replace(element, rows=rows, text="\n".join(" | ".join(row) for row in rows), sheet=sheet)

    def _row(self, row: Sequence[str], header: Sequence[str]) -> tuple[str, ...]:
        before = ["", *row]
        return tuple(
            self.mask(cell, f"{name} {left}" if len(left) < 40 else name)
            for cell, left, name in zip_longest(row, before[: len(row)], header[: len(row)], fillvalue="")
        )


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """The text in ordinary forms and without what is invisible, and where each of its characters stands in `text`."""
    plain = text if text.isascii() else text.translate(_FORMS)
    if _INVISIBLE.search(plain) is None:
        return plain, range(len(plain))
    hidden = {place for match in _INVISIBLE.finditer(plain) for place in range(*match.span())}
    places = [place for place in range(len(plain)) if place not in hidden]
    return "".join(plain[place] for place in places), places


def _is_date(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) <= date(2100, 1, 1)
    except ValueError:
        return False


def _passes_luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0
