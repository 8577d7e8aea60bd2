"""The headings above each part of a document."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.model import Element, Kind

# A longer section comes in parts, so that memory stays constant however long a document is.
_PART_CHARACTERS = 32_000


@dataclass(slots=True, eq=False)
class Heading:
    """A title on the path: whether it `heads` any section, and whether its text was `shown` in a chunk."""

    element: Element
    level: int
    heads: bool = False
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Elements that stand under the same path of headings, or a part of them: `before` is the last element of the part
    before this one."""

    path: tuple[Heading, ...]
    elements: list[Element] = field(default_factory=list)
    before: Element | None = None


def sections(elements: Iterable[Element]) -> Iterator[Section]:
    """Splits at titles and at new sheets. A title with nothing below it comes as the only element of its section.

    The name of a sheet is the topmost heading of what stands on it. A title without a level has level 1.
    """
    path: list[Heading] = []
    body: list[Element] = []
    before: Element | None = None
    sheet: str | None = None
    size = 0
    for element in elements:
        if not element.text.strip():
            continue
        new_sheet = element.sheet != sheet
        is_title = element.kind is Kind.TITLE
        is_over = new_sheet or is_title
        # A table is not parted from the sentence before it.
        if body and (is_over or (size > _PART_CHARACTERS and (body[-1].rows or not element.rows))):
            yield _section(path, body, before)
            before, body, size = body[-1], [], 0
        if is_over:
            before = None
        if new_sheet:
            yield from _leave(path, 0)
            sheet = element.sheet
            if sheet is not None:
                path.append(Heading(Element(Kind.TITLE, sheet), 0, heads=True, shown=True))
        if is_title:
            if path and path[0].level == 0 and element.text == sheet:
                continue  # the reader of the sheet gave its name as a title, too
            level = element.level or 1
            yield from _leave(path, level)
            path.append(Heading(element, level))
        else:
            body.append(element)
            size += len(element.text)
    if body:
        yield _section(path, body, before)
    yield from _leave(path, 0)


def _section(path: list[Heading], body: list[Element], before: Element | None) -> Section:
    for heading in path:
        heading.heads = True
    return Section(tuple(path), body, before)


def _leave(path: list[Heading], level: int) -> Iterator[Section]:
    """Takes the headings of this level and below off the path; those that headed nothing come as their own content."""
    while path and path[-1].level >= level:
        heading = path.pop()
        if not heading.heads:
            yield Section(tuple(path), [heading.element])
