"""OpenAI's batch objects (https://platform.openai.com/docs/api-reference/batch/object)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.batches.batches import BatchView
from server.bodies import Metadata

_TIMES = (
    "in_progress_at",
    "finalizing_at",
    "completed_at",
    "failed_at",
    "expired_at",
    "cancelling_at",
    "cancelled_at",
)


class OutputExpiresAfter(BaseModel):
    """For how long the files that a batch writes are kept."""

    model_config = ConfigDict(extra="forbid")

    anchor: Literal["created_at"]
    seconds: int = Field(ge=3600, le=2_592_000)


class CreateBatch(BaseModel):
    """Body of POST /v1/batches. Fields that Lectern does not know are refused: what they would change is not done."""

    model_config = ConfigDict(extra="forbid")

    input_file_id: Annotated[str, Field(min_length=1, max_length=64)]
    endpoint: Literal["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses"]
    completion_window: Literal["24h"]
    metadata: Metadata | None = None
    output_expires_after: OutputExpiresAfter | None = None


def batch_object(view: BatchView) -> dict[str, Any]:
    """The batch as the API shows it."""
    batch = view.batch
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.endpoint,
        "errors": {"object": "list", "data": [dict(error) for error in batch.errors]} if batch.errors else None,
        "input_file_id": batch.input_file_id,
        "completion_window": "24h",
        "status": str(batch.status),
        "output_file_id": batch.output_file_id,
        "error_file_id": batch.error_file_id,
        "created_at": batch.created_at,
        "expires_at": batch.expires_at,
        **{name: batch.times.get(name) for name in _TIMES},
        "request_counts": {"total": view.total, "completed": view.completed, "failed": view.failed},
        "metadata": dict(batch.metadata) or None,
    }
