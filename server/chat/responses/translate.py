"""Makes of a request for a response the chat request that does the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.chat.responses.request import (
    LOGPROBS,
    AllowedTools,
    ChosenFunction,
    ChosenSearch,
    CreateResponse,
    FileSearch,
    Function,
    JsonObject,
    JsonSchema,
    PlainText,
)
from server.chat.wire import ChatRequest
from server.errors import InvalidRequest

# Whom it is for and what it is called is no business of an engine's.
_PASSED = ("temperature", "top_p", "parallel_tool_calls")


def chat_request(request: CreateResponse, messages: Sequence[Mapping[str, Any]]) -> ChatRequest:
    """The chat request. Raises InvalidRequest."""
    if not messages:
        raise InvalidRequest(detail="there is nothing in the input that could be answered", param="input")
    body: dict[str, Any] = dict(request.model_extra or {})
    body |= {"model": request.model, "messages": list(messages)}
    body |= {"stream": True, "stream_options": {"include_usage": True}}
    body |= {name: getattr(request, name) for name in _PASSED if getattr(request, name) is not None}
    if request.max_output_tokens is not None:
        body["max_completion_tokens"] = request.max_output_tokens
    if LOGPROBS in (request.include or ()):
        body |= {"logprobs": True, "top_logprobs": request.top_logprobs or 0}
    if request.reasoning is not None and request.reasoning.effort is not None:
        body["reasoning_effort"] = request.reasoning.effort
    if request.text is not None and request.text.verbosity is not None:
        body["verbosity"] = request.text.verbosity
    if form := _format(request):
        body["response_format"] = form
    if request.knowledge is not None:
        body["knowledge"] = request.knowledge.model_dump(exclude_none=True)
    return ChatRequest.model_validate(body | _tools(request))


def _tools(request: CreateResponse) -> dict[str, Any]:
    """The tools that may be used, and which of them must. Stores are searched unless no tool may be used: searching
    is not left to the model."""
    tools, choice = list(request.tools or ()), request.tool_choice
    if choice == "none":
        tools = [tool for tool in tools if isinstance(tool, Function)]
    if isinstance(choice, AllowedTools):
        allowed = [(one.get("type"), one.get("name")) for one in choice.tools]
        tools = [tool for tool in tools if (tool.type, getattr(tool, "name", None)) in allowed]
        choice = choice.mode
    searches = [tool for tool in tools if isinstance(tool, FileSearch)]
    functions = [tool for tool in tools if isinstance(tool, Function)]
    if isinstance(choice, ChosenFunction) and choice.name not in {tool.name for tool in functions}:
        raise InvalidRequest(detail=f"there is no tool named {choice.name!r}", param="tool_choice")
    if isinstance(choice, ChosenSearch) and not searches:
        raise InvalidRequest(detail="there is no tool of the type file_search", param="tool_choice")
    found: dict[str, Any] = {}
    if tools:
        found["tools"] = [
            *(tool.model_dump(exclude_none=True) for tool in searches),
            *({"type": "function", "function": _function(tool)} for tool in functions),
        ]
    if not functions:
        return found
    if isinstance(choice, ChosenFunction):
        found["tool_choice"] = {"type": "function", "function": {"name": choice.name}}
    elif choice == "none" or (choice == "required" and not searches):
        found["tool_choice"] = choice
    return found


def _function(tool: Function) -> dict[str, Any]:
    return tool.model_dump(exclude={"type"}, exclude_none=True)


def _format(request: CreateResponse) -> dict[str, Any] | None:
    form = request.text.format if request.text else None
    match form:
        case None | PlainText():
            return None
        case JsonObject():
            return {"type": "json_object"}
        case JsonSchema():
            schema = form.model_dump(exclude={"type"}, exclude_none=True, by_alias=True)
            return {"type": "json_schema", "json_schema": schema}
