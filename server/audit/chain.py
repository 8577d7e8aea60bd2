"""The chain: each entry's hash covers the entry before it, and each hash is signed.

An entry's canonical JSON (keys sorted, no spaces) holds its number and the hash of the entry before; SHA-256 of it is
the entry's hash, and the installation's Ed25519 key (RFC 8032) signs the hash. So nobody who can write to the database
but does not hold the vault's key can change an entry and calculate the rest anew; and whoever has the public key can
check an export without any secret.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from server.model import AuditEntry, AuditEvent, AuditHead

START = "0" * 64
"""What stands for the hash of the entry before the first."""

PRUNED = "audit_pruned"
MISSING = "audit_entries_missing"

_SIGNED = b"lectern audit 1\0"
_LONGEST = 1000


class Signer:
    """The installation's key for the record. `secret` is 32 bytes of the vault."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public = Verifier(self._key.public_key().public_bytes_raw())

    def sign(self, digest: str) -> str:
        """The signature of a hash."""
        return self._key.sign(_SIGNED + digest.encode()).hex()


class Verifier:
    """The public half: proves signatures and makes none."""

    def __init__(self, public: bytes) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(public)
        self.hex = public.hex()

    def proves(self, digest: str, signature: str) -> bool:
        """Whether the installation signed this hash."""
        try:
            raw = bytes.fromhex(signature)
            self._key.verify(raw, _SIGNED + digest.encode())
        except (InvalidSignature, ValueError):
            return False
        return raw.hex() == signature  # one signature has one spelling


@dataclass(frozen=True, slots=True)
class Link:
    """The end of a chain, where the next entry goes."""

    sequence: int = 0
    hash: str = START


def digest_of(text: str) -> str:
    """The hash of an entry's canonical JSON."""
    return hashlib.sha256(text.encode()).hexdigest()


def chained(event: AuditEvent, before: Link, signer: Signer, skipped: int = 0) -> AuditEntry:
    """The event as the entry behind `before`; `skipped` numbers are left out, because their entries are lost."""
    sequence = before.sequence + skipped + 1
    text = canonical({**_told(event), "sequence": sequence, "previous": before.hash})
    digest = digest_of(text)
    return AuditEntry(sequence, text, digest, signer.sign(digest))


def canonical(entry: Mapping[str, Any]) -> str:
    """The one way to write an entry."""
    return orjson.dumps(entry, option=orjson.OPT_SORT_KEYS).decode()


def entry_object(entry: AuditEntry) -> dict[str, Any]:
    """The entry as the API and exports show it."""
    told: dict[str, Any] = orjson.loads(entry.text)
    return {
        "object": "audit.entry",
        "id": entry_id(entry.sequence),
        **told,
        "hash": entry.hash,
        "signature": entry.signature,
    }


def entry_of(shown: Mapping[str, Any]) -> AuditEntry:
    """The entry that an export shows. Raises ValueError: it is none."""
    rest = {name: value for name, value in shown.items() if name not in {"object", "id", "hash", "signature"}}
    sequence, digest, signature = rest.get("sequence"), shown.get("hash"), shown.get("signature")
    if not isinstance(sequence, int) or not isinstance(digest, str) or not isinstance(signature, str):
        raise ValueError("an entry has a sequence, a hash and a signature")  # noqa: TRY004 - of what a file holds
    return AuditEntry(sequence, canonical(rest), digest, signature)


def entry_id(sequence: int) -> str:
    """The id under which an entry is listed."""
    return f"audit-{sequence}"


def head_of(entry: AuditEntry) -> AuditHead:
    """What is remembered of the last entry."""
    return AuditHead(entry.sequence, entry.hash, entry.signature)


def _told(event: AuditEvent) -> dict[str, Any]:
    caller = event.caller
    return {
        "time": event.time,
        "action": _clean(event.action),
        "route": _clean(event.route),
        "actor": {
            "owner": _clean(caller.owner) if caller else None,
            "key_id": _clean(caller.key_id) if caller else None,
            "name": _clean(caller.name) if caller else None,
            "role": str(caller.role) if caller else None,
        },
        "source": {"address": _clean(event.address), "agent": _clean(event.agent)},
        "resources": [_clean(one) for one in event.resources],
        "documents": [{"vector_store_id": store, "file_id": file} for store, file in event.documents],
        "outcome": {"status": event.status, "code": event.code},
        "request_id": event.request_id,
        "repeats": event.repeats,
        "detail": dict(event.detail),
        "content": event.content,
    }


def _clean(text: str) -> str:
    """Text that JSON can hold: what came over the wire may hold half a character, or far too many."""
    return text[:_LONGEST].encode("utf-8", "replace").decode()
