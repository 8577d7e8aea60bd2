"""The response object as it is shown (https://platform.openai.com/docs/api-reference/responses/object)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from server.chat.responses.request import LOGPROBS, RESULTS, CreateResponse
from server.errors import LecternError
from server.model import Passage

Response = dict[str, Any]
_ECHOED = (
    *("instructions", "max_output_tokens", "max_tool_calls", "previous_response_id", "prompt_cache_key"),
    *("safety_identifier", "temperature", "top_logprobs", "top_p", "user"),
)
# What others see of a response, and of what was found, without a word of how it was asked for.
_PUBLIC = (
    *("id", "object", "created_at", "status", "background", "completed_at", "error", "incomplete_details", "store"),
    *("service_tier", "shared"),
)
_SAID = frozenset({"message", "file_search_call"})
_FOUND = ("found", "grounded", "engine", "withheld")


def new_response(request: CreateResponse, response_id: str, created_at: int, status: str) -> Response:
    """A response of which nothing is said yet."""
    choice = request.tool_choice
    return {
        "id": response_id,
        "object": "response",
        "created_at": created_at,
        "status": status,
        "background": bool(request.background),
        "completed_at": None,
        "conversation": {"id": request.conversation_id} if request.conversation_id else None,
        "error": None,
        "incomplete_details": None,
        "model": request.model,
        "output": [],
        "usage": None,
        **{name: getattr(request, name) for name in _ECHOED},
        "metadata": request.metadata or {},
        "parallel_tool_calls": request.parallel_tool_calls is not False,
        "reasoning": {"effort": None, "summary": None} | _dumped(request.reasoning),
        "service_tier": "default",
        "store": request.kept,
        "own": True,
        "shared": False,
        "feedback": None,
        "text": {"format": {"type": "text"}} | _dumped(request.text),
        "tool_choice": "auto" if choice is None else choice if isinstance(choice, str) else _dumped(choice),
        "tools": [_tool(_dumped(tool)) for tool in request.tools or ()],
        "truncation": request.truncation or "disabled",
    }


def shown(response: Response, include: Collection[str]) -> Response:
    """What a client sees of a response: results and probabilities only where it asks for them."""
    output = [_item(item, include) for item in response["output"]]
    return {**response, "output": output}


def public(response: Response) -> Response:
    """What others see of a response that its owner shared: the answer with its citations and passages. Not told are
    what the owner files it under, the stores by name, what the model was told beside the question or thought, and the
    questions that were searched for: they are made of the conversation before."""
    request = CreateResponse.model_validate({"model": str(response["model"]).partition("@")[0], "input": "?"})
    blank = new_response(request, str(response["id"]), int(response["created_at"]), str(response["status"]))
    told = blank | {name: response[name] for name in _PUBLIC if name in response} | {"own": False}
    told["output"] = [_public_item(item) for item in response["output"] if item["type"] in _SAID]
    if "knowledge" in response:
        told["knowledge"] = {name: value for name, value in response["knowledge"].items() if name in _FOUND}
    return told


def _public_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "queries": []} if item["type"] == "file_search_call" else dict(item)


def result(passage: Passage) -> dict[str, Any]:
    """A passage as a result of the search, with Lectern's further fields."""
    return {
        "file_id": passage.file_id,
        "filename": passage.filename,
        "score": round(passage.score, 4),
        "text": passage.text,
        "attributes": dict(passage.attributes),
        "vector_store_id": passage.store_id,
        "page": passage.page,
        "sheet": passage.sheet,
        "cells": passage.cells,
        "headings": list(passage.headings),
    }


def usage(told: Mapping[str, Any]) -> dict[str, Any]:
    """What an engine says of tokens, in the words of responses."""
    read, written = int(told.get("prompt_tokens") or 0), int(told.get("completion_tokens") or 0)
    return {
        "input_tokens": read,
        "input_tokens_details": {
            "cached_tokens": _detail(told, "prompt_tokens_details", "cached_tokens"),
            "cache_write_tokens": 0,
        },
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": _detail(told, "completion_tokens_details", "reasoning_tokens")},
        "total_tokens": int(told.get("total_tokens") or read + written),
    }


def error_object(error: LecternError) -> dict[str, str]:
    """What became of a response that failed, in OpenAI's few codes."""
    if error.status == 429:
        code = "rate_limit_exceeded"
    elif error.status < 500:
        code = "invalid_prompt"
    else:
        code = "server_error"
    return {"code": code, "message": error.message}


def _item(item: Mapping[str, Any], include: Collection[str]) -> dict[str, Any]:
    if item["type"] == "file_search_call" and RESULTS not in include:
        return {**item, "results": None}
    if item["type"] == "message" and LOGPROBS not in include:
        return {**item, "content": [_without_logprobs(part) for part in item["content"]]}
    return dict(item)


def _without_logprobs(part: Mapping[str, Any]) -> dict[str, Any]:
    return {**part, "logprobs": []} if part["type"] == "output_text" else dict(part)


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    if tool["type"] == "function":
        return {"description": None, "parameters": None, "strict": None} | tool
    return {"filters": None, "max_num_results": None} | tool


def _dumped(part: Any) -> dict[str, Any]:
    return {} if part is None else dict(part.model_dump(exclude_none=True, by_alias=True))


def _detail(told: Mapping[str, Any], group: str, name: str) -> int:
    details: Sequence[Any] | Mapping[str, Any] = told.get(group) or {}
    return int(details.get(name) or 0) if isinstance(details, Mapping) else 0
