"""The comments of a sheet: notes, and threads of comments with their answers."""

import zipfile
from collections.abc import Callable, Iterator

from ingest.parse.excel.parts import MAIN, local_name, root, target, targets, text_of

Notes = Callable[[zipfile.ZipFile, str], Iterator[tuple[str, str]]]


def comments(package: zipfile.ZipFile, workbook: str, sheet: str, notes: Notes) -> Iterator[tuple[str, str]]:
    """The cell and the text of every comment of a sheet part, the author before the text.

    `notes` reads a part with notes; threads are XML in every kind of package.
    """
    threads = dict(_threads(package, workbook, sheet))
    for part in targets(package, sheet, "comments"):
        for cell, text in notes(package, part):
            if cell not in threads:  # Excel keeps a note beside each thread, for programs that know no threads
                yield cell, text
    yield from threads.items()


def xml_notes(package: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str]]:
    """The cell and the text of every note in an XML part."""
    tree = root(package, part)
    authors = [author.text or "" for author in tree.iter(f"{MAIN}author")]
    for comment in tree.iter(f"{MAIN}comment"):
        body = comment.find(f"{MAIN}text")
        text = text_of(body).strip() if body is not None else ""
        number = comment.get("authorId", "")
        author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
        if text:
            yield comment.get("ref", ""), signed(author, text)


def signed(author: str, text: str) -> str:
    """A comment with its author's name in front, which Excel itself writes into most notes."""
    return text if not author or text.startswith(author) else f"{author}: {text}"


def _threads(package: zipfile.ZipFile, workbook: str, sheet: str) -> Iterator[tuple[str, str]]:
    persons = target(package, workbook, "person")
    names = {
        person.get("id"): person.get("displayName", "")
        for person in (root(package, persons) if persons is not None else ())
    }
    lines: dict[str, list[str]] = {}
    for part in targets(package, sheet, "threadedComment"):
        for comment in root(package, part):
            text = "".join(child.text or "" for child in comment if local_name(child) == "text").strip()
            if text:
                author = names.get(comment.get("personId"), "")
                lines.setdefault(comment.get("ref", ""), []).append(signed(author, text))
    for cell, said in lines.items():
        yield cell, "\n".join(said)
