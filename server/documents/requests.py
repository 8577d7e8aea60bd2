"""What is sent to vector stores (https://platform.openai.com/docs/api-reference/vector-stores)."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from server.bodies import Metadata
from server.documents.placement import Placement
from server.documents.stores import MOST_FILES_AT_ONCE
from server.grants import FileAccessBody, StoreAccessBody
from server.model import Chunking, Priority

Attributes = dict[str, str | float | bool]
PriorityName = Literal["interactive", "bulk"]
Name = Annotated[str, Field(max_length=256)]
Description = Annotated[str, Field(max_length=512)]

MOST_QUERIES = 16


class StaticChunks(BaseModel):
    """How large chunks are and how much of it they share with the one before, in tokens."""

    model_config = ConfigDict(strict=True)

    max_chunk_size_tokens: int = Field(ge=100, le=4096)
    chunk_overlap_tokens: int = Field(ge=0)

    @field_validator("chunk_overlap_tokens")
    @classmethod
    def _at_most_half(cls, overlap: int, info: ValidationInfo) -> int:
        if overlap * 2 > info.data.get("max_chunk_size_tokens", overlap * 2):
            raise PydanticCustomError("overlap", "must not exceed half of max_chunk_size_tokens")
        return overlap


class StaticChunking(BaseModel):
    """Chunks as the client says."""

    type: Literal["static"]
    static: StaticChunks


class AutoChunking(BaseModel):
    """Chunks as Lectern thinks best."""

    type: Literal["auto"]


ChunkingStrategy = Annotated[AutoChunking | StaticChunking, Field(discriminator="type")]


class AfterUse(BaseModel):
    """How many days after its last use a store expires."""

    model_config = ConfigDict(strict=True)

    anchor: Literal["last_active_at"]
    days: int = Field(ge=1, le=365)


class CreateStore(BaseModel):
    """Body of POST /v1/vector_stores."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: Name | None = None
    description: Description | None = None
    file_ids: list[str] = Field(default_factory=list, max_length=MOST_FILES_AT_ONCE)
    chunking_strategy: ChunkingStrategy | None = None
    expires_after: AfterUse | None = None
    metadata: Metadata | None = None
    priority: PriorityName = "bulk"
    access: StoreAccessBody | None = None


class UpdateStore(BaseModel):
    """Body of POST /v1/vector_stores/{id}."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: Name | None = None
    description: Description | None = None
    expires_after: AfterUse | None = None
    metadata: Metadata | None = None

    def changes(self) -> dict[str, Any]:
        """Field -> new value, of what is given; null takes away what can be taken away."""
        changes: dict[str, Any] = {} if self.name is None else {"name": self.name}
        if "description" in self.model_fields_set:
            changes["description"] = self.description
        if "metadata" in self.model_fields_set:
            changes["metadata"] = self.metadata or {}
        if "expires_after" in self.model_fields_set:
            changes["expires_days"] = self.expires_after and self.expires_after.days
        return changes


class AttachFile(BaseModel):
    """Body of POST /v1/vector_stores/{id}/files."""

    model_config = ConfigDict(extra="ignore", strict=True)

    file_id: str
    attributes: Attributes | None = None
    chunking_strategy: ChunkingStrategy | None = None
    priority: PriorityName = "interactive"
    password: Annotated[SecretStr, Field(max_length=1024)] | None = None
    replaces: str | None = None
    owned: bool = False
    access: FileAccessBody | None = None


class SetAttributes(BaseModel):
    """Body of POST /v1/vector_stores/{id}/files/{file_id}."""

    attributes: Attributes | None


class BatchedFile(BaseModel):
    """A file of a batch with what is its own."""

    model_config = ConfigDict(extra="ignore", strict=True)

    file_id: str
    attributes: Attributes | None = None
    chunking_strategy: ChunkingStrategy | None = None


class CreateFileBatch(BaseModel):
    """Body of POST /v1/vector_stores/{id}/file_batches."""

    model_config = ConfigDict(extra="ignore", strict=True)

    file_ids: list[str] | None = Field(None, min_length=1, max_length=MOST_FILES_AT_ONCE)
    files: list[BatchedFile] | None = Field(None, min_length=1, max_length=MOST_FILES_AT_ONCE)
    attributes: Attributes | None = None
    chunking_strategy: ChunkingStrategy | None = None
    priority: PriorityName = "bulk"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.file_ids is None) == (self.files is None):
            raise PydanticCustomError("files", "give either file_ids or files")
        return self

    def placements(self) -> list[Placement]:
        """How each file is to be in the store. What stands beside `files` is not for them: each has its own."""
        if self.files is not None:
            return [
                Placement(one.file_id, one.attributes or {}, chunking_of(one.chunking_strategy)) for one in self.files
            ]
        chunking = chunking_of(self.chunking_strategy)
        return [Placement(file_id, self.attributes or {}, chunking) for file_id in self.file_ids or ()]


class RankingOptions(BaseModel):
    """How found passages are ranked and cut."""

    model_config = ConfigDict(extra="ignore", strict=True)

    ranker: Literal["none", "auto", "default-2024-11-15"] | None = None
    score_threshold: Annotated[float, Field(ge=0, le=1)] | None = None


class SearchStore(BaseModel):
    """Body of POST /v1/vector_stores/{id}/search."""

    model_config = ConfigDict(extra="ignore", strict=True)

    query: str | Annotated[list[str], Field(min_length=1, max_length=MOST_QUERIES)]
    max_num_results: int = Field(10, ge=1, le=50)
    filters: dict[str, Any] | None = None
    ranking_options: RankingOptions | None = None
    rewrite_query: bool = False


def priority_of(name: PriorityName) -> Priority:
    """The priority of that name."""
    return Priority[name.upper()]


def chunking_of(strategy: AutoChunking | StaticChunking | None) -> Chunking | None:
    """The chunking that a client asks for; none: as Lectern thinks best."""
    if not isinstance(strategy, StaticChunking):
        return None
    return Chunking(strategy.static.max_chunk_size_tokens, strategy.static.chunk_overlap_tokens)
