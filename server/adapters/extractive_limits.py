"""What the engine without a model cannot do, and would mislead by leaving out."""

from collections.abc import Mapping
from typing import Any, Final

from server.errors import EngineRefused

_FORMATS: Final = ("structured_outputs", "guided_json", "guided_regex", "guided_grammar", "guided_choice")
_ADVICE: Final = "set LECTERN_MODEL or LECTERN_ENGINE_URL to have a model answer"


def refuse(body: Mapping[str, Any]) -> None:
    """Raises EngineRefused for the first field of a request that asks for what quotes cannot be."""
    form = body.get("response_format")
    if isinstance(form, Mapping) and form.get("type") != "text":
        raise _refused("response_format", "quotes have no form but that of the document")
    for field in _FORMATS:
        if body.get(field):
            raise _refused(field, "quotes have no form but that of the document")
    if _is_forced(body.get("tool_choice")):
        raise _refused("tool_choice", "it calls no tools")
    if body.get("logprobs") is not None and body["logprobs"] is not False:
        raise _refused("logprobs", "quotes have no probabilities")
    if body.get("suffix"):
        raise _refused("suffix", "it writes nothing that a text could go on from")
    for number, message in enumerate(body.get("messages") or ()):
        for part in message.get("content") or ():
            if isinstance(part, Mapping) and part.get("type") not in {"text", "refusal"}:
                raise _refused(f"messages[{number}].content", f"it reads text, not {part.get('type')}")
    prompt = body.get("prompt", "")
    if not isinstance(prompt, str) and any(not isinstance(one, str) for one in prompt):
        raise _refused("prompt", "it has no tokens of its own; send text")


def _is_forced(choice: object) -> bool:
    if not isinstance(choice, Mapping):
        return choice == "required"
    allowed = choice.get("allowed_tools")
    return choice.get("type") in {"function", "custom"} or (
        isinstance(allowed, Mapping) and allowed.get("mode") == "required"
    )


def _refused(field: str, why: str) -> EngineRefused:
    return EngineRefused(detail=f"the extractive engine only quotes, and {why}; {_ADVICE}.", param=field)
