"""`/v1/files/{id}/pages` and what else there is to see of a file: its elements, its chunks, its history."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from ingest.model import Box
from ingest.pages.model import MEDIA_TYPE, WIDTHS, PageWords
from ingest.pages.quote import places_of
from server.documents.chunks import Chunks, chunk_object
from server.documents.elements import Elements, element_object
from server.documents.files import Uploads
from server.documents.history import History
from server.documents.pages import Pages
from server.documents.viewing import Viewing
from server.documents.views import FileViews
from server.errors import InvalidRequest
from server.http import page_of, paging, tell_documents
from server.model import Caller, Page, Role
from server.ports import Gate

MOST_QUOTE_CHARS = 4_000
_MOST = 1_000_000
Number = Annotated[int, Path(ge=1, le=_MOST)]
Wanted = Annotated[int, Query(ge=1, le=_MOST)]


def pages_router(views: FileViews, uploads: Uploads, pages: Pages, viewing: Viewing, gate: Gate) -> APIRouter:
    """The routes of the pages of files."""
    router = APIRouter(prefix="/v1/files", tags=["files"])
    reader = Depends(gate.file(Role.READER))

    @router.get("/{file_id}/pages")
    async def file_pages(file_id: str, request: Request, caller: Caller = reader) -> dict[str, Any]:
        """How a file can be shown: `pages` with the size of each, `sheets` with theirs, or `text`."""
        tell_documents(request, documents=[("", file_id)])
        return await viewing.run(caller.owner, views.of, file_id)

    @router.get("/{file_id}/pages/{number}/image")
    async def page_image(
        file_id: str,
        number: Number,
        request: Request,
        width: Annotated[int, Query(ge=1)] = WIDTHS[1],
        caller: Caller = reader,
    ) -> Response:
        """A page as a JPEG picture, at least `width` pixels wide, up to 2,160."""
        tell_documents(request, documents=[("", file_id)])
        known = request.headers.get("if-none-match")

        def shown() -> Response:
            # Kept by the browser, but asked for each time: rights may have changed meanwhile.
            tag = f'"{uploads.get(file_id).sha256[:32]}-{number}-{width}"'
            headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
            if known == tag and pages.has(file_id, number):
                return Response(status_code=304, headers=headers)
            return Response(pages.picture(file_id, number, width), headers=headers, media_type=MEDIA_TYPE)

        return await viewing.run(caller.owner, shown)

    @router.get("/{file_id}/pages/{number}/words")
    async def page_words(
        file_id: str,
        number: Number,
        request: Request,
        quote: Annotated[str | None, Query(max_length=MOST_QUOTE_CHARS)] = None,
        bbox: Annotated[str | None, Query(max_length=200)] = None,
        recognise: bool = False,
        caller: Caller = reader,
    ) -> dict[str, Any]:
        """The words of a page with their places, and the lines in which a `quote` stands, if it does; `bbox` says near
        where. `recognise`: also of a page that is a picture, which takes seconds."""
        tell_documents(request, documents=[("", file_id)])

        def shown() -> dict[str, Any]:
            words = pages.words(file_id, number, recognise=recognise)
            lines = places_of(words.words, quote, _box_of(bbox)) if quote else []
            return _words_object(number, words, lines)

        return await viewing.run(caller.owner, shown)

    return router


def facts_router(uploads: Uploads, elements: Elements, chunks: Chunks, history: History, gate: Gate) -> APIRouter:
    """The routes of what was read of files, and of what was done with them."""
    router = APIRouter(prefix="/v1", tags=["files"])
    reader, editor = Depends(gate.file(Role.READER)), Depends(gate.file(Role.EDITOR))

    @router.get("/files/{file_id}/elements", dependencies=[reader])
    def file_elements(
        file_id: str,
        request: Request,
        page: Wanted | None = None,
        sheet: Annotated[str | None, Query(max_length=256)] = None,
        after: Annotated[str | None, Query(max_length=64)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        """What was read of a file, element by element, in its order; of one page or one sheet, if wished."""
        record = uploads.get(file_id)
        tell_documents(request, documents=[("", file_id)])
        found = elements.page(record, page, sheet, after, limit + 1)
        return page_of([element_object(*one) for one in found], Page(limit, "asc", after))

    @router.get("/files/{file_id}/history", dependencies=[editor])
    def file_history(file_id: str, page: Page = paging()) -> dict[str, Any]:
        """What was done with a file, and by whom, newest first."""
        return page_of(history.of(uploads.get(file_id), page.one_more), page)

    @router.get("/vector_stores/{store_id}/files/{file_id}/chunks", dependencies=[Depends(gate.store(Role.READER))])
    def file_chunks(
        store_id: str,
        file_id: str,
        request: Request,
        after: Annotated[str | None, Query(max_length=256)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        """The chunks of a file in a store, as searches find them, in the order of the document."""
        tell_documents(request, documents=[(store_id, file_id)])
        found = chunks.of(store_id, file_id)
        first = 0
        if after is not None:
            first = next((place for place, chunk in enumerate(found, 1) if chunk.id == after), -1)
            if first < 0:
                raise InvalidRequest(detail=f"there is no chunk {after!r}", param="after")
        shown = [chunk_object(chunk, store_id, file_id) for chunk in found[first : first + limit + 1]]
        return page_of(shown, Page(limit, "asc", after)) | {"total": len(found)}

    return router


def _words_object(number: Number, words: PageWords, lines: list[Box]) -> dict[str, Any]:
    return {
        "object": "file.page.words",
        "page": number,
        "recognised": words.recognised,
        "words": [{"text": word.text, "bbox": _edges(word.box), "turn": word.turn} for word in words.words],
        "lines": [_edges(line) for line in lines],
    }


def _edges(box: Box) -> list[float]:
    return [round(edge, 5) for edge in (box.left, box.top, box.right, box.bottom)]


def _box_of(bbox: str | None) -> Box | None:
    if bbox is None:
        return None
    try:
        left, top, right, bottom = map(float, bbox.split(","))
    except ValueError:
        raise InvalidRequest(detail="bbox is four numbers: left,top,right,bottom", param="bbox") from None
    return Box(left, top, right, bottom)
