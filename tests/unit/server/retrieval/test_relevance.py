"""The relevance of passages."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from server.model import Passage
from server.retrieval.candidate import Candidate
from server.retrieval.relevance import evidence, judged

PASSAGE = Passage("a", "vs", "file", "a.md", "The lamp HL-70 costs 1,245 euros.", 0.0)
MIDDLING = Candidate(PASSAGE, 0.5, near=0.4, trust=0.6, share=0.4, coverage=0.4, runs=0.1, asked=4.0)


def scores(*candidates: Candidate, question: str = "What does it cost?") -> list[float]:
    return [one.passage.score for one in judged(question, candidates)]


def test_scores_lie_between_zero_and_one_and_never_rise_along_the_list() -> None:
    shares = [0.0, 0.9, 0.2, 1.4, 0.3, 0.1, 7.0, 0.0]
    ranked = [Candidate(PASSAGE, 9 - place, share=share, coverage=min(1, share)) for place, share in enumerate(shares)]
    judgement = judged("?", ranked)
    assert [one.worth for one in judgement] == [one.worth for one in ranked]
    told = [one.passage.score for one in judgement]
    assert told == sorted(told, reverse=True)
    assert 0 < min(told) < max(told) < 1
    assert judged("?", []) == []


MORE: dict[str, Callable[[float], Candidate]] = {
    "near": lambda step: replace(MIDDLING, near=step),
    "trust": lambda step: replace(MIDDLING, trust=max(0.0, step)),
    "share": lambda step: replace(MIDDLING, share=max(0.0, step)),
    "coverage": lambda step: replace(MIDDLING, coverage=max(0.0, step)),
    "runs": lambda step: replace(MIDDLING, runs=max(0.0, step)),
    "asked": lambda step: replace(MIDDLING, asked=max(0.0, step)),
}


@pytest.mark.parametrize("field", MORE)
def test_more_evidence_never_makes_a_passage_less_relevant(field: str) -> None:
    told = [scores(MORE[field](step / 10))[0] for step in range(-20, 41)]
    assert told == sorted(told)
    assert told[0] < told[-1]


def test_a_question_of_common_words_alone_is_not_answered_by_what_holds_them() -> None:
    held = Candidate(PASSAGE, 1.0, near=0.3, trust=0.6, share=1.0, coverage=1.0)
    assert scores(replace(held, asked=0.3))[0] < scores(replace(held, asked=5.0))[0]


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("What does the lamp cost?", 1.0),
        ("Does the HL-70 cost 1245 euros?", 1.0),
        ("Does the HL-70 cost １２４５ euros?", 1.0),
        ("What does the HL-71 cost?", 0.0),
        ("HL-70还是HL-71？", 0.5),
    ],
)
def test_the_numbers_of_the_question_are_looked_for_in_the_passage(question: str, share: float) -> None:
    assert evidence(question, MIDDLING).numbers == share


def test_a_passage_without_the_part_that_is_asked_for_is_less_relevant() -> None:
    assert scores(MIDDLING, question="What does the HL-71 cost?") < scores(
        MIDDLING, question="What does the HL-70 cost?"
    )


@pytest.mark.parametrize(
    ("question", "known"),
    [
        ("What does error E-27 of the QM-7 mean?", True),
        ("What does error E27 of the QM7 mean?", True),
        ("QM-7的E-27是什么意思？", True),
        ("What does error E-99 of the QM-7 mean?", False),
        ("What does error E-2 of the QM-7 mean?", False),
        ("QM-7的E-99是什么意思？", False),
        ("Ｅ－９９ of the QM-7?", False),
        ("Was it better in Q3, at 20 degrees in 2019?", True),
        ("Was it in the top-10 of FY2019, on 12-MAR-2019 or Mar-2020?", True),
    ],
)
def test_what_nothing_has_heard_of_is_not_answered_from_its_neighbours(question: str, known: bool) -> None:
    full = replace(MIDDLING, near=0.7, share=0.95, coverage=0.65)
    texts = ["The shutter is stuck: E-27.", "The meter QM 7."]
    found = [replace(full, passage=replace(PASSAGE, text=text)) for text in texts]
    assert (scores(*found, question=question)[0] > 0.25) is known


def test_a_reranker_bears_witness_too() -> None:
    sure, doubting = (replace(MIDDLING, passage=replace(PASSAGE, rerank=score)) for score in (0.99, 0.01))
    assert scores(doubting) < scores(MIDDLING)
    assert scores(MIDDLING) < scores(sure)
    assert scores(replace(MIDDLING, passage=replace(PASSAGE, rerank=0.5))) == pytest.approx(scores(MIDDLING))
    wordless = [Candidate(replace(PASSAGE, rerank=score), 0.0) for score in (0.999, 1.0)]
    assert scores(wordless[0]) == scores(wordless[1]), "it is not believed without end"
    assert scores(wordless[0])[0] < 0.9


def test_what_a_reranker_was_not_shown_does_not_lift_what_it_doubts() -> None:
    doubted = replace(MIDDLING, passage=replace(PASSAGE, rerank=0.001))
    unseen = replace(MIDDLING, coverage=1.0, share=1.5)
    assert scores(doubted, unseen)[0] == scores(doubted)[0]
