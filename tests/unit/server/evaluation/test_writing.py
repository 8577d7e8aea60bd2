"""Questions that a model writes: which passages, and which questions are good enough."""

from collections.abc import Iterator

import pytest

from server.evaluation.writing import Source, fault, sources, spread, written

PASSAGE = "The reading room opens at 11:45 on every weekday but Friday, when it stays shut for the whole morning."


def element(text: str, page: int | None = 1) -> dict[str, object]:
    return {"text": text, "page": page, "kind": "text"}


def test_passages_are_neighbours_of_one_page_and_neither_short_nor_long() -> None:
    found = sources(
        "file-1",
        "a.pdf",
        [element("x" * 150), element("y" * 150), element("z" * 150, 2), *(element("w" * 500, 3) for _ in range(4))],
    )
    assert [(source.page, len(source.text)) for source in found] == [(1, 301), (3, 1001), (3, 1001)]
    titled = [element("x" * 250), {"text": "Next", "page": 1, "kind": "Title"}, element("y" * 250)]
    assert [source.text for source in sources("file-1", "a.pdf", titled)] == ["x" * 250, "Next\n" + "y" * 250]
    assert sources("file-1", "a.pdf", []) == []


def test_every_file_comes_before_any_comes_again() -> None:
    of_files = [[Source(f"file-{n}", "", None, str(m)) for m in range(5)] for n in range(3)]
    chosen = spread(of_files, 1)
    assert {source.file_id for source in chosen[:3]} == {"file-0", "file-1", "file-2"}
    assert len(set(chosen)) == 15
    assert chosen == spread(of_files, 1) != spread(of_files, 2)


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("When can one begin to read there?", "11:45", ""),
        ("When can one begin to read there?", "", "no question with an answer"),
        ("When can one begin to read there?", "12:15", "does not stand in the passage"),
        ("Does it open at 11:45?", "11:45", "gives its answer away"),
        ("According to the passage, when does it open?", "11:45", "speaks of the passage"),
        ("opens on every weekday but Friday, when it stays shut for the whole morning?", "11:45", "copies"),
        ("When " * 100, "11:45", "too long"),
    ],
)
def test_a_question_that_tests_nothing_is_left_out(question: str, answer: str, reason: str) -> None:
    found = fault(question, answer, PASSAGE)
    assert (reason in found) if reason else not found


def test_the_model_is_asked_in_the_language_of_the_passage_and_its_json_is_found() -> None:
    prompts: list[str] = []
    replies: Iterator[str] = iter(
        [
            'Sure! ```json\n{"question": "When can one begin to read there?", "answer": "11:45"}\n```',
            "no JSON {here}",
            '{"question": "When can one begin to read there?", "answer": "11:45"}',
            '{"question": "年假一共几天？", "answer": "15天"}',
        ]
    )

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return next(replies)

    passages = [Source("file-1", "a.pdf", 4, PASSAGE)] * 3 + [Source("file-2", "b.pdf", None, "每年可享受15天年假。")]
    rows = list(written(passages, ask))
    assert [bool(one.row) for one in rows] == [True, False, False, True]
    assert [one.reason for one in rows[1:3]] == ["the model wrote no question with an answer", "it was asked before"]
    first = dict(rows[0].row or {})
    assert first.pop("quote") == PASSAGE
    assert first == {
        "question": "When can one begin to read there?",
        "answers": ["11:45"],
        "file_id": "file-1",
        "filename": "a.pdf",
        "page": 4,
        "lang": "en",
        "checked": False,
    }
    assert prompts[0].startswith("You write questions")
    assert PASSAGE in prompts[0]
    assert prompts[3].startswith("你为测试")
