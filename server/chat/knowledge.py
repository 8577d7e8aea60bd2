"""Which vector stores a chat request wants searched: MODEL@STORE, the `file_search` tool, or the field `knowledge`."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from server.chat.sampling import Knowledge
from server.chat.wire import ChatRequest
from server.errors import InvalidRequest


def chosen(request: ChatRequest, store: str | None) -> tuple[Knowledge | None, list[dict[str, Any]]]:
    """Which stores to search, named in one of three ways, and the tools that are left for the engine."""
    asked = [Knowledge.model_validate({"vector_store_ids": [store]})] if store else []
    tools = []
    for given in request.tools or []:
        tool = given.model_dump(exclude_unset=True)
        if tool.get("type") != "file_search":
            tools.append(tool)
            continue
        ranking = tool.get("ranking_options") or {}
        wish = {name: tool.get(name) for name in ("vector_store_ids", "max_num_results", "filters")}
        try:
            asked.append(Knowledge.model_validate(wish | {"score_threshold": ranking.get("score_threshold")}))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InvalidRequest(detail=f"file_search: {where}: {first['msg']}", param="tools") from None
    if request.knowledge is not None:
        asked.append(request.knowledge)
    if not asked:
        return None, tools
    last = asked[-1]
    stores = [store_id for one in asked for store_id in one.vector_store_ids]
    return last.model_copy(update={"vector_store_ids": list(dict.fromkeys(stores))}), tools


def parted(name: str, models: Sequence[str]) -> tuple[str, str | None]:
    """The model and the store of MODEL@STORE. A model's own name may hold an @: the longest one that fits wins."""
    if name in models:
        return name, None
    for known in sorted(models, key=len, reverse=True):
        if name.startswith(f"{known}@"):
            return known, name[len(known) + 1 :]
    model, at, store = name.partition("@")
    return model, store if at else None
