"""Writes training examples for the tiny test model: grounded prompts, exactly as Lectern renders them, and answers.

    python -m tests.model.examples FOLDER [SEED]

An example is a conversation: several questions about the same passages, so that each passage teaches more than once.
Every value to be copied is invented, so that an answer can only come from the passages.
"""

import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server.chat.language import language_of
from server.chat.prompt import ground, render_passage
from server.model import Passage
from tests.model.facts import WORDS, Fact, Writer

UNANSWERABLE: Final = 0.12


@dataclass(frozen=True)
class Level:
    """How hard examples are: with or without the instruction; how many passages, facts and idle sentences in each, and
    questions; the share of Chinese."""

    name: str
    count: int
    instructed: bool
    passages: tuple[int, int]
    facts: tuple[int, int]
    fillers: int
    questions: tuple[int, int]


LEVELS: Final = (
    Level("easy", 7000, instructed=False, passages=(1, 2), facts=(1, 2), fillers=0, questions=(2, 3)),
    Level("middle", 2200, instructed=True, passages=(1, 3), facts=(1, 3), fillers=1, questions=(3, 5)),
    Level("full", 2000, instructed=True, passages=(1, 4), facts=(1, 4), fillers=3, questions=(2, 6)),
    Level("check", 300, instructed=True, passages=(1, 4), facts=(1, 4), fillers=3, questions=(1, 1)),
)


class Pool:
    """Draws facts that are easily confused: about few subjects and few attributes. No two have the same key."""

    def __init__(self, writer: Writer) -> None:
        rng = writer.rng
        self.writer = writer
        self.subjects = [writer.subject() for _ in range(rng.randint(2, 4))]
        kinds = rng.choices(list(writer.words["attributes"]), k=rng.randint(2, 4))
        self.attributes = [(rng.choice(writer.words["attributes"][kind]), kind) for kind in kinds]
        self.taken: set[tuple[str, str]] = set()

    def subject(self) -> str:
        """One of the pool's subjects, or sometimes another."""
        return self.writer.rng.choice(self.subjects) if self.writer.rng.random() < 0.7 else self.writer.subject()

    def fact(self) -> Fact:
        """A fact that was not drawn before."""
        rng = self.writer.rng
        while True:
            if rng.random() < 0.35:
                fact = self.writer.relation_fact(self.subject())
            elif rng.random() < 0.6:
                attribute, kind = rng.choice(self.attributes)
                fact = self.writer.attribute_fact(self.subject(), kind, attribute)
            else:
                fact = self.writer.attribute_fact(self.subject())
            if self.take(fact):
                return fact

    def take(self, fact: Fact) -> bool:
        """Whether the fact is new; from now on it is not."""
        new = fact.key not in self.taken
        self.taken.add(fact.key)
        return new


def passage(pool: Pool, level: Level) -> tuple[Passage, list[Fact]]:
    """A passage in prose, as a list or as a table, and the facts in it that can be asked for."""
    writer, rng = pool.writer, pool.writer.rng
    tabular = rng.random() < 0.35
    if tabular:
        subjects = list(dict.fromkeys(pool.subject() for _ in range(rng.randint(1, level.facts[1] + 1))))
        kinds = rng.sample(list(writer.words["attributes"]), rng.randint(1, level.facts[1]))
        body, facts = writer.table(subjects, kinds)
        facts = [fact for fact in facts if pool.take(fact)]
    else:
        facts = [pool.fact() for _ in range(rng.randint(*level.facts))]
        sentences = [fact.statement for fact in facts] + [writer.filler() for _ in range(rng.randint(0, level.fillers))]
        rng.shuffle(sentences)
        body = rng.choice((" " if writer.language == "en" else "", "\n")).join(sentences)
    headings = writer.words["headings"]
    suffix = rng.choice(("xlsx", "xlsx", "docx", "pdf") if tabular else ("docx", "pdf", "png", "docx"))
    stem = rng.choice((writer.word(), rng.choice(WORDS["en"]["headings"]).lower(), rng.choice(headings)))
    found = Passage(
        id="p", store_id="s", file_id="f", filename=f"{stem}.{suffix}", text=body, score=1.0,
        headings=tuple(rng.sample(headings, rng.choice((0, 1, 1, 2)))),
        page=rng.randint(1, 40) if suffix in {"pdf", "png"} else None,
        sheet=rng.choice(headings) if suffix == "xlsx" else None,
        cells=f"A{rng.randint(1, 9)}:{rng.choice('CDEF')}{rng.randint(10, 60)}" if suffix == "xlsx" else None,
    )  # fmt: skip
    return found, facts


def example(rng: random.Random, level: Level) -> dict[str, Any]:
    """One example: its messages, answers among them, and the value that the last answer holds."""
    writer = Writer(rng, rng.choice(("en", "zh")))
    pool = Pool(writer)
    told = [passage(pool, level) for _ in range(rng.randint(*level.passages))]
    passages = [found for found, _ in told]
    known = [(number, fact) for number, (_, facts) in enumerate(told, 1) for fact in facts]
    rng.shuffle(known)
    messages: list[dict[str, Any]] = []
    value: str | None = None
    for _ in range(min(rng.randint(*level.questions), max(1, len(known)))):
        number, fact = known.pop() if known and rng.random() >= UNANSWERABLE else (0, pool.fact())
        value = fact.value if number else None
        messages.append({"role": "user", "content": fact.question})
        messages.append({"role": "assistant", "content": writer.answer(fact, number)})
    messages = ground(messages, passages, writer.language)
    if not level.instructed:
        messages[0]["content"] = "\n\n".join(render_passage(n, found) for n, found in enumerate(passages, 1))
    return {"language": writer.language, "messages": messages, "value": value}


def realistic() -> list[dict[str, Any]]:
    """Questions and passages written by hand, to try what was learned on."""
    found = []
    for one in json.loads((Path(__file__).parent / "realistic.json").read_text("utf-8")):
        passages = [
            Passage(id="p", store_id="s", file_id="f", filename=name, text=text, score=1.0, headings=tuple(headings))
            for name, headings, text in one["passages"]
        ]
        language = language_of(one["question"])
        messages = ground([{"role": "user", "content": one["question"]}], passages, language)
        found.append({"language": language, "messages": messages, "value": one["value"]})
    return found


def main(folder: Path, seed: int) -> None:
    """Writes one file per level, and the realistic questions."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, level in enumerate(LEVELS):
        rng = random.Random(1000 * seed + number)
        with (folder / f"{level.name}.jsonl").open("w", encoding="utf-8") as lines:
            for _ in range(level.count):
                lines.write(json.dumps(example(rng, level), ensure_ascii=False) + "\n")
    with (folder / "realistic.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in realistic())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
