"""The numbers and bullets of lists, counted as Word does."""

import re
from dataclasses import dataclass, field

from lxml import etree

from ingest.parse.word.counting import render
from ingest.parse.word.package import VAL, W, is_on, number, value
from ingest.parse.word.symbols import TELLING, readable

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


@dataclass(slots=True)
class _Level:
    """One level of a list: how its number looks, and where it begins."""

    format: str = "decimal"
    text: str = ""
    font: str = ""
    start: int = 1
    restart: int | None = None
    is_legal: bool = False
    style: str | None = None


@dataclass(slots=True)
class _List:
    """A list definition and its counters; lists that share the definition go on counting."""

    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Gives the label of each list item; must be asked in the order of the document."""

    def __init__(self, root: etree._Element | None) -> None:
        self._lists: dict[int, _List] = {}
        self._instances: dict[int, tuple[int, dict[int, _Level], dict[int, int]]] = {}
        self._started: set[tuple[int, int]] = set()
        if root is not None:
            self._load(root)

    def level_of_style(self, list_number: int, style: str | None) -> int:
        """The level of a list that is tied to a paragraph style, 0 if none is."""
        instance = self._instances.get(list_number)
        if instance is None or style is None:
            return 0
        levels = self._lists[instance[0]].levels
        return next((index for index, level in levels.items() if level.style == style), 0)

    def label(self, list_number: int, level: int) -> str | None:
        """Counts one item and gives its label: "" for one without and for a bullet, None if there is no such list."""
        instance = self._instances.get(list_number)
        if instance is None or not 0 <= level < _LEVELS:
            return None
        identity, overrides, starts = instance
        found = self._lists[identity]
        levels = {**found.levels, **overrides}
        own = levels.get(level, _Level())
        self._count(found, list_number, level, levels, starts)
        if own.format == "bullet":
            return sign if (sign := readable(own.text, own.font)) in TELLING else ""
        if own.format == "none":
            return _PLACE.sub("", own.text).strip()

        def shown(place: re.Match[str]) -> str:
            index = int(place[1]) - 1
            other = levels.get(index, _Level())
            count = found.counts.get(index, other.start)
            return render(count, "decimal" if own.is_legal and index < level else other.format)

        return _PLACE.sub(shown, own.text).strip()

    def _count(
        self, found: _List, list_number: int, level: int, levels: dict[int, _Level], starts: dict[int, int]
    ) -> None:
        own = levels.get(level, _Level())
        begins = (list_number, level) not in self._started
        self._started.add((list_number, level))
        if begins and level in starts:
            found.counts[level] = starts[level]
        else:
            found.counts[level] = found.counts[level] + 1 if level in found.counts else own.start
        for deeper in [index for index in found.counts if index > level]:
            restart = levels.get(deeper, _Level()).restart
            if restart is None or (restart != 0 and level < restart):
                del found.counts[deeper]

    def _load(self, root: etree._Element) -> None:
        linked: dict[str, int] = {}
        borrowing: dict[int, str] = {}
        for definition in root.iter(f"{W}abstractNum"):
            identity = number(definition.get(f"{W}abstractNumId")) or 0
            self._lists[identity] = _List(dict(map(_level, definition.findall(f"{W}lvl"))))
            if name := value(definition, "styleLink"):
                linked[name] = identity
            if name := value(definition, "numStyleLink"):
                borrowing[identity] = name
        for identity, name in borrowing.items():
            if name in linked:
                self._lists[identity] = self._lists[linked[name]]
        for instance in root.iter(f"{W}num"):
            identity = number(value(instance, "abstractNumId")) or 0
            own = number(instance.get(f"{W}numId"))
            if own is None or identity not in self._lists:
                continue
            overrides: dict[int, _Level] = {}
            starts: dict[int, int] = {}
            for override in instance.findall(f"{W}lvlOverride"):
                index = number(override.get(f"{W}ilvl")) or 0
                start = number(value(override, "startOverride"))
                if start is not None:
                    starts[index] = start
                if (level := override.find(f"{W}lvl")) is not None:
                    overrides[index] = _level(level)[1]
            self._instances[own] = (identity, overrides, starts)


def _level(element: etree._Element) -> tuple[int, _Level]:
    start = number(value(element, "start"))
    text = element.find(f"{W}lvlText")
    fonts = element.find(f"{W}rPr/{W}rFonts")
    return number(element.get(f"{W}ilvl")) or 0, _Level(
        format=value(element, "numFmt") or "decimal",
        text="" if text is None else text.get(VAL, ""),
        font="" if fonts is None else fonts.get(f"{W}ascii", ""),
        start=1 if start is None else start,
        restart=number(value(element, "lvlRestart")),
        is_legal=is_on(element, "isLgl") or False,
        style=value(element, "pStyle"),
    )
