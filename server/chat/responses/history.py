"""What was said before a response: by the response it follows, and by items that the request refers to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.chat.responses.conversation import Attached
from server.chat.responses.items import Stored, files_of, response_of
from server.chat.responses.keep import Keep, Kept
from server.chat.responses.views import Views
from server.errors import InvalidRequest, UnknownResponse
from server.model import Caller, Role
from server.ports import Rights

_MOST_TURNS: Final = 1000
_UNDER_WAY: Final = {"queued", "in_progress"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a request means: the items of the whole conversation, the files they bring along by id, and the (store,
    file) of the documents behind what was said before."""

    items: Sequence[Stored]
    files: Mapping[str, Attached]
    documents: Sequence[tuple[str, str]]


class History:
    """Reads conversations with a caller's eyes. `text_of` gives the name and the text of a file."""

    def __init__(self, keep: Keep, views: Views, rights: Rights, text_of: Callable[[str], tuple[str, str]]) -> None:
        self._keep = keep
        self._views = views
        self._rights = rights
        self._text_of = text_of

    def context(self, items: Sequence[Stored], previous_id: str | None, caller: Caller) -> Context:
        """The conversation that ends with the items of a request.

        Raises:
            UnknownResponse, UnknownFile: the request names what there is not, or not for the caller.
            InvalidRequest: it refers to an item there is not, to a response under way, or to a file that cannot be
                read.
        """
        own_files = list(dict.fromkeys(self._named(items)))
        self._rights.of_files(caller, own_files, Role.READER, "input")
        before = self._before(previous_id, caller)
        said = [item for kept in before for item in (*kept.items, *kept.response["output"]) if not _broken(item)]
        found, referred = self.resolved([*said, *items], caller)
        files = {file_id: Attached(*self._text_of(file_id)) for file_id in own_files}
        for file_id in dict.fromkeys(files_of(found)):
            if file_id not in files and self._views.may_read([file_id], caller):
                files[file_id] = Attached(*self._text_of(file_id))
        documents = [document for kept in (*before, *referred) for document in kept.documents]
        documents += [("", file_id) for file_id in files]
        return Context(found, files, list(dict.fromkeys(documents)))

    def resolved(self, items: Sequence[Stored], caller: Caller) -> tuple[list[Stored], list[Kept]]:
        """The items with those in the places of references that these refer to, and the responses they are of. Raises
        InvalidRequest."""
        found: list[Stored] = []
        responses: dict[str, Kept] = {}
        for item in items:
            if item["type"] != "item_reference":
                found.append(item)
                continue
            response = self._response_of(item["id"], responses, caller)
            known: list[Stored] = [*response.items, *response.response["output"]] if response else []
            meant = [one for one in known if one["id"] == item["id"]]
            if not meant:
                raise InvalidRequest(detail=f"there is no item {item['id']!r} of yours", param="input")
            found += meant
        return found, list(responses.values())

    def _named(self, items: Sequence[Stored]) -> Sequence[str]:
        for item in items:
            for part in item["content"] if item["type"] == "message" else ():
                if part["type"] == "input_file" and not part.get("file_id"):
                    detail = "a file is read by its file_id; upload it by POST /v1/files first"
                    raise InvalidRequest(detail=detail, param="input")
        return list(files_of(items))

    def _before(self, response_id: str | None, caller: Caller) -> list[Kept]:
        """The responses before, oldest first. Of a chain whose older part has gone, the newer is what is left."""
        chain: list[Kept] = []
        while response_id is not None and len(chain) < _MOST_TURNS:
            try:
                kept = self._keep.get(response_id, caller)
            except UnknownResponse:
                if chain:
                    break
                raise UnknownResponse(response=response_id, param="previous_response_id") from None
            if kept.status in _UNDER_WAY:
                detail = f"{response_id} is not answered yet"
                raise InvalidRequest(detail=detail, param="previous_response_id")
            chain.append(self._views.of(kept, caller))
            response_id = kept.response["previous_response_id"]
        return chain[::-1]

    def _response_of(self, item_id: str, known: dict[str, Kept], caller: Caller) -> Kept | None:
        response_id = response_of(item_id)
        if response_id is None:
            return None
        if response_id not in known:
            try:
                known[response_id] = self._views.of(self._keep.get(response_id, caller), caller)
            except UnknownResponse:
                return None
        return known[response_id]


def _broken(item: Stored) -> bool:
    """Whether it is a call that broke off: nobody can answer it."""
    return bool(item["type"] == "function_call" and item["status"] != "completed")
