"""Fits the score of relevance and tells how well it knows what is not there, on articles it was not fitted on.

    python -m tests.relevance --set CONTEXTS QUESTIONS --set ... [--other CONTEXTS QUESTIONS] [--held-out FOLDER]

Every second title of each set is for fitting (A), the others for reporting (B), which `--held-out` writes as sets of
their own, for `lectern eval`. Sets under `--other` are reported only.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from server.adapters.minilm import MiniLm
from server.evals.roc import Roc
from server.evaluation.sets import load_contexts, load_questions
from server.retrieval.relevance import BIAS, WEIGHTS, Evidence, evidence
from server.settings import Settings
from tests.relevance.fit import Example, Model, fitted
from tests.relevance.shelf import Remembering, Shelf
from tests.relevance.trials import Material, Trial, large_trial, trials_of

THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
# Hard and tiny stores count less: few stores are so.
COUNTS = {"other": 1.0, "large": 1.0, "small": 0.5, "gap": 0.5}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.relevance", description=__doc__)
    files: dict[str, Any] = {"nargs": 2, "action": "append", "type": Path, "metavar": ("CONTEXTS", "QUESTIONS")}
    parser.add_argument("--set", required=True, **files, help="a question set to fit on and to report")
    parser.add_argument("--other", default=[], **files, help="a question set to report only")
    parser.add_argument("--held-out", type=Path, help="folder to write parts B to")
    asked = parser.parse_args()
    own, others = ([_material(*paths) for paths in some] for some in (asked.set, asked.other))
    if asked.held_out:
        for material in own:
            _write(asked.held_out, material.part("B"))
    with tempfile.TemporaryDirectory() as folder:
        embedder: Any = Remembering(MiniLm(Path(folder)))
        parts = {
            part: [one for trial in _trials(own, others, part) for one in _asked(trial, embedder)] for part in "AB"
        }
    model = fitted(parts["A"])
    _report("as it is", Model(np.array(WEIGHTS), BIAS), parts)
    _report("fitted", model, parts)
    told = ", ".join(f"{name}={weight:.2f}" for name, weight in zip(Evidence._fields, model.weights, strict=True))
    print(f"\nWEIGHTS: Final = Evidence({told})\nBIAS: Final = {model.bias:.2f}")


def _material(contexts_path: Path, questions_path: Path) -> Material:
    contexts = load_contexts(contexts_path)
    questions = load_questions(questions_path, {context.id for context in contexts})
    name = contexts_path.name.partition(".")[0]
    return Material(contexts_path.parent.name if name == "contexts" else name, contexts, questions)


def _trials(own: Sequence[Material], others: Sequence[Material], part: str) -> Iterator[Trial]:
    for material in own:
        yield from trials_of(material, part)
    yield large_trial(own, part)
    if part == "B":
        for material in others:
            yield from trials_of(material, "B")


def _asked(trial: Trial, embedder: Any) -> Iterator[Example]:
    shelf = Shelf(embedder)
    for number, document in enumerate(trial.documents):
        shelf.add(f"file-{number}", document.title, document.text)
    for question, answerable in trial.asked:
        found = shelf.ask(question)
        rows = np.array([evidence(question, one) for one in found]).reshape(len(found), len(Evidence._fields))
        trust = found[0].trust if found else 0.0
        yield Example(rows, answerable, trust, f"{trial.name} {trial.kind}", COUNTS[trial.kind])


def _report(name: str, model: Model, parts: dict[str, list[Example]]) -> None:
    now = Settings.model_fields["min_score"].default
    print(f"\n{name}: unanswerable refused / answerable refused, in per cent, by threshold (now: {now})")
    print(f"{'':38}{'AUC':>7}{'5% at':>8}  " + "".join(f"{threshold:^12}" for threshold in THRESHOLDS))
    for part, examples in parts.items():
        for trial in dict.fromkeys(one.trial for one in examples):
            sides = [
                [model.score(one) for one in examples if one.trial == trial and one.answerable is answerable]
                for answerable in (True, False)
            ]
            roc = Roc(*sides)
            told = [(roc.at(one).right.value, roc.at(one).wrong.value) for one in THRESHOLDS]
            print(
                f"{part} {trial:30}{len(sides[0]) + len(sides[1]):>6}{roc.auc:>7.3f}{roc.threshold(0.05):>8.2f}  "
                + "".join(f"{f'{100 * right:.1f}/{100 * wrong:.1f}':^12}" for right, wrong in told)
            )


def _write(folder: Path, material: Material) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    contexts = [{"context_id": one.id, "title": one.title, "text": one.text} for one in material.contexts]
    questions = [
        {"question": one.text, "context_id": one.context_id, "answers": one.answers, "lang": one.language}
        for one in material.questions
    ]
    for kind, rows in (("contexts", contexts), ("questions", questions)):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{material.name}.{kind}.jsonl").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
