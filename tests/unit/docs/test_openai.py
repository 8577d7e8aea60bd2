"""docs/reference/openai.md, field by field, against the official client's types and the models that read requests."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from openai import types
from openai.types import CompletionCreateParams, EmbeddingCreateParams, conversations, responses, uploads, vector_stores
from openai.types import evals as eval_types
from openai.types.chat import CompletionCreateParams as ChatParams
from openai.types.evals import runs
from pydantic import BaseModel
from typing_extensions import is_typeddict

from server.batches.wire import CreateBatch
from server.chat.completions import CompletionRequest
from server.chat.conversations.wire import CreateConversation, UpdateConversation
from server.chat.responses.request import CreateResponse
from server.chat.wire import ChatRequest
from server.documents import requests as documents
from server.documents.forms import CompleteUpload, CreateUpload
from server.documents.listing_routes import DetachFiles
from server.evals import wire as evals
from server.inference.embeddings import EmbeddingRequest
from server.inference.ranking import RerankRequest

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "openai.md"
VERDICTS = {"supported", "differs", "refused", "own"}


@dataclass(frozen=True)
class Endpoint:
    """What the official client sends there (a TypedDict, or a union of some), and the model that reads it."""

    sent: Any
    read: type[BaseModel] | None = None


# A line for each endpoint whose request has fields.
ENDPOINTS: dict[str, Endpoint] = {
    "POST /v1/chat/completions": Endpoint(ChatParams, ChatRequest),
    "POST /v1/completions": Endpoint(CompletionCreateParams, CompletionRequest),
    "POST /v1/embeddings": Endpoint(EmbeddingCreateParams, EmbeddingRequest),
    "POST /v1/rerank": Endpoint(None, RerankRequest),
    "POST /v1/responses": Endpoint(responses.ResponseCreateParams, CreateResponse),
    "GET /v1/responses/{response_id}": Endpoint(responses.ResponseRetrieveParams),
    "GET /v1/responses/{response_id}/input_items": Endpoint(responses.InputItemListParams),
    "POST /v1/conversations": Endpoint(conversations.ConversationCreateParams, CreateConversation),
    "POST /v1/conversations/{conversation_id}": Endpoint(conversations.ConversationUpdateParams, UpdateConversation),
    "POST /v1/conversations/{conversation_id}/items": Endpoint(conversations.ItemCreateParams),
    "GET /v1/conversations/{conversation_id}/items": Endpoint(conversations.ItemListParams),
    "GET /v1/conversations/{conversation_id}/items/{item_id}": Endpoint(conversations.ItemRetrieveParams),
    "POST /v1/files": Endpoint(types.FileCreateParams),
    "GET /v1/files": Endpoint(types.FileListParams),
    "POST /v1/uploads": Endpoint(types.UploadCreateParams, CreateUpload),
    "POST /v1/uploads/{upload_id}/parts": Endpoint(uploads.PartCreateParams),
    "POST /v1/uploads/{upload_id}/complete": Endpoint(types.UploadCompleteParams, CompleteUpload),
    "POST /v1/vector_stores": Endpoint(types.VectorStoreCreateParams, documents.CreateStore),
    "GET /v1/vector_stores": Endpoint(types.VectorStoreListParams),
    "POST /v1/vector_stores/{store_id}": Endpoint(types.VectorStoreUpdateParams, documents.UpdateStore),
    "POST /v1/vector_stores/{store_id}/search": Endpoint(types.VectorStoreSearchParams, documents.SearchStore),
    "POST /v1/vector_stores/{store_id}/files": Endpoint(vector_stores.FileCreateParams, documents.AttachFile),
    "GET /v1/vector_stores/{store_id}/files": Endpoint(vector_stores.FileListParams),
    "POST /v1/vector_stores/{store_id}/files/detach": Endpoint(None, DetachFiles),
    "POST /v1/vector_stores/{store_id}/files/{file_id}": Endpoint(
        vector_stores.FileUpdateParams, documents.SetAttributes
    ),
    "POST /v1/vector_stores/{store_id}/file_batches": Endpoint(
        vector_stores.FileBatchCreateParams, documents.CreateFileBatch
    ),
    "GET /v1/vector_stores/{store_id}/file_batches/{batch_id}/files": Endpoint(vector_stores.FileBatchListFilesParams),
    "POST /v1/batches": Endpoint(types.BatchCreateParams, CreateBatch),
    "GET /v1/batches": Endpoint(types.BatchListParams),
    "POST /v1/evals": Endpoint(types.EvalCreateParams, evals.CreateEval),
    "GET /v1/evals": Endpoint(types.EvalListParams),
    "POST /v1/evals/{eval_id}": Endpoint(types.EvalUpdateParams, evals.UpdateEval),
    "POST /v1/evals/{eval_id}/runs": Endpoint(eval_types.RunCreateParams, evals.CreateRun),
    "GET /v1/evals/{eval_id}/runs": Endpoint(eval_types.RunListParams),
    "GET /v1/evals/{eval_id}/runs/{run_id}/output_items": Endpoint(runs.OutputItemListParams),
}
# The official client names these among the fields, though they stand in the path.
IN_PATHS = {"vector_store_id", "eval_id", "conversation_id"}


def known(sent: Any) -> set[str]:
    """The fields of a TypedDict, or of all in a union."""
    if sent is None:
        return set()
    if is_typeddict(sent):
        return set(sent.__annotations__)
    return set().union(*map(known, get_args(sent)))


def sections() -> dict[str, dict[str, tuple[str, str]]]:
    """Endpoint -> field -> (verdict, note), as the page tells."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    rows: dict[str, tuple[str, str]] = {}
    for line in PAGE.read_text("utf-8").splitlines():
        heading = re.fullmatch(r"### `([A-Z]+ /v1/\S+)`", line)
        if heading:
            rows = found.setdefault(heading[1], {})
        elif line.startswith("#"):
            rows = {}
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and cells[0].startswith("`"):
            rows |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), (cells[1], cells[2]))
    return found


SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = sections()


def test_the_page_has_the_endpoints_there_are() -> None:
    assert set(SECTIONS) == set(ENDPOINTS)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_field_of_the_official_client_has_a_row_and_every_other_row_is_lecterns_own(endpoint: str) -> None:
    rows, fields = SECTIONS[endpoint], known(ENDPOINTS[endpoint].sent)
    in_path = IN_PATHS if "{" in endpoint else set()
    assert fields - in_path - set(rows) == set()
    assert set(rows) - fields <= {name for name, (verdict, _) in rows.items() if verdict == "own"}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_row_says_whether_and_where_it_is_not_plainly_supported_how(endpoint: str) -> None:
    for name, (verdict, note) in SECTIONS[endpoint].items():
        assert verdict in VERDICTS, name
        assert verdict == "supported" or note, name


def test_the_models_that_read_requests_know_every_field_of_the_page_and_no_other() -> None:
    read = {name: set(one.read.model_fields) for name, one in ENDPOINTS.items() if one.read}
    assert read == {name: set(SECTIONS[name]) for name in read}
