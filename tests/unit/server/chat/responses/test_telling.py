"""Whatever an engine sends, the events are in the documented order and add up to the response."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.chat.responses.request import CreateResponse
from server.chat.responses.shape import new_response
from server.chat.responses.telling import Telling
from server.errors import EngineLost
from tests.response_events import heard

LOGPROB = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
CITATION = {"type": "file_citation", "index": 0, "file_id": "file-1", "filename": "a.md", "page": 2}
PIECES = st.text(max_size=4)
DELTAS = st.one_of(
    st.builds(lambda text: {"content": text}, PIECES),
    st.builds(lambda text: {"refusal": text}, PIECES),
    st.builds(lambda text: {"reasoning_content": text}, PIECES),
    st.just({"role": "assistant", "content": None, "tool_calls": None}),
    st.just({"annotations": [CITATION, CITATION]}),
    st.builds(
        lambda index, text, named: {
            "tool_calls": [
                {"index": index, "function": {"arguments": text} | ({"name": "f"} if named else {})}
                | ({"id": f"call_{index}"} if named else {})
            ]
        },
        st.integers(0, 2),
        PIECES,
        st.booleans(),
    ),
)
CHUNKS = st.lists(st.tuples(DELTAS, st.booleans()), max_size=12)


def telling(*include: str, **fields: Any) -> Telling:
    request = CreateResponse.model_validate({"model": "m", "input": "x"} | fields)
    return Telling(new_response(request, "resp_1", 5, "in_progress"), include)


def chunk(delta: Any, finish: str | None = None, *, probable: bool = False) -> dict[str, Any]:
    logprobs = {"content": [LOGPROB]} if probable else None
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": logprobs}]}


@settings(deadline=None, max_examples=60)
@given(CHUNKS, st.sampled_from(["stop", "length", "tool_calls", "content_filter"]), st.booleans())
def test_a_response_that_ends(chunks: list[tuple[Any, bool]], finish: str, searches: bool) -> None:
    one = telling("message.output_text.logprobs")
    events = list(one.begin())
    if searches:
        events += one.searched(["q"], [{"file_id": "file-1", "text": "t"}])
    for delta, probable in chunks:
        events += one.told(chunk(delta, probable=probable))
    events += one.told(chunk({}, finish))
    events += one.told({"choices": [], "usage": {"prompt_tokens": 2, "completion_tokens": 3}})
    events += one.end()
    response = heard(events)
    said = "".join(delta.get("content") or "" for delta, _ in chunks)
    assert response.output_text == said
    assert response.usage is not None
    assert response.usage.total_tokens == 5
    assert response.status == ("incomplete" if finish in {"length", "content_filter"} else "completed")


@settings(deadline=None, max_examples=60)
@given(CHUNKS)
def test_a_response_that_breaks_off(chunks: list[tuple[Any, bool]]) -> None:
    one = telling()
    events = list(one.begin())
    for delta, probable in chunks:
        events += one.told(chunk(delta, probable=probable))
    events += one.failed(EngineLost(detail="gone"))
    response = heard(events)
    assert all(item.status == "incomplete" for item in response.output)  # type: ignore[union-attr]
    assert response.output_text == "".join(delta.get("content") or "" for delta, _ in chunks)


def test_other_choices_than_the_first_are_not_told() -> None:
    one = telling()
    events = [*one.begin()]
    for index in (0, 1):
        told = chunk({"content": str(index)})
        told["choices"][0]["index"] = index
        events += one.told(told)
    assert heard([*events, *one.end()]).output_text == "0"


def test_results_and_probabilities_are_told_only_where_they_are_asked_for() -> None:
    one = telling()
    events = [*one.begin(), *one.searched(["q"], [{"file_id": "file-1", "text": "SECRET"}])]
    events += [*one.told(chunk({"content": "a"}, "stop", probable=True)), *one.end()]
    assert "SECRET" not in str(events)
    assert one.response["output"][0]["results"][0]["text"] == "SECRET"
