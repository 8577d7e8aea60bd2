"""Passwords of local users: what they must be, and how they are kept."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import WeakPassword
from server.model import User, login_of

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 512

# Each takes 64 MiB and a core for a moment (RFC 9106, second choice).
_AT_ONCE = 2


class Passwords:
    """Keeps passwords as argon2id hashes. A password is the same whatever Unicode form the keyboard gave it."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash("the password of nobody")

    def hash(self, password: str, user: User) -> str:
        """What is kept of a new password. Raises WeakPassword."""
        self._check(_plain(password), user)
        with self._turns:
            return self._hasher.hash(_plain(password))

    def right(self, hashed: str | None, password: str) -> bool:
        """Whether this is the password of the hash. Without a hash it takes as long to say no."""
        with self._turns:
            try:
                verified = self._hasher.verify(hashed or self._nobodys, _plain(password))
            except (VerificationError, InvalidHashError):
                return False
        return verified and hashed is not None

    def outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other costs than new ones are."""
        return self._hasher.check_needs_rehash(hashed)

    def _check(self, password: str, user: User) -> None:
        if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
            raise WeakPassword(detail=f"it must have {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters")
        folded = login_of(password)
        for own in (login_of(user.name), login_of((user.email or "").partition("@")[0])):
            if len(own) >= 3 and own in folded:
                raise WeakPassword(detail="it contains your name")
        if len(set(folded)) < 5:
            raise WeakPassword(detail="it repeats a few characters")


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
