"""What `GET /v1/models` lists."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from server.errors import UnknownModel
from server.model import Caller

# Names of models, with the time (Unix seconds) since which they are known; None: since Lectern was set up.
Named = dict[str, int | None]


class Models:
    """The models of a caller: those that answer, as `answering` names them, and `others`, each with its task. `since`
    gives the time of those that have none of their own; it stays put."""

    def __init__(
        self,
        answering: Callable[[Caller], Awaitable[Named]],
        others: Callable[[Caller], Mapping[str, str]],
        since: Callable[[], int],
    ) -> None:
        self._answering = answering
        self._others = others
        self._since = since

    async def all(self, caller: Caller) -> list[dict[str, Any]]:
        """The objects of all, those that answer first."""
        named = await self._answering(caller)
        beside = await asyncio.to_thread(self._others, caller)
        since = await asyncio.to_thread(self._since)
        found = [_object(name, since if time is None else time, "chat") for name, time in named.items()]
        return [*found, *(_object(name, since, task) for name, task in beside.items() if name not in named)]

    async def one(self, name: str, caller: Caller) -> dict[str, Any]:
        """The object of one. Raises UnknownModel."""
        found = next((one for one in await self.all(caller) if one["id"] == name), None)
        if found is None:
            raise UnknownModel(model=name, param="model")
        return found


def _object(name: str, time: int, task: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": time, "owned_by": "lectern", "task": task}
