"""Keys from keys: HKDF-SHA256 (RFC 5869)."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def derive(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose; keys of different purposes tell nothing about each other."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"lectern/1/" + purpose.encode()).derive(key)
