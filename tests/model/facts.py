"""Facts that nobody ever stated, the sentences that tell them and the questions that ask for them."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

WORDS: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "words.json").read_text("utf-8"))
FULL_WIDTH: Final = str.maketrans({"?": "\uff1f", ",": "\uff0c", ":": "\uff1a", "(": "\uff08", ")": "\uff09"})
# GB 2312 rows 16 to 55 are the common characters, so that names made of them need no list.
HAN: Final = [bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)]


@dataclass(frozen=True)
class Fact:
    """Something a passage says. `key` is what a question must name to ask for it."""

    key: tuple[str, str]
    value: str
    statement: str
    question: str
    answer: str


class Writer:
    """Makes examples in one language from a seeded random source."""

    def __init__(self, rng: random.Random, language: str) -> None:
        self.rng = rng
        self.language = language
        self.words = WORDS[language]

    def form(self, template: str) -> str:
        """The template; Chinese mostly with full-width punctuation."""
        wide = self.language == "zh" and self.rng.random() < 0.75
        return template.translate(FULL_WIDTH) if wide else template

    def word(self) -> str:
        """An invented word."""
        if self.language == "zh":
            return self.han()
        choice, count = self.rng.choice, self.rng.randint(2, 3)
        return "".join(choice(WORDS["onsets"]) + choice(WORDS["rimes"]) for _ in range(count))

    def han(self) -> str:
        """An invented Chinese name: mostly of a few characters that the tokenizer knows whole, else of any."""
        return "".join(self.rng.choices(HAN[::12] if self.rng.random() < 0.7 else HAN, k=self.rng.randint(2, 3)))

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
        known, space = rng.choice(self.words["subjects"]), " " if self.language == "en" else ""
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
        name = WORDS["months"][month - 1]
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
            return self.han()
        first, last = self.word().capitalize(), self.word().capitalize()
        return self.rng.choice(
            (
                f"{first} {last}",
                f"{first} {last}",
                f"Dr {last}",
                f"the {self.rng.choice(self.words['subjects'])} manager",
            )
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
                (
                    name,
                    rng.choice(WORDS["cities"]),
                    f"{rng.choice(WORDS['cities'])} {name}",
                    f"{name} {rng.randint(1, 40)}",
                )
            )
        number = rng.choice((rng.randint(1, 30), rng.randint(1, 999), round(rng.uniform(0.1, 90), 1)))
        space = "" if self.language == "zh" else " "
        return f"{number}{space}{rng.choice(self.words['units'])}"

    def relation_fact(self, subject: str | None = None) -> Fact:
        """A fact told by a verb."""
        kind, statement, question = self.rng.choice(self.words["relations"])
        subject, value = subject or self.subject(), self.value(kind)
        said = self.form(statement).format(s=subject, v=value)
        asked = self.form(question).format(s=subject)
        if self.rng.random() < 0.3:
            asked = self.vary(asked)
        return Fact((question, subject), value, capital(said), asked, restate(asked, self.language))

    def attribute_fact(self, subject: str | None = None, kind: str = "", attribute: str = "") -> Fact:
        """A fact of the form attribute, subject, value."""
        rng = self.rng
        kind = kind or rng.choice(list(self.words["attributes"]))
        attribute = attribute or (self.word() if rng.random() < 0.1 else rng.choice(self.words["attributes"][kind]))
        subject, value = subject or self.subject(), self.value(kind)
        named = {"a": attribute, "s": subject, "v": value}
        said = self.form(rng.choice(self.words["statements"])).format(**named)
        questions = self.words["questions"]
        own = rng.random() < (0.6 if self.language == "zh" else 0.4)
        asked, answer = rng.choice(questions[kind] if own else questions["any"])
        question = self.form(asked).format(**named)
        if rng.random() < 0.25:
            question = self.vary(question)
            return Fact((attribute, subject), value, capital(said), question, restate(question, self.language))
        begun = answer.format(**named) if answer else restate(question, self.language)
        return Fact((attribute, subject), value, capital(said), question, begun)

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

    def answer(self, fact: Fact, number: int) -> str:
        """The answer that cites the passage of this number; with 0, that the documents do not tell."""
        if not number:
            return str(self.words["unknown"])
        return (
            f"{fact.answer}{fact.value} [{number}]。"
            if self.language == "zh"
            else f"{fact.answer} {fact.value} [{number}]."
        )

    def filler(self) -> str:
        """A sentence that answers nothing."""
        number = self.rng.choice((self.rng.randint(2, 90), self.rng.randint(2000, 2030)))
        return self.form(self.rng.choice(self.words["fillers"])).format(n=number, w=self.word())

    def table(self, subjects: list[str], kinds: list[str]) -> tuple[str, list[Fact]]:
        """Rows as Lectern writes them, `Header: cell | Header: cell`, one for each subject; and the facts in them."""
        rng = self.rng
        first = rng.choice(self.words["columns"])
        colon = ": " if self.language == "en" or rng.random() < 0.7 else "\uff1a"
        columns = {rng.choice(self.words["attributes"][kind]): kind for kind in kinds}
        rows, facts = [], []
        for subject in subjects:
            cells = [f"{first}{colon}{subject}"]
            for attribute, kind in columns.items():
                fact = self.attribute_fact(subject, kind, attribute)
                cells.append(f"{capital(attribute)}{colon}{fact.value}")
                facts.append(fact)
            rows.append(" | ".join(cells))
        return "\n".join(rows), facts


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[0].upper() + text[1:]


def restate(question: str, language: str) -> str:
    """The beginning of an answer that repeats the question, whatever its form."""
    return question.rstrip("?\uff1f .。") + ("\uff1a" if language == "zh" else ":")
