"""What a caller may still see of a stored response: what it says of documents that were taken from the caller since is
withheld (docs/decisions/0016-stored-responses.md)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from server.chat.language import language_of
from server.chat.prompt import template
from server.chat.responses.items import Stored
from server.chat.responses.keep import Kept
from server.errors import Forbidden, UnknownFile, UnknownStore
from server.model import Caller, Role
from server.ports import Rights

_NO_MORE: Final = (UnknownFile, Forbidden)


class Views:
    """Looks at stored responses with a caller's eyes."""

    def __init__(self, rights: Rights) -> None:
        self._rights = rights

    def of(self, kept: Kept, caller: Caller) -> Kept:
        """The response as the caller may see it now: as it is while each document behind it may be read, else without
        what was said, found and cited."""
        if self.may_read({file_id for _, file_id in kept.documents}, caller):
            return kept
        output = [self._withheld(item, kept.items, caller) for item in kept.response["output"]]
        response = {**kept.response, "output": [item for item in output if item is not None]}
        if "knowledge" in response:
            response["knowledge"] = {"found": True, "withheld": True}
        return replace(kept, response=response, withheld=True)

    def may_read(self, file_ids: Collection[str], caller: Caller) -> bool:
        """Whether the caller may read all of the files."""
        try:
            if file_ids:
                self._rights.of_files(caller, sorted(file_ids), Role.READER)
        except _NO_MORE:
            return False
        return True

    def may_edit(self, store_ids: Collection[str], caller: Caller) -> bool:
        """Whether the caller may edit all of the stores; False if one has gone, or may not even be read any more.

        Raises:
            Forbidden: one may be read, but not be edited.
        """
        try:
            for store_id in store_ids:
                self._rights.in_store(caller, store_id, Role.EDITOR)
        except UnknownStore:
            return False
        return True

    def _withheld(self, item: Mapping[str, Any], asked: Sequence[Stored], caller: Caller) -> Stored | None:
        """The item without what may come from a document. Its place and kind stay, for what is said next refers to
        them."""
        match item["type"]:
            case "message":
                text = template("withheld", _language(asked)).format()
                part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
                return {**item, "content": [part], "withheld": True}
            case "file_search_call":
                found = item.get("results") or ()
                readable = [one for one in found if self.may_read([one["file_id"]], caller)]
                return {**item, "queries": [], "results": readable}
            case "function_call":
                return {**item, "arguments": "{}", "withheld": True}
            case _:
                return None


def _language(asked: Sequence[Stored]) -> str:
    said = [item for item in asked if item["type"] == "message" and item["role"] == "user"]
    texts = [part.get("text") or "" for item in said for part in item["content"]]
    return language_of("\n".join(texts))
