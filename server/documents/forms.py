"""What is said of a file when it is uploaded (https://platform.openai.com/docs/api-reference/files/create,
https://platform.openai.com/docs/api-reference/uploads/create)."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SECONDS_PER_DAY = 86_400
BATCH_SECONDS = 30 * SECONDS_PER_DAY
"""After which files for batches expire unless it is said otherwise, as OpenAI's do."""

Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
"""What files are uploaded for."""
AnyPurpose = Literal[Purpose, "assistants_output", "batch_output", "fine-tune-results"]
"""What files are for, also those that Lectern makes."""


class ExpiresAfter(BaseModel):
    """How many seconds after it was uploaded a file expires: an hour to 30 days."""

    anchor: Literal["created_at"]
    seconds: int = Field(ge=3600, le=30 * SECONDS_PER_DAY, strict=True)


class FileForm(BaseModel):
    """The fields of POST /v1/files beside the file."""

    purpose: Purpose
    expires_after: ExpiresAfter | None = None

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "FileForm":
        """From a form, in which fields within fields are named `expires_after[anchor]`. Raises ValidationError."""
        prefix = "expires_after["
        expires = {
            name[len(prefix) : -1]: int(value) if value.isascii() and value.isdigit() and len(value) < 20 else value
            for name, value in fields.items()
            if name.startswith(prefix)
        }
        return cls.model_validate(dict(fields) | ({"expires_after": expires} if expires else {}))

    @property
    def keep_seconds(self) -> int | None:
        """After how many seconds the file expires; None: never."""
        if self.expires_after is not None:
            return self.expires_after.seconds
        return BATCH_SECONDS if self.purpose == "batch" else None


class CreateUpload(FileForm):
    """Body of POST /v1/uploads."""

    model_config = ConfigDict(extra="ignore", strict=True)

    bytes: int = Field(ge=0)
    filename: Annotated[str, Field(min_length=1, max_length=4096)]
    mime_type: Annotated[str, Field(min_length=1, max_length=255)]


class CompleteUpload(BaseModel):
    """Body of POST /v1/uploads/{id}/complete."""

    model_config = ConfigDict(extra="ignore", strict=True)

    part_ids: list[str] = Field(max_length=10_000)
    md5: str | None = Field(None, pattern="^[0-9a-fA-F]{32}$")
