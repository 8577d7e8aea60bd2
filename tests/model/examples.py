"""Writes training examples for the tiny test model: grounded prompts, exactly as Lectern renders them, and answers.

    python -m tests.model.examples FOLDER

Every value to be copied is invented, so that an answer can only come from the passages.
"""

import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server.chat.prompt import ground, render_passage
from server.model import Passage
from tests.model.facts import WORDS, Fact, Writer

UNANSWERABLE: Final = 0.12


@dataclass(frozen=True)
class Level:
    """How hard examples are: with or without the instruction, how many passages, how much in each."""

    name: str
    count: int
    instructed: bool
    passages: tuple[int, int]
    facts: tuple[int, int]
    fillers: int
    chinese: float


LEVELS: Final = (
    Level("easy", 9000, instructed=False, passages=(1, 2), facts=(0, 2), fillers=0, chinese=0.4),
    Level("middle", 3500, instructed=True, passages=(1, 3), facts=(1, 3), fillers=1, chinese=0.45),
    Level("full", 3000, instructed=True, passages=(1, 4), facts=(1, 5), fillers=3, chinese=0.45),
    Level("check", 300, instructed=True, passages=(1, 4), facts=(1, 5), fillers=3, chinese=0.5),
)


def passage(writer: Writer, facts: list[Fact], gold: Fact | None, level: Level) -> Passage:
    """A passage that tells the facts, in prose, as a list or as a table."""
    rng = writer.rng
    tabular = rng.random() < 0.35 and (gold is None or not gold.key[0].endswith("?"))
    statements = [fact.statement for fact in facts]
    if tabular:
        body = writer.table(gold)
    else:
        if gold is not None:
            statements.append(gold.statement)
        statements += [writer.filler() for _ in range(rng.randint(0, level.fillers))]
        rng.shuffle(statements)
        joiner = rng.choice((" " if writer.language == "en" else "", "\n"))
        body = joiner.join(statements)
    suffix = rng.choice(("xlsx", "xlsx", "docx", "pdf") if tabular else ("docx", "pdf", "png", "docx"))
    headings = tuple(rng.sample(writer.words["headings"], rng.choice((0, 1, 1, 2))))
    stem = rng.choice(
        (writer.word(), rng.choice(WORDS["en"]["headings"]).lower(), rng.choice(writer.words["headings"]))
    )
    paged, cells = suffix in {"pdf", "png"}, f"A{rng.randint(1, 9)}:{rng.choice('CDEF')}{rng.randint(10, 60)}"
    return Passage(
        id="p", store_id="s", file_id="f", filename=f"{stem}.{suffix}", text=body, score=1.0, headings=headings,
        page=rng.randint(1, 40) if paged else None,
        sheet=rng.choice(writer.words["headings"]) if suffix == "xlsx" else None,
        cells=cells if suffix == "xlsx" else None,
    )  # fmt: skip


def example(rng: random.Random, level: Level) -> dict[str, Any]:
    """One example: its messages, its answer and its language."""
    writer = Writer(rng, "zh" if rng.random() < level.chinese else "en")
    gold = writer.relation_fact() if rng.random() < 0.35 else writer.attribute_fact()
    count = rng.randint(*level.passages)
    place = rng.randrange(count)
    answerable = rng.random() >= UNANSWERABLE
    passages = []
    for number in range(count):
        facts = []
        for _ in range(rng.randint(*level.facts)):
            near = rng.random()
            if near < 0.25:  # the same subject, another attribute
                fact = writer.attribute_fact(subject=gold.key[1])
            elif near < 0.5 and not gold.key[0].endswith("?"):  # the same attribute, another subject
                fact = writer.attribute_fact(attribute=gold.key[0], kind=rng.choice(list(writer.words["attributes"])))
            else:
                fact = writer.relation_fact() if rng.random() < 0.3 else writer.attribute_fact()
            if fact.key != gold.key:
                facts.append(fact)
        if number == place and not facts and not answerable:
            facts.append(writer.attribute_fact())
        passages.append(passage(writer, facts, gold if number == place and answerable else None, level))
    end = "。" if writer.language == "zh" else "."
    space = "" if writer.language == "zh" else " "
    answer = f"{gold.answer}{space}{gold.value} [{place + 1}]{end}" if answerable else writer.words["unknown"]
    messages = ground([{"role": "user", "content": gold.question}], passages, writer.language)
    if not level.instructed:
        messages[0]["content"] = "\n\n".join(render_passage(n, found) for n, found in enumerate(passages, 1))
    return {
        "language": writer.language,
        "messages": messages,
        "answer": answer,
        "value": gold.value if answerable else None,
    }


def main(folder: Path) -> None:
    """Writes one file per level."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, level in enumerate(LEVELS):
        rng = random.Random(1000 + number)
        with (folder / f"{level.name}.jsonl").open("w", encoding="utf-8") as lines:
            for _ in range(level.count):
                lines.write(json.dumps(example(rng, level), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
