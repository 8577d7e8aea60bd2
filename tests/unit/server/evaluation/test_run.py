"""`lectern eval`: a small set asked in earnest, with baselines, a second configuration and unanswerable questions."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.errors import InvalidRequest, WrongSetting
from server.evaluation.result import EvalResult
from server.evaluation.run import changed, evaluate
from server.evaluation.sets import Shape, load
from server.settings import Settings

CONTEXTS = [
    {"context_id": "c1", "title": "Travel", "text": "A hotel in Zurich may cost up to 210 francs a night."},
    {
        "context_id": "c2",
        "title": "Travel",
        "text": "The company pays 0.38 euros per kilometre.\n\nTaxis are not paid.",
    },
    {"context_id": "c3", "text": "工龄满10年的员工每年可享受15天年假。"},
    {"context_id": "c4", "title": "Long", "text": " ".join(f"Part {n} has the number {n * 7}." for n in range(300))},
]
QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "question": "What may a hotel in Zurich cost?", "answers": ["210"], "context_id": "c1", "lang": "en"},
    {"id": "2", "question": "What is paid per kilometre?", "answers": ["0.38"], "context_id": "c2", "lang": "en"},
    {"id": "3", "question": "年假有多少天？", "answers": ["15天"], "context_id": "c3", "lang": "zh"},
    {"id": "4", "question": "  ", "answers": [], "context_id": "c3", "lang": "zh"},
    {"id": "5", "question": "Who painted the ceiling of the chapel?", "context_id": None, "lang": "en"},
]


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    return path


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory, said: list[str]) -> EvalResult:
    folder = tmp_path_factory.mktemp("eval")
    asked = load(write(folder / "c.jsonl", CONTEXTS), write(folder / "q.jsonl", QUESTIONS), Shape())
    settings = Settings.read(data=folder / "data", embedder_threads=1, embedder_url="", reranker="")
    return evaluate(asked, settings, folder / "scratch", said.append, others=True, changes=["min_score=0.9"])


def test_a_set_is_indexed_and_asked(result: EvalResult, said: list[str]) -> None:
    told = json.loads(json.dumps(result.as_dict()))
    assert (told["contexts"], told["skipped"], told["questions"]) == (4, 1, 3)
    assert told["chunks"] > 4
    assert told["recall@1"] == 1
    assert told["intervals"]["recall@1"] == [1, 1]
    assert told["p95_ms"] >= told["p50_ms"] > 0
    assert {language: found["questions"] for language, found in told["languages"].items()} == {"en": 2, "zh": 1}
    assert said[0] == "indexing document 1 of 4"


def test_baselines_answer_the_same_questions(result: EvalResult) -> None:
    told = result.as_dict()
    assert [name.partition(" (")[0] for name in told["baselines"]] == ["dense", "BM25", "RRF", "weighted sum"]
    assert all(found["questions"] == 3 for found in told["baselines"].values())
    assert told["baselines"]["BM25"]["recall@1"] == 1
    assert "error against the best row" in result.as_table()


def test_a_second_configuration_is_compared_question_by_question(result: EvalResult) -> None:
    second = result.as_dict()["against"]
    assert second["settings"] == "min_score=0.9"
    assert (second["difference"]["won"], second["difference"]["lost"]) == (0, 0)
    assert "min_score=0.9: recall@1 +0.0000" in result.as_table()


def test_unanswerable_questions_are_counted_as_refused_and_not_as_missed(result: EvalResult) -> None:
    refusal = result.as_dict()["refusal"]
    assert refusal["auc"] == 1
    assert refusal["refused"] == 1
    assert "1 unanswerable questions" in result.as_table()


def test_only_settings_there_are_can_be_changed() -> None:
    settings = Settings.read()
    assert changed(settings, ["LECTERN_MIN_SCORE=0.2", "passages=3"]).min_score == 0.2
    for change in ("min_score", "nonsense=1", "data=/tmp"):
        with pytest.raises(InvalidRequest, match="NAME=VALUE"):
            changed(settings, [change])
    with pytest.raises(WrongSetting, match="LECTERN_MIN_SCORE"):
        changed(settings, ["min_score=seven"])
