"""Vector stores, their generations and the embedders of those."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """A vector store: a named set of files searched as one. `dimensions` and `fingerprint` are its embedder's,
    `replacements` grows whenever one of its files takes the place of another. `generation` grows whenever the store
    changes its embedder. It expires `expires_days` after its last use; None: never. `owner` is the principal whose
    it is; in a `shared` one everybody has the role that they have in the installation."""

    id: str
    name: str
    created_at: int
    last_active_at: int
    dimensions: int
    fingerprint: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    replacements: int = 0
    generation: int = 0
    description: str | None = None
    expires_days: int | None = None
    owner: str | None = None
    shared: bool = True

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever a file takes the place of another, or the store changes its embedder."""
        return self.generation, self.replacements

    @property
    def expires_at(self) -> int | None:
        """When it expires if nobody uses it until then."""
        return None if self.expires_days is None else self.last_active_at + self.expires_days * SECONDS_PER_DAY

    def expired(self, now: float) -> bool:
        """Whether it holds nothing any more."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def collection(self) -> str:
        """Under which name the index and the term statistics keep this generation of the store."""
        return self.answering.collection

    @property
    def answering(self) -> "Generation":
        """The generation that questions are answered from."""
        return Generation(self.id, self.generation, self.fingerprint, self.dimensions)


@dataclass(frozen=True, slots=True)
class Generation:
    """The rows of a store under one embedder, answering or not (any more). A number is never used twice."""

    store_id: str
    number: int
    fingerprint: str
    dimensions: int

    @property
    def collection(self) -> str:
        """Under which name the index and the term statistics keep it."""
        return f"{self.store_id}_g{self.number}" if self.number else self.store_id


@dataclass(frozen=True, slots=True)
class Building:
    """A generation under way: of the store's `files` that can be searched, `files_done` are in it."""

    generation: Generation
    files_done: int
    files: int


@dataclass(frozen=True, slots=True)
class EmbedderRecord:
    """An embedder that was used here; one without a URL is packaged. `key` is sealed under the key of `id`, `probes`
    are the vectors of a few fixed texts. The one that was `chosen` last is wanted for all stores."""

    id: str
    fingerprint: str
    dimensions: int
    url: str = ""
    model: str = ""
    max_tokens: int = 0
    key: str | None = None
    probes: bytes | None = None
    chosen: int = 0
