"""Measures one or two configurations, and the baselines, on a question set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from server.errors import InvalidRequest
from server.evals.roc import Roc
from server.evaluation.baselines import baselines
from server.evaluation.result import EvalResult, row_of
from server.evaluation.sets import QuestionSet
from server.evaluation.trial import Say, Trial, VectorCache, attempt
from server.settings import Settings

_OURS: Final = "Lectern"
_FIXED: Final = ("data", "samples", "index_uri", "database_url", "index_token")


def evaluate(
    asked: QuestionSet,
    settings: Settings,
    folder: Path,
    say: Say,
    *,
    others: bool = False,
    changes: Sequence[str] = (),
) -> EvalResult:
    """Indexes the documents in `folder`, which is for this alone, asks every question, and counts at which place a
    right document came; so with the `changes` to the settings, too, if there are any, and by the baselines' ways, if
    the `others` are wished.

    Raises:
        InvalidRequest, WrongSetting: the changes cannot be made.
        EmbedderUnavailable, RerankerUnavailable: what the settings name does not answer.
    """
    second = changed(settings, changes) if changes else None
    cache = VectorCache()
    trial = attempt(folder / "first", settings, asked, cache, say)
    other = None
    if second is not None:
        found = attempt(folder / "second", second, asked, cache, lambda text: say(f"second configuration: {text}"))
        other = row_of("second", asked, found.ranks, found.seconds)
    rows = []
    if others:
        say("asking the baselines")
        texts = [question.text for question in asked.questions]
        ways = baselines(trial.corpus, texts, trial.query_vectors, asked.right)
        rows = [row_of(name, asked, ranks) for name, ranks in ways.items()]
    row = row_of(_OURS, asked, trial.ranks, trial.seconds)
    chunks = len(trial.corpus.texts)
    return EvalResult(
        asked, chunks, trial.embedder, trial.min_score, row, rows, other, " ".join(changes), _roc(asked, trial)
    )


def changed(settings: Settings, changes: Sequence[str]) -> Settings:
    """The settings with changes such as "min_score=0.3" made. Raises InvalidRequest, WrongSetting."""
    values = settings.model_dump()
    for change in changes:
        name, equals, value = change.partition("=")
        name = name.strip().lower().removeprefix("lectern_")
        if not equals or name not in values or name in _FIXED:
            raise InvalidRequest(detail=f"{change!r} is not NAME=VALUE of a setting that a search can differ by")
        values[name] = value.strip()
    return Settings.read(**values)


def _roc(asked: QuestionSet, trial: Trial) -> Roc | None:
    answerable = [score for score, right in zip(trial.scores, asked.right, strict=True) if right]
    unanswerable = [score for score, right in zip(trial.scores, asked.right, strict=True) if not right]
    return Roc(answerable, unanswerable) if answerable and unanswerable else None
