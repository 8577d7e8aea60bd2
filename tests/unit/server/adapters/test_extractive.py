from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters.extractive import ExtractiveEngine
from server.adapters.quotes import MOST_QUOTES, choose_quotes
from server.chat.citations import cite
from server.chat.markers import Markers
from server.chat.support import Support
from server.errors import EngineRefused
from server.model import Citation, Passage, Prompt

POLICY = (
    "This policy applies to all employees. A hotel night is refunded up to 140 EUR in Berlin. Receipts are sent to "
    "accounting within 30 days. Exceptions need the approval of Mara Lind."
)
TABLE = (
    "Item: Laptop | Limit: 1,200 EUR | Approver: Team lead\nItem: Monitor | Limit: 300 EUR | Approver: Team lead\n"
    "Item: Desk | Limit: 450 EUR | Approver: Facility"
)
SERVERS = (
    "服务器清单\n邮件服务器于2021年5月3日投入使用，由李明负责。文件服务器于2019年8月12日投入使用。备份每晚两点开始。"
)
LEAVE = "工龄满10年的员工每年享有16天年假。当年未休完的年假最多可以结转5天。"


def passages(*texts: str, **fields: Any) -> tuple[Passage, ...]:
    return tuple(
        Passage(id=str(n), store_id="s", file_id=f"f{n}", filename=f"{n}.docx", text=text, score=0.8, **fields)
        for n, text in enumerate(texts, 1)
    )


def ask(question: str, *texts: str, language: str = "en", **body: Any) -> Prompt:
    asked = {"model": "extractive", "messages": [{"role": "user", "content": question}], **body}
    return Prompt(asked, question, passages(*texts), language)


async def answer(prompt: Prompt) -> str:
    whole = await ExtractiveEngine().complete(prompt)
    return str(whole["choices"][0]["message"]["content"])


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("How much is refunded for a hotel in Berlin?", "A hotel night is refunded up to 140 EUR in Berlin. [1]"),
        ("Who must approve exceptions?", "Exceptions need the approval of Mara Lind. [1]"),
        ("When do receipts have to be sent?", "Receipts are sent to accounting within 30 days. [1]"),
        ("What is the limit for a monitor?", "Item: Monitor | Limit: 300 EUR | Approver: Team lead [2]"),
        ("limit laptops", "Item: Laptop | Limit: 1,200 EUR | Approver: Team lead [2]"),
    ],
)
async def test_it_quotes_the_sentence_or_row_that_answers(question: str, quote: str) -> None:
    assert await answer(ask(question, POLICY, TABLE)) == quote


@pytest.mark.parametrize(
    ("question", "fact", "marker"),
    [
        ("邮件服务器什么时候投入使用？", "2021年5月3日", "[1]"),
        ("谁负责邮件服务器？", "由李明负责", "[1]"),
        ("备份几点开始？", "备份每晚两点开始", "[1]"),
        ("未休完的年假可以结转几天？", "最多可以结转5天", "[2]"),
        ("工龄10年有多少天年假？", "16天", "[2]"),
    ],
)
async def test_it_quotes_chinese(question: str, fact: str, marker: str) -> None:
    said = await answer(ask(question, SERVERS, LEAVE, language="zh"))
    assert fact in said.split("[")[0]
    assert said.endswith(marker)


async def test_the_heading_tells_which_of_two_like_sentences_is_meant() -> None:
    first = passages("The warranty is 12 months.", headings=("Model QM-5",))
    second = passages("The warranty is 30 months.", headings=("Model QM-7",))
    assert (
        choose_quotes("How long is the warranty of the QM-7?", first + second)[0].text == "The warranty is 30 months."
    )


async def test_a_question_that_needs_two_places_gets_both() -> None:
    texts = ("Anna Roth leads the Oslo office.", "Per Dahl leads the Ghent office.", "Lunch is at noon.")
    said = await answer(ask("Who leads the offices in Oslo and Ghent?", *texts))
    assert "[1]" in said
    assert "[2]" in said
    assert "[3]" not in said


def cited(said: str, prompt: Prompt) -> list[Citation]:
    """The citations that are left once their support is checked."""
    markers = Markers([one.text for one in prompt.passages], Support(prompt.passages, prompt.question))
    markers.feed(said, end=True)
    return cite(markers.kept, prompt.passages)


async def test_each_quote_is_cited_where_it_stands() -> None:
    prompt = ask("What is the limit for a monitor?", POLICY, TABLE)
    (citation,) = cited(await answer(prompt), prompt)
    assert citation.passage.id == "2"
    assert citation.quote == TABLE.splitlines()[1]


async def test_brackets_in_a_quote_do_not_become_citations() -> None:
    prompt = ask("What did the survey find?", "Nothing else.", "The survey [1] found rust, see [2, 3] and【4】.")
    said = await answer(prompt)
    assert [citation.marker for citation in cited(said, prompt)] == [2]
    assert "survey (1) found rust" in said


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=400), max_size=4))
def test_it_never_says_what_does_not_stand_there(question: str, texts: list[str]) -> None:
    quotes = choose_quotes(question, passages(*texts))
    assert len(quotes) <= MOST_QUOTES
    assert bool(quotes) == any(text.strip() for text in texts)
    for quote in quotes:
        plain = quote.text.removesuffix(" …").translate(str.maketrans("()【】", "[][]"))
        assert plain in texts[quote.number - 1].translate(str.maketrans("()【】", "[][]"))


def test_one_endless_sentence_is_shortened() -> None:
    (quote,) = choose_quotes("What is word 7?", passages(" ".join(f"word {n}" for n in range(50_000))))
    assert len(quote.text) < 700
    assert quote.text.endswith("…")


@pytest.mark.parametrize(("language", "told"), [("en", "No language model"), ("zh", "尚未配置语言模型"), ("xx", "No ")])
async def test_without_passages_it_tells_how_to_set_a_model(language: str, told: str) -> None:
    said = await answer(ask("Tell me a joke", language=language))
    assert said.startswith(told)
    assert "LECTERN_MODEL" in said


@pytest.mark.parametrize("stop", ["140", ["nothing", "140"]])
async def test_a_stop_text_ends_the_answer(stop: object) -> None:
    said = await answer(ask("How much is refunded for a hotel in Berlin?", POLICY, stop=stop))
    assert said == "A hotel night is refunded up to "


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
async def test_a_token_limit_ends_the_answer(field: str) -> None:
    limit: dict[str, Any] = {field: 6}
    whole = await ExtractiveEngine().complete(ask("How much for a hotel in Berlin?", POLICY, **limit))
    choice = whole["choices"][0]
    assert choice["finish_reason"] == "length"
    assert POLICY.find(choice["message"]["content"]) >= 0
    assert whole["usage"]["completion_tokens"] <= 6


async def test_as_many_choices_as_asked_for() -> None:
    prompt = ask("How much for a hotel in Berlin?", POLICY, n=3)
    whole = await ExtractiveEngine().complete(prompt)
    assert [choice["index"] for choice in whole["choices"]] == [0, 1, 2]
    said = {0: "", 1: "", 2: ""}
    async with aclosing(await ExtractiveEngine().stream(prompt)) as stream:
        async for event in stream:
            choice = orjson.loads(event[6:])["choices"][0]
            said[choice["index"]] += choice["delta"].get("content", "")
    assert set(said.values()) == {whole["choices"][0]["message"]["content"]}


@pytest.mark.parametrize(
    "fields", [{"n": "x"}, {"n": 10**9}, {"stop": 5}, {"max_tokens": "many"}, {"stop": ["", None]}]
)
async def test_odd_fields_do_no_harm(fields: dict[str, Any]) -> None:
    whole = await ExtractiveEngine().complete(ask("How much for a hotel in Berlin?", POLICY, **fields))
    assert whole["choices"][0]["message"]["content"].endswith("[1]")


IMAGE = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]}]


@pytest.mark.parametrize(
    ("param", "fields"),
    [
        ("response_format", {"response_format": {"type": "json_object"}}),
        ("guided_json", {"guided_json": {"type": "object"}}),
        ("tool_choice", {"tool_choice": "required"}),
        ("tool_choice", {"tool_choice": {"type": "function", "function": {"name": "f"}}}),
        ("tool_choice", {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required"}}}),
        ("logprobs", {"logprobs": True}),
        ("messages[0].content", {"messages": IMAGE}),
        ("suffix", {"prompt": "a", "suffix": "b"}),
        ("logprobs", {"prompt": "a", "logprobs": 0}),
        ("prompt", {"prompt": [1, 2]}),
        ("prompt", {"prompt": [[1], [2]]}),
    ],
)
async def test_what_quotes_cannot_be_is_refused_by_name(param: str, fields: dict[str, Any]) -> None:
    for ask_engine in (ExtractiveEngine().complete, ExtractiveEngine().stream):
        with pytest.raises(EngineRefused) as caught:
            await ask_engine(ask("How much for a hotel in Berlin?", POLICY, **fields))
        assert caught.value.param == param
        assert "LECTERN_MODEL" in caught.value.message


@pytest.mark.parametrize(
    "fields",
    [
        {"response_format": {"type": "text"}},
        {"tool_choice": "auto"},
        {"tool_choice": "none"},
        {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto"}}},
        {"logprobs": False, "temperature": 1.5, "seed": 7},
    ],
)
async def test_what_misleads_nobody_is_taken(fields: dict[str, Any]) -> None:
    assert (await answer(ask("How much for a hotel in Berlin?", POLICY, **fields))).endswith("[1]")


async def test_the_answer_comes_in_small_pieces() -> None:
    async with aclosing(await ExtractiveEngine().stream(ask("hotel Berlin", POLICY))) as stream:
        deltas = [orjson.loads(event[6:])["choices"][0]["delta"] async for event in stream]
    pieces = [delta["content"] for delta in deltas if delta.get("content")]
    assert len(pieces) > 3
    assert all(len(piece.split()) <= 3 for piece in pieces)


@pytest.mark.parametrize(
    ("confidence", "language", "note"),
    [(0.97, "en", ""), (0.6, "en", " (scan, may be misread)"), (0.6, "zh", "（扫描件，可能有误）")],
)
async def test_a_quote_that_may_be_misread_says_so(confidence: float, language: str, note: str) -> None:
    prompt = ask("Who must approve exceptions?", POLICY, language=language)
    scanned = tuple(replace(passage, confidence=confidence) for passage in prompt.passages)

    said = await answer(replace(prompt, passages=scanned))

    assert said == f"Exceptions need the approval of Mara Lind.{note} [1]"
