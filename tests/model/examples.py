"""Writes training examples for the tiny test model: grounded prompts, exactly as Lectern renders them, and answers.

    python -m tests.model.examples FOLDER

Every value to be copied is invented, so that an answer can only come from the passages.
"""

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server.chat.prompt import ground, render_passage
from server.model import Passage
from tests.model import words

NO_ANSWER: Final = {"en": "The documents do not tell.", "zh": "文件中没有提到。"}
UNANSWERABLE: Final = 0.12
FULL_WIDTH: Final = str.maketrans({"?": "\uff1f", ",": "\uff0c", ":": "\uff1a", "(": "\uff08", ")": "\uff09"})
# GB 2312 rows 16 to 55 are the common characters, so names made of them need no list.
HAN: Final = [bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)]


@dataclass(frozen=True)
class Fact:
    """Something a passage says. `key` is what a question must name to ask for it."""

    key: tuple[str, str]
    value: str
    statement: str
    question: str
    answer: str


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


class Writer:
    """Makes examples in one language from a seeded random source."""

    def __init__(self, rng: random.Random, language: str) -> None:
        self.rng = rng
        self.language = language
        english = language == "en"
        self.subjects = words.EN_SUBJECTS if english else words.ZH_SUBJECTS
        self.attributes = words.EN_ATTRIBUTES if english else words.ZH_ATTRIBUTES
        self.relations = words.EN_RELATIONS if english else words.ZH_RELATIONS
        self.fillers = words.EN_FILLERS if english else words.ZH_FILLERS
        self.headings = words.EN_HEADINGS if english else words.ZH_HEADINGS

    def form(self, template: str) -> str:
        """The template; Chinese mostly with full-width punctuation."""
        wide = self.language == "zh" and self.rng.random() < 0.75
        return template.translate(FULL_WIDTH) if wide else template

    def word(self) -> str:
        """An invented word."""
        if self.language == "zh":
            return "".join(self.rng.choices(HAN, k=self.rng.randint(2, 3)))
        onsets = "b|br|c|ch|d|dr|f|g|gr|h|j|k|kl|l|m|n|p|pr|qu|r|s|sh|st|t|tr|v|w|z".split("|")
        rimes = "a|e|i|o|u|ai|ea|ou|an|en|in|on|ar|er|or|el|al|us|is|ack|eld|ing|ond|est|ight".split("|")
        return "".join(self.rng.choice(onsets) + self.rng.choice(rimes) for _ in range(self.rng.randint(2, 3)))

    def code(self) -> str:
        """An invented code such as KX-4471, 10.3.0.7 or 2.14.1."""
        rng = self.rng
        letters = "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=rng.randint(1, 3)))
        return rng.choice(
            (
                f"{letters}-{rng.randint(10, 99999)}",
                f"{letters}{rng.randint(1, 999)}",
                f"{rng.randint(1, 255)}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
                f"{rng.randint(0, 30)}.{rng.randint(0, 30)}",
                f"{rng.randint(1000, 9999999)}",
            )
        )

    def subject(self) -> str:
        """What a fact is about: known, invented, or a known thing with an invented name or code."""
        rng = self.rng
        known, space = rng.choice(self.subjects), " " if self.language == "en" else ""
        name = self.word().capitalize()
        if self.language == "zh" and rng.random() < 0.2:
            name = self.code()
        return rng.choice(
            (known, known, name, f"{known}{space}{name}", f"{name}{space}{known}", f"{known} {self.code()}")
        )

    def money(self) -> str:
        """An amount in one of several ways of writing."""
        amount = self.rng.choice(
            (self.rng.randint(5, 999), self.rng.randint(10, 99) * 10, self.rng.randint(10, 9999) * 100)
        )
        plain, grouped = str(amount), f"{amount:,}"
        cents = f"{amount}.{self.rng.randint(10, 99)}"
        number = self.rng.choice((plain, plain, grouped, cents))
        if self.language == "zh":
            return number + self.rng.choice(("元", "元", "欧元", " EUR", "美元", "元人民币"))
        return self.rng.choice(
            (f"{number} EUR", f"{number} euros", f"€{number}", f"${number}", f"{number} USD", f"CHF {number}")
        )

    def date(self) -> str:
        """A date in one of several ways of writing."""
        rng = self.rng
        year, month, day = rng.randint(2008, 2032), rng.randint(1, 12), rng.randint(1, 28)
        iso = f"{year}-{month:02}-{day:02}"
        if self.language == "zh":
            return rng.choice(
                (f"{year}年{month}月{day}日", f"{year}年{month}月{day}日", iso, f"{month}月{day}日", f"{year}年")
            )
        name = words.MONTHS[month - 1]
        forms = (
            f"{day} {name} {year}",
            f"{day} {name} {year}",
            f"{name} {day}, {year}",
            iso,
            f"{day:02}.{month:02}.{year}",
        )
        return rng.choice(forms)

    def person(self) -> str:
        """An invented name."""
        if self.language == "zh":
            return "".join(self.rng.choices(HAN, k=self.rng.randint(2, 3)))
        first, last = self.word().capitalize(), self.word().capitalize()
        return self.rng.choice(
            (f"{first} {last}", f"{first} {last}", f"Dr {last}", f"the {self.rng.choice(self.subjects)} manager")
        )

    def value(self, kind: str) -> str:
        """A value of the kind: money, date, person, code, count or place."""
        rng = self.rng
        makers: dict[str, Callable[[], str]] = {
            "money": self.money,
            "date": self.date,
            "person": self.person,
            "code": self.code,
        }
        if kind in makers:
            return makers[kind]()
        if kind == "place":
            name = self.word().capitalize()
            return rng.choice(
                (name, rng.choice(words.CITIES), f"{rng.choice(words.CITIES)} {name}", f"{name} {rng.randint(1, 40)}")
            )
        number = rng.choice((rng.randint(1, 30), rng.randint(1, 999), round(rng.uniform(0.1, 90), 1)))
        if self.language == "zh":
            return f"{number}{rng.choice(words.UNITS_ZH)}"
        return f"{number} {rng.choice(words.UNITS_EN)}"

    def relation_fact(self) -> Fact:
        """A fact told by a verb."""
        kind, statement, question = self.rng.choice(self.relations)
        subject, value = self.subject(), self.value(kind)
        said = self.form(statement).format(s=subject, v=value)
        asked = self.form(question).format(s=subject)
        if self.rng.random() < 0.3:
            asked = self.vary(asked)
        return Fact((question, subject), value, said[0].upper() + said[1:], asked, restate(asked, self.language))

    def attribute_fact(self, subject: str | None = None, kind: str = "", attribute: str = "") -> Fact:
        """A fact of the form attribute, subject, value."""
        rng = self.rng
        kind = kind or rng.choice(list(self.attributes))
        attribute = attribute or (self.word() if rng.random() < 0.1 else rng.choice(self.attributes[kind]))
        subject, value = subject or self.subject(), self.value(kind)
        named = {"a": attribute, "s": subject, "v": value}
        if self.language == "zh":
            said = self.form(rng.choice(ZH_STATEMENTS)).format(**named)
            asked, answer = rng.choice(ZH_QUESTIONS[kind] if rng.random() < 0.6 else ZH_QUESTIONS["any"])
        else:
            said = rng.choice(EN_STATEMENTS).format(**named)
            said = said[0].upper() + said[1:]
            asked, answer = rng.choice(EN_QUESTIONS[kind] if rng.random() < 0.4 else EN_QUESTIONS["any"])
        question = self.form(asked).format(**named)
        if rng.random() < 0.25:
            question = self.vary(question)
            return Fact((attribute, subject), value, said, question, restate(question, self.language))
        return Fact(
            (attribute, subject),
            value,
            said,
            question,
            answer.format(**named) if answer else restate(question, self.language),
        )

    def vary(self, question: str) -> str:
        """The question as hurried people write it."""
        if self.language == "zh":
            return self.rng.choice((question.rstrip("?\uff1f"), "请问" + question, question.replace("的", "")))
        plural = question.rstrip("?").replace(" a ", " ") + "s?"
        forms = (
            question.lower(),
            question.rstrip("?"),
            "Please tell me: " + question,
            question.replace(" the ", " our "),
            plural,
        )
        return self.rng.choice(forms)

    def filler(self) -> str:
        """A sentence that answers nothing."""
        number = self.rng.choice((self.rng.randint(2, 90), self.rng.randint(2000, 2030)))
        return self.form(self.rng.choice(self.fillers)).format(n=number, w=self.word())

    def table(self, gold: Fact | None) -> str:
        """Rows of a table as Lectern writes them, `Header: cell | Header: cell`; the gold fact is in one row."""
        rng = self.rng
        kinds = rng.sample(list(self.attributes), rng.randint(1, 3))
        heads = [(kind, rng.choice(self.attributes[kind])) for kind in kinds]
        if gold is not None:
            heads = [("", gold.key[0]), *[head for head in heads if head[1] != gold.key[0]][:2]]
        first = rng.choice(
            ("Item", "Name", "Subject", "Type") if self.language == "en" else ("项目", "名称", "类别", "物品")
        )
        colon = ": " if self.language == "en" or rng.random() < 0.7 else "\uff1a"
        rows = []
        kind = next((kind for kind, names in self.attributes.items() if gold and gold.key[0] in names), "code")
        place = rng.randrange(3)
        for number in range(3):
            mine = gold is not None and number == place
            subject = gold.key[1] if gold is not None and mine else self.subject()
            cells = [f"{first}{colon}{subject}"]
            for cell_kind, attribute in heads:
                value = self.value(cell_kind or kind)
                if gold is not None and mine and not cell_kind:
                    value = gold.value
                cells.append(f"{attribute.capitalize()}{colon}{value}")
            rows.append(" | ".join(cells))
        return "\n".join(rows)


EN_STATEMENTS: Final = (
    "the {a} of {s} is {v}.|the {a} for {s} is {v}.|the {a} of the {s} is {v}.|the {a} for the {s} is {v}.|the {s} has a {a} of {v}.|"
    "for {s}, the {a} is {v}.|{s}: {a} {v}.|the {a} of {s} was set to {v}.|{s} - {a}: {v}|as to {s}, {v} is the {a}.|"
    "as of now, {v} is the {a} of {s}.|{s} ({a}: {v}) is covered here.|the {a} for each {s} amounts to {v} in all offices."
).split("|")
ZH_STATEMENTS: Final = (
    "{s}的{a}是{v}。|{s}的{a}为{v}。|{s}的{a}为{v},全体适用。|{a}({s}):{v}|{s}{a}:{v}|{s}{a}{v}。|目前{s}的{a}定为{v}。|关于{s},{a}为{v}。|- {s},{a}:{v}"
).split("|")
_EN_IS: Final = "The {a} of {s} is"
EN_QUESTIONS: Final[dict[str, list[tuple[str, str]]]] = {
    "any": [
        ("What is the {a} of {s}?", _EN_IS),
        ("What is the {a} for {s}?", "The {a} for {s} is"),
        ("What is the {a} of the {s}?", "The {a} of the {s} is"),
        ("What is the {a} for the {s}?", "The {a} for the {s} is"),
        ("What {a} does the {s} have?", ""),
        ("Which {a} applies to {s}?", ""),
        ("{s}: what is the {a}?", ""),
        ("Tell me the {a} of {s}.", ""),
        ("Do you know the {a} of the {s}?", ""),
    ],
    "money": [
        ("How much is the {a} for {s}?", "The {a} for {s} is"),
        ("How high is the {a} of the {s}?", "The {a} of the {s} is"),
    ],
    "date": [("When is the {a} of {s}?", _EN_IS), ("On which day is the {a} of the {s}?", "The {a} of the {s} is")],
    "person": [("Who is the {a} of {s}?", _EN_IS), ("Who is the {a} for the {s}?", "The {a} for the {s} is")],
    "code": [("Which {a} does {s} have?", ""), ("Give me the {a} of the {s}.", "")],
    "count": [("How long is the {a} of {s}?", _EN_IS), ("How large is the {a} of the {s}?", "The {a} of the {s} is")],
    "place": [("Where is the {a} of {s}?", _EN_IS), ("Which is the {a} of the {s}?", "The {a} of the {s} is")],
}
_ZH_IS: Final = "{s}的{a}是"
ZH_QUESTIONS: Final[dict[str, list[tuple[str, str]]]] = {
    "any": [
        ("{s}的{a}是什么?", _ZH_IS),
        ("{s}的{a}是多少?", _ZH_IS),
        ("{s}的{a}?", _ZH_IS),
        ("请告诉我{s}的{a}。", ""),
    ],
    "money": [("{s}的{a}是多少?", _ZH_IS), ("{s}的{a}是多少钱?", _ZH_IS), ("{s}{a}多少?", "")],
    "date": [("{s}的{a}是哪天?", _ZH_IS), ("{s}的{a}是什么时候?", _ZH_IS)],
    "person": [("{s}的{a}是谁?", _ZH_IS), ("谁是{s}的{a}?", _ZH_IS)],
    "code": [("{s}的{a}是什么?", _ZH_IS), ("{s}的{a}是多少?", _ZH_IS)],
    "count": [("{s}的{a}是多少?", _ZH_IS), ("{s}的{a}有多少?", "")],
    "place": [("{s}的{a}在哪里?", _ZH_IS), ("{s}的{a}是哪里?", _ZH_IS)],
}


def restate(question: str, language: str) -> str:
    """The beginning of an answer that repeats the question, whatever its form."""
    return question.rstrip("?\uff1f .。") + ("\uff1a" if language == "zh" else ":")


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
    headings = tuple(rng.sample(list(writer.headings), rng.choice((0, 1, 1, 2))))
    stem = rng.choice((writer.word(), rng.choice(words.EN_HEADINGS).lower(), rng.choice(writer.headings)))
    paged, cells = suffix in {"pdf", "png"}, f"A{rng.randint(1, 9)}:{rng.choice('CDEF')}{rng.randint(10, 60)}"
    return Passage(
        id="p", store_id="s", file_id="f", filename=f"{stem}.{suffix}", text=body, score=1.0, headings=headings,
        page=rng.randint(1, 40) if paged else None,
        sheet=rng.choice(writer.headings) if suffix == "xlsx" else None,
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
                fact = writer.attribute_fact(attribute=gold.key[0], kind=rng.choice(list(writer.attributes)))
            else:
                fact = writer.relation_fact() if rng.random() < 0.3 else writer.attribute_fact()
            if fact.key != gold.key:
                facts.append(fact)
        if number == place and not facts and not answerable:
            facts.append(writer.attribute_fact())
        passages.append(passage(writer, facts, gold if number == place and answerable else None, level))
    end = "。" if writer.language == "zh" else "."
    space = "" if writer.language == "zh" else " "
    answer = f"{gold.answer}{space}{gold.value} [{place + 1}]{end}" if answerable else NO_ANSWER[writer.language]
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
