"""`lectern eval`: reading question sets, counting, and a small set asked in earnest."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from server.adapters.minilm import MiniLm
from server.errors import InvalidRequest
from server.evaluation import evaluate, figures, load_contexts, load_questions

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
QUESTIONS = [
    {"id": "1", "question": "What may a hotel in Zurich cost?", "answers": ["210"], "context_id": "c1", "lang": "en"},
    {"id": "2", "question": "What is paid per kilometre?", "answers": ["0.38"], "context_id": "c2", "lang": "en"},
    {"id": "3", "question": "年假有多少天？", "answers": ["15天"], "context_id": "c3", "lang": "zh"},
    {"id": "4", "question": "  ", "answers": [], "context_id": "c3", "lang": "zh"},
]


def _write(path: Path, rows: list[Any]) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n\n")
    return path


def test_figures_are_counted_by_rank() -> None:
    found = figures([1, 2, None, 10], [0.010, 0.020, 0.030, 0.040])
    assert found.recall == {1: 0.25, 3: 0.5, 5: 0.5, 10: 0.75}
    assert found.mrr == pytest.approx((1 + 0.5 + 0.1) / 4)
    assert found.ndcg == pytest.approx((1 + 1 / math.log2(3) + 1 / math.log2(11)) / 4)
    assert found.p50_ms == pytest.approx(25)
    assert found.as_dict()["recall@10"] == 0.75


def test_a_set_is_indexed_and_asked(tmp_path: Path) -> None:
    said: list[str] = []
    result = evaluate(
        _write(tmp_path / "contexts.jsonl", CONTEXTS),
        _write(tmp_path / "questions.jsonl", QUESTIONS),
        MiniLm(tmp_path / "embedder", threads=1),
        tmp_path / "scratch",
        said.append,
    )
    assert result.overall.questions == 3
    assert result.overall.recall[1] == 1
    assert (result.contexts, result.skipped) == (4, 1)
    assert result.chunks > 4
    assert {language: found.questions for language, found in result.languages.items()} == {"en": 2, "zh": 1}
    assert json.loads(json.dumps(result.as_dict()))["languages"]["zh"]["recall@1"] == 1
    assert "recall@1" in result.as_table()
    assert said[0] == "indexing context 1 of 4"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "c.jsonl line 2 is not JSON"),
        ("[1]", "c.jsonl line 2 is not a JSON object"),
        ({"context_id": "c9"}, "line 2: the field 'text' is missing"),
        ({"text": "t"}, "line 2: the field 'context_id' is missing"),
        ({"context_id": 7, "text": "t"}, "line 2: the field 'context_id' is not a text"),
        ({"context_id": "c9", "text": " "}, "line 2: the field 'text' is empty"),
        (CONTEXTS[0], "line 2: the context_id 'c1' was used before"),
    ],
)
def test_a_wrong_line_of_contexts_is_named(tmp_path: Path, line: object, reason: str) -> None:
    path = _write(tmp_path / "c.jsonl", [CONTEXTS[0], line])
    with pytest.raises(InvalidRequest) as raised:
        load_contexts(path)
    assert reason in raised.value.message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"context_id": "c1"}, "line 1: the field 'question' is missing"),
        ({"context_id": "c7", "question": "Who?"}, "line 1: there is no context 'c7'"),
        (b"\xff\xfe".decode("latin-1"), "line 1 is not JSON"),
    ],
)
def test_a_wrong_line_of_questions_is_named(tmp_path: Path, line: object, reason: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        load_questions(_write(tmp_path / "q.jsonl", [line]), {"c1"})
    assert reason in raised.value.message


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"q\.jsonl is empty"):
        load_questions(_write(tmp_path / "q.jsonl", []), set())
