"""What was said before a response: by the response it follows, and by items that the request refers to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.chat.responses.conversation import Attached
from server.chat.responses.items import Stored, files_of, length_of, pictures_of, response_of
from server.chat.responses.keep import Keep, Kept
from server.chat.responses.views import Views
from server.errors import InvalidRequest, UnknownResponse
from server.model import Caller, Role
from server.ports import Rights

_MOST_TURNS: Final = 1000
_MOST_REFERENCES: Final = 1000
_MOST_FILES: Final = 20
_MOST_PICTURE_CHARS: Final = 50_000_000
_UNDER_WAY: Final = {"queued", "in_progress"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a request means: the items of the whole conversation, the files they bring along by id, and the (store,
    file) of the documents behind what was said before."""

    items: Sequence[Stored]
    files: Mapping[str, Attached]
    documents: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a conversation is read: `chars` of what was said before, and as many of the items referred to and the
    files. `shortens`: the oldest turns may be left out; else a longer conversation is refused."""

    chars: int
    shortens: bool


class History:
    """Reads conversations with a caller's eyes. `text_of` gives the name and the text of a file."""

    def __init__(self, keep: Keep, views: Views, rights: Rights, text_of: Callable[[str], tuple[str, str]]) -> None:
        self._keep = keep
        self._views = views
        self._rights = rights
        self._text_of = text_of

    def context(self, items: Sequence[Stored], previous_id: str | None, caller: Caller, bounds: Bounds) -> Context:
        """The conversation that ends with the items of a request.

        Raises:
            UnknownResponse, UnknownFile: the request names what there is not, or not for the caller.
            InvalidRequest: it refers to an item there is not or twice to the same, to a response under way, to a file
                that cannot be read, or to more than `bounds` allow.
        """
        own_files = self.files_of(items, caller)
        _check_references(items)
        before = self._before(previous_id, caller, bounds)
        said = [item for kept in before for item in (*kept.items, *kept.response["output"]) if not _broken(item)]
        found, referred = self._resolved([*said, *items], caller)
        brought = sum(map(length_of, found)) - sum(map(length_of, [*said, *items]))
        if brought > bounds.chars:
            raise _too_long()
        if sum(pictures_of(item) for item in found) > _MOST_PICTURE_CHARS:
            raise InvalidRequest(detail="the pictures of the conversation are too large together", param="input")
        files = self._files(found, own_files, caller, bounds.chars - brought)
        documents = [document for kept in before for document in kept.documents]
        documents += [*referred, *(("", file_id) for file_id in files)]
        return Context(found, files, list(dict.fromkeys(documents)))

    def referred(self, ids: Sequence[str], caller: Caller) -> tuple[dict[str, Stored], list[tuple[str, str]]]:
        """The items with these ids, as far as they are there for the caller, and the documents behind their responses.
        Each response is opened once, and one at a time: they may be large."""
        wanted: dict[str, set[str]] = {}
        for item_id in ids:
            if (response_id := response_of(item_id)) is not None:
                wanted.setdefault(response_id, set()).add(item_id)
        found: dict[str, Stored] = {}
        documents: list[tuple[str, str]] = []
        for response_id, item_ids in wanted.items():
            try:
                kept = self._views.of(self._keep.get(response_id, caller), caller)
            except UnknownResponse:
                continue
            found |= {one["id"]: one for one in (*kept.items, *kept.response["output"]) if one["id"] in item_ids}
            documents += kept.documents
        return found, documents

    def _resolved(self, items: Sequence[Stored], caller: Caller) -> tuple[list[Stored], list[tuple[str, str]]]:
        """The items with those in the places of references that these refer to, and the documents behind them."""
        ids = [item["id"] for item in items if item["type"] == "item_reference"]
        if len(ids) > _MOST_REFERENCES:
            detail = f"a conversation refers to at most {_MOST_REFERENCES} items"
            raise InvalidRequest(detail=detail, param="input")
        known, documents = self.referred(ids, caller)
        for item_id in ids:
            if item_id not in known:
                raise InvalidRequest(detail=f"there is no item {item_id!r} of yours", param="input")
        return [known[item["id"]] if item["type"] == "item_reference" else item for item in items], documents

    def _files(self, items: Sequence[Stored], own: Sequence[str], caller: Caller, chars: int) -> dict[str, Attached]:
        """The files that a conversation brings along, in at most so many characters: read one after the other, so that
        no more is held than fits. Of those of before, the ones the caller may still read."""
        wanted = list(dict.fromkeys([*own, *files_of(items)]))
        if len(wanted) > _MOST_FILES:
            raise InvalidRequest(detail=f"a conversation brings along at most {_MOST_FILES} files", param="input")
        files: dict[str, Attached] = {}
        for file_id in wanted:
            if file_id not in own and not self._views.may_read([file_id], caller):
                continue
            files[file_id] = Attached(*self._text_of(file_id))
            chars -= len(files[file_id].text)
            if chars < 0:
                raise _too_long()
        return files

    def files_of(self, items: Sequence[Stored], caller: Caller) -> Sequence[str]:
        """Ids of the files that new items bring along. Raises UnknownFile, InvalidRequest: they cannot be read."""
        for item in items:
            for part in item["content"] if item["type"] == "message" else ():
                if part["type"] == "input_file" and not part.get("file_id"):
                    detail = "a file is read by its file_id; upload it by POST /v1/files first"
                    raise InvalidRequest(detail=detail, param="input")
        found = list(dict.fromkeys(files_of(items)))
        if len(found) > _MOST_FILES:
            raise InvalidRequest(detail=f"a request brings along at most {_MOST_FILES} files", param="input")
        self._rights.of_files(caller, found, Role.READER, "input")
        return found

    def _before(self, response_id: str | None, caller: Caller, bounds: Bounds) -> list[Kept]:
        """The responses before, oldest first. Of a chain whose older part has gone, the newer is what is left."""
        chain: list[Kept] = []
        left = bounds.chars
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
            seen = self._views.of(kept, caller)
            left -= sum(map(length_of, (*seen.items, *seen.response["output"])))
            if left < 0 and bounds.shortens:
                break
            if left < 0:
                raise _too_long()
            chain.append(seen)
            response_id = kept.previous
        return chain[::-1]


def _check_references(items: Sequence[Stored]) -> None:
    seen: set[str] = set()
    for item in items:
        if item["type"] == "item_reference" and item["id"] in seen:
            raise InvalidRequest(detail=f"the item {item['id']!r} is referred to twice", param="input")
        seen.add(item["id"])


def _too_long() -> InvalidRequest:
    detail = "the conversation and its files are longer than the model can read; shorten it, or begin a new one"
    return InvalidRequest(detail=detail, param="input")


def _broken(item: Stored) -> bool:
    """Whether it is a call that broke off: nobody can answer it."""
    return bool(item["type"] == "function_call" and item["status"] != "completed")
