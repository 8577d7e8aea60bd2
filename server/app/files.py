"""The routes of files, and of the files in vector stores."""

from fastapi import FastAPI

from server.access.rights_routes import rights_router
from server.adapters.database.access_lists import SqlAccessLists
from server.adapters.database.file_batches import SqlFileBatches
from server.adapters.database.file_lists import SqlFileLists
from server.app.parts import Parts, part_uploads_of
from server.documents.chunks import Chunks
from server.documents.elements import Elements
from server.documents.file_batch_routes import file_batches_router
from server.documents.file_batches import FileBatches
from server.documents.history import History
from server.documents.listing import Listing
from server.documents.listing_routes import listing_router
from server.documents.page_routes import facts_router, pages_router
from server.documents.routes import files_router, store_files_router
from server.documents.upload_routes import uploads_router
from server.documents.viewing import Viewing
from server.documents.views import FileViews
from server.ports import Gate


def add_files(app: FastAPI, parts: Parts, gate: Gate) -> None:
    """Adds the routes of files: uploading and showing them, and what stores do with them."""
    rights, lists = parts.rights, SqlAccessLists(parts.database)
    app.include_router(files_router(parts.uploads, gate))
    app.include_router(uploads_router(part_uploads_of(parts), gate))
    elements = Elements(parts.blobs, parts.settings.redact)
    views = FileViews(parts.uploads, parts.pages, elements)
    app.include_router(pages_router(views, parts.uploads, parts.pages, Viewing(parts.pages.most), gate))
    chunks = Chunks(parts.catalog, parts.index, parts.keys)
    app.include_router(facts_router(parts.uploads, elements, chunks, History(parts.audit), gate))
    listing = Listing(SqlFileLists(parts.database), parts.catalog, parts.stores)
    app.include_router(listing_router(listing, rights, gate))  # first: it knows names that are no ids of files
    app.include_router(store_files_router(parts.stores, listing, parts.texts, rights, lists, gate))
    batches = FileBatches(SqlFileBatches(parts.database), parts.stores)
    app.include_router(file_batches_router(batches, listing, rights, gate))
    app.include_router(rights_router(lists, gate))
