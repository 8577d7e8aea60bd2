"""The one table of settings: name, default and help. Read once from LECTERN_* variables and passed on; see
docs/reference/settings.md, which is checked against it."""

import ipaddress
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.model import ReadOptions
from server.errors import WrongSetting


class WhenEngineDown(StrEnum):
    """What a question gets while the model does not answer."""

    REFUSE = "refuse"
    EXTRACTIVE = "extractive"


class OcrEngine(StrEnum):
    """What recognises text in pictures."""

    AUTO = "auto"
    TESSERACT = "tesseract"
    RAPIDOCR = "rapidocr"


class LogFormat(StrEnum):
    """How log lines are written."""

    CONSOLE = "console"
    JSON = "json"


class AuditContent(StrEnum):
    """What of questions and answers the record of who did what holds, sealed."""

    NONE = "none"
    QUESTIONS = "questions"
    ALL = "all"


class Settings(BaseSettings):
    """Lectern's settings; every field is the variable LECTERN_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="LECTERN_", frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    data: Path = Field(Path("data"), description="Folder for everything Lectern keeps.")
    hosts: str = Field(
        "", description="Further names by which Lectern may be called, joined by commas; *: any. See harden.md."
    )
    origins: str = Field(
        "", description="Web pages that may call the API, as origins joined by commas; *: any. Empty: none."
    )
    tls_cert: Path | None = Field(None, description="PEM file of the TLS certificate and its chain; empty: no TLS.")
    tls_key: Path | None = Field(None, description="PEM file of the certificate's private key.")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="Least level that is logged.")
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="Log lines for people (console) or programs (json).")

    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the data folder.")
    index_uri: str = Field("", description="Milvus URI; empty: Milvus Lite in the data folder.")
    index_token: str = Field("", description="Milvus token (user:password), if it asks for one.", repr=False)
    session_hours: float = Field(12, gt=0, le=720, description="Longest time somebody stays signed in, in hours.")
    session_idle_minutes: float = Field(
        120, gt=0, description="Time after which a session that nobody used ends, in minutes."
    )
    trusted_proxies: str = Field(
        "",
        description="Reverse proxies whose X-Forwarded-For and -Proto count: addresses or CIDR, joined by commas.",
    )
    public_url: str = Field(
        "",
        pattern="^(https?://[^/]+)?$",
        description="Where people reach Lectern (https://…); empty: as they ask for it.",
    )
    oidc_issuer: str = Field("", description="OpenID Connect issuer to sign in with, by its URL; empty: none.")
    oidc_client_id: str = Field("", description="As which client Lectern is registered there.")
    oidc_client_secret: str = Field("", description="The client's secret; empty: a public client.", repr=False)
    oidc_scopes: str = Field("openid profile email", description="Scopes to ask for at the sign-in.")
    oidc_groups_claim: str = Field("groups", description="Claim with a user's groups; dots lead into objects.")
    oidc_roles: str = Field(
        "", description="Roles of groups: GROUP=ROLE, joined by commas; empty: roles are set in Lectern."
    )
    oidc_role: str = Field(
        "reader",
        pattern="^(none|auditor|reader|editor|admin)$",
        description="Role of who is in none of these groups; none: they are not let in.",
    )
    oidc_audience: str = Field("", description="Audience of access tokens for the API; empty: they are not accepted.")

    seal: bool = Field(True, description="Seal files, text and index payload with AES-256-GCM.")
    samples: bool = Field(False, description="Load the sample documents on first start.")

    audit_content: AuditContent = Field(
        AuditContent.NONE, description="What the audit holds of questions and answers, sealed: none, questions or all."
    )
    audit_required: bool = Field(True, description="Refuse (503) what cannot be put on record.")

    model: str = Field("", description="Model for vLLM: a path or a hub id; empty: the extractive engine.")
    preset: str = Field("auto", description="vLLM preset by name (lectern doctor lists them); auto: by GPU memory.")
    vllm_python: Path | None = Field(None, description="Python of the environment that has vLLM; empty: found.")
    vllm_args: str = Field("", description="Further arguments for vLLM, as on a command line.")
    vllm_start_seconds: int = Field(900, ge=1, description="Longest time vLLM may take to load its model.")
    engine_url: str = Field("", description="OpenAI-compatible base URL of a remote engine (…/v1).")
    engine_key: str = Field("", description="API key of the remote engine.", repr=False)
    engine_down: WhenEngineDown = Field(
        WhenEngineDown.REFUSE,
        description="While the model does not answer: refuse (503) or extractive (quotes, marked as such).",
    )

    embedder_url: str = Field("", description="OpenAI-compatible embeddings base URL; empty: the packaged MiniLM.")
    embedder_model: str = Field("", description="Model name at the embeddings URL.")
    embedder_key: str = Field("", description="API key of the embeddings URL.", repr=False)
    embedder_max_tokens: int = Field(512, ge=32, description="Token limit of the embeddings URL's model.")
    embedder_threads: int = Field(0, ge=0, description="Threads of the packaged embedder; 0: one per core.")

    reranker: str = Field("", description="Reranker: folder of a cross-encoder, or base URL (…/v1); empty: none.")
    reranker_model: str = Field("", description="Model name at the reranker's URL.")
    reranker_key: str = Field("", description="API key of the reranker's URL.", repr=False)
    reranker_passages: int = Field(20, ge=2, le=100, description="Most passages of a question that are reranked.")
    reranker_seconds: float = Field(
        5.0, gt=0, le=120, description="Longest time reranking may take; then the answer goes on without it."
    )

    passages: int = Field(6, ge=1, le=50, description="Most passages packed into a prompt.")
    passage_tokens: int = Field(2400, ge=100, description="Most tokens of passages packed into a prompt.")
    min_score: float = Field(0.25, ge=0, le=1, description="Score below which a passage counts as not relevant.")
    rewrite_seconds: float = Field(
        3, ge=0, le=60, description="Longest wait for the model to rewrite a follow-up; 0: rewritten by rule alone."
    )
    responses_days: int = Field(
        30, ge=0, description="Days for which a stored response is kept; 0: until it is deleted."
    )
    conversations_days: int = Field(
        0, ge=0, description="Days after its last use for which a conversation is kept; 0: until it is deleted."
    )
    most_conversations: int = Field(10_000, ge=1, description="Conversations that one owner may have.")
    max_streams: int = Field(256, ge=1, description="Answers under way at once; further questions get 429.")
    batch_streams: int = Field(
        8, ge=1, description="Of these, the most that batches and evaluations take; people go first."
    )
    requests_per_minute: int | None = Field(
        None, ge=1, description="Answers each user or key may ask for in a minute; empty: as many as it wants."
    )
    page_requests_per_minute: int = Field(
        30, ge=1, description="Requests one address may send in a minute by a key for web pages."
    )
    tokens_per_minute: int | None = Field(
        None, ge=1, description="Tokens each user or key may use in a minute; empty: as many as it wants."
    )
    tokens_per_month: int | None = Field(
        None, ge=1, description="Tokens each user or key may use in a calendar month; empty: as many as it wants."
    )
    streams_per_caller: int | None = Field(
        None, ge=1, description="Answers under way at once for each user or key; empty: LECTERN_MAX_STREAMS."
    )
    store_mb: int | None = Field(
        None, ge=1, description="Most that a vector store holds, in MiB; empty: as much as it wants."
    )

    workers: int | None = Field(
        None, ge=0, le=64, description="Files read at once in this process; empty: one per core; 0: only others read."
    )
    upload_mb: int = Field(512, ge=1, description="Largest upload, in MiB.")
    request_kb: int = Field(1024, ge=16, description="Largest JSON request, in KiB.")
    parse_memory_mb: int = Field(1024, ge=128, description="Memory one file's reader may use, in MiB.")
    parse_seconds: int = Field(1800, ge=1, description="Time one file's reader may take, in seconds.")
    parse_pages: int = Field(5000, ge=1, description="Most pages of one file.")
    ocr: bool = Field(True, description="Recognise text in images and scanned pages.")
    ocr_languages: str = Field("eng+chi_sim", description="Tesseract languages, joined by +.")
    ocr_engine: OcrEngine = Field(OcrEngine.AUTO, description="tesseract, rapidocr, or auto: the better for each page.")
    ocr_threads: int = Field(
        0, ge=0, le=64, description="Pages of one file recognised at once; 0: one per core, at most 3."
    )
    ocr_embedded: bool = Field(
        True, description="Recognise text in pictures beside the text of Word, PowerPoint and PDF files, too."
    )
    clean: str = Field(
        "quality,characters,boilerplate,duplicates,language,near-duplicates",
        description="Steps of cleaning, joined by commas, or none; see docs/howto/cleaning.md.",
    )
    redact: str = Field(
        "", description="Personal data to mask while reading: contacts, identifiers or personal (both); empty: none."
    )

    stores_shared: bool = Field(
        True, description="Whether new vector stores are for everybody, unless the request says otherwise."
    )

    source_roots: str = Field("", description="Folders in which sources may lie, joined by colons; empty: none.")
    source_networks: str = Field(
        "", description="Private networks in which sources may lie, as CIDR, joined by commas; empty: none."
    )

    @field_validator("clean")
    @classmethod
    def _check_clean(cls, value: str) -> str:
        from ingest.cleaning import Cleaning

        Cleaning(_names(value))
        return value

    @field_validator("redact")
    @classmethod
    def _check_redact(cls, value: str) -> str:
        from ingest.redaction import POLICIES

        if value and value not in POLICIES:
            raise ValueError(f"there is no policy of that name, only {', '.join(POLICIES)}")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: str) -> str:
        for one in _names(value):
            ipaddress.ip_network(one)
        return value

    @property
    def base_url(self) -> str:
        """Where Lectern is, as this machine calls it."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        name = f"[{host}]" if ":" in host else host
        return f"{'https' if self.tls_cert else 'http'}://{name}:{self.port}"

    def clean_steps(self) -> tuple[str, ...]:
        """The names of the steps of cleaning."""
        return _names(self.clean)

    def read_options(self) -> ReadOptions:
        """What readers are told."""
        return ReadOptions(
            ocr=self.ocr,
            ocr_languages=self.ocr_languages,
            ocr_engine=self.ocr_engine,
            ocr_threads=self.ocr_threads,
            embedded_pictures=self.ocr_embedded,
            max_pages=self.parse_pages,
        )

    @classmethod
    def read(cls, **overrides: object) -> "Settings":
        """The settings of this process.

        Raises:
            WrongSetting: a variable holds a value that cannot be used.
        """
        try:
            return cls(**overrides)  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors()[0]
            name = "LECTERN_" + "_".join(str(part) for part in first["loc"]).upper()
            raise WrongSetting(setting=name, detail=f"{first['msg']} (got {first['input']!r})") from None


def _names(joined: str) -> tuple[str, ...]:
    return tuple(name for name in map(str.strip, joined.split(",")) if name not in {"", "none"})


GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    group: tuple(names.split())
    for group, names in {
        "network": "host port data hosts origins tls_cert tls_key log_level log_format",
        "storage": "database_url index_uri index_token seal samples",
        "audit": "audit_content audit_required",
        "access": (
            "session_hours session_idle_minutes trusted_proxies public_url oidc_issuer oidc_client_id "
            "oidc_client_secret oidc_scopes oidc_groups_claim oidc_roles oidc_role oidc_audience"
        ),
        "engine": "model preset vllm_python vllm_args vllm_start_seconds engine_url engine_key engine_down",
        "search": (
            "embedder_url embedder_model embedder_key embedder_max_tokens embedder_threads reranker "
            "reranker_model reranker_key reranker_passages reranker_seconds"
        ),
        "answers": (
            "passages passage_tokens min_score rewrite_seconds responses_days conversations_days "
            "most_conversations max_streams batch_streams "
            "requests_per_minute page_requests_per_minute tokens_per_minute tokens_per_month streams_per_caller "
            "store_mb"
        ),
        "reading": (
            "workers upload_mb request_kb parse_memory_mb parse_seconds parse_pages ocr ocr_languages ocr_engine "
            "ocr_threads ocr_embedded clean redact stores_shared source_roots source_networks"
        ),
    }.items()
}
"""What belongs together: group -> settings, in the order in which docs/reference/settings.md has them."""
