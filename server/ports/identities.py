"""Who calls."""

from typing import Protocol

from server.model import ApiKey, Caller, Role


class Identities(Protocol):
    """API keys, one-time links and portal sessions."""

    def create_key(self, name: str, role: Role, expires_at: int | None = None) -> tuple[ApiKey, str]:
        """A new key; the second value is the key itself, which is shown this once."""
        ...

    def list_keys(self) -> list[ApiKey]:
        """All keys, revoked ones too, oldest first."""
        ...

    def revoke_key(self, key_id: str) -> ApiKey:
        """Ends a key and the sessions that came of it. Raises UnknownKey."""
        ...

    def caller_of_key(self, key: str) -> Caller:
        """Raises WrongApiKey, ExpiredApiKey."""
        ...

    def create_link(self, key_id: str) -> str:
        """A token that opens one portal session for this key, once, within ten minutes."""
        ...

    def spend_link(self, token: str) -> str:
        """Trades the link's token for a session's token. Raises SpentLink."""
        ...

    def caller_of_session(self, token: str) -> Caller:
        """Raises WrongApiKey, ExpiredApiKey."""
        ...

    def end_session(self, token: str) -> None:
        """Signs the session out."""
        ...
