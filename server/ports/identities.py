"""Who calls: API keys, users and their groups, and sessions of the portal."""

from dataclasses import dataclass
from typing import Any, Protocol

from server.model import ApiKey, Caller, Claimed, Device, Group, KeyLimits, Page, Role, Session, User, UserKind


class Identities(Protocol):
    """API keys, and who calls by them."""

    def create_key(
        self,
        name: str,
        role: Role,
        expires_at: int | None = None,
        user_id: str | None = None,
        limits: KeyLimits = ...,
    ) -> tuple[ApiKey, str]:
        """A new key of a user or of nobody; the second value is the key itself, which is shown this once. Raises
        UnknownUser."""
        ...

    def key(self, key_id: str) -> ApiKey:
        """One key. Raises UnknownKey."""
        ...

    def list_keys(self, owner: str | None = None) -> list[ApiKey]:
        """All keys, revoked ones too, oldest first; those of `owner` (`user:ID` or `key:ID`), if one is given."""
        ...

    def revoke_key(self, key_id: str) -> ApiKey:
        """Ends a key, and the links and sessions that came of it. Raises UnknownKey."""
        ...

    def rotate_key(self, key_id: str, overlap_seconds: int) -> tuple[ApiKey, str]:
        """A new secret for a key, which works at once; the present one works for so many seconds more, and one from
        before that no longer. Raises UnknownKey."""
        ...

    def origins(self) -> frozenset[str]:
        """The origins of all keys that are good now."""
        ...

    def caller_of_key(self, key: str) -> Caller:
        """Raises WrongApiKey, ExpiredApiKey."""
        ...

    def caller_now(self, owner: str, key_id: str) -> Caller:
        """The caller with this owner who came by this key, session or token once, with the rights of now: for work that
        goes on without it. Raises WrongApiKey, ExpiredApiKey."""
        ...


class Sessions(Protocol):
    """One-time links, and sessions of the portal."""

    @property
    def longest_seconds(self) -> int:
        """How long a session lasts at most."""
        ...

    def create_link(self, key_id: str) -> str:
        """A token that opens one portal session for this key, once, within ten minutes. Raises UnknownKey."""
        ...

    def create_password_link(self, user_id: str) -> str:
        """A token by which a user may choose a password, once, within a day. Raises UnknownUser."""
        ...

    def spend_link(self, token: str, device: Device = ...) -> str:
        """Trades a link's token for a session's token. Raises SpentLink."""
        ...

    def user_of_password_link(self, token: str) -> str:
        """Whose password the link is for; the link is not spent by that. Raises SpentLink."""
        ...

    def spend_password_link(self, token: str) -> str:
        """Whose password may be chosen now; another time the link is refused. Raises SpentLink."""
        ...

    def open_session(self, via: str, device: Device, *, user_id: str | None = None, key_id: str | None = None) -> str:
        """A new session of a user or of a key: its token."""
        ...

    def caller_of_session(self, token: str) -> Caller:
        """Raises WrongApiKey, ExpiredApiKey."""
        ...

    def sessions_of(self, owner: str) -> list[Session]:
        """The sessions of `owner` (`user:ID` or `key:ID`), newest first."""
        ...

    def session_id(self, token: str) -> str:
        """The id under which the session of a token is shown."""
        ...

    def end(self, owner: str, session_id: str) -> None:
        """Ends one session of `owner`. Raises UnknownSession."""
        ...

    def end_session(self, token: str) -> None:
        """Signs the session of this token out."""
        ...


class Users(Protocol):
    """People and services that have an account."""

    def create(self, name: str, role: Role, kind: UserKind = ..., email: str | None = None) -> User:
        """A new user. Raises DuplicateName."""
        ...

    def user(self, user_id: str) -> User:
        """One user. Raises UnknownUser."""
        ...

    def users(self, page: Page, sought: str = "", group_id: str | None = None) -> list[User]:
        """A page of all users, or of those whose name or e-mail address holds `sought`, or who are in the group."""
        ...

    def named(self, name: str) -> User:
        """The user of this name, in any case and Unicode form, or of this id. Raises UnknownUser."""
        ...

    def change(self, user_id: str, **values: Any) -> User:
        """The user with a new `name`, `email` or `role`, or `disabled` or not: who is disabled is signed out, and its
        keys are refused. Raises UnknownUser, DuplicateName."""
        ...

    def remove(self, user_id: str) -> None:
        """Deletes the user, its keys and sessions. Raises UnknownUser."""
        ...

    def password_of(self, name: str) -> tuple[User, str] | None:
        """The person of this name and the hash of its password; None if there is none that may sign in so."""
        ...

    def set_password(self, user_id: str, hashed: str | None, *, sign_out: bool = True) -> None:
        """Keeps the hash of a password, or none; all sessions of the user end with the former one. Raises
        UnknownUser."""
        ...

    def signed_in(self, user_id: str) -> None:
        """Notes that the user has signed in."""
        ...

    def admit(self, claimed: Claimed, role: Role, *, keep_role: bool) -> User:
        """The user an issuer vouches for, made at the first time. Its name, e-mail and groups become those claimed, and
        its role `role`, unless it shall keep the one it has. A disabled user is not changed."""
        ...


class Groups(Protocol):
    """Users who are given rights together."""

    def create(self, name: str) -> Group:
        """A new group without members. Raises DuplicateName."""
        ...

    def group(self, group_id: str) -> Group:
        """One group. Raises UnknownGroup."""
        ...

    def groups(self, page: Page, member: str | None = None, sought: str = "") -> list[Group]:
        """A page of all groups, or of those in which `member` is, by its user id, or whose name holds `sought`."""
        ...

    def rename(self, group_id: str, name: str) -> Group:
        """The group under another name. Raises UnknownGroup, DuplicateName."""
        ...

    def remove(self, group_id: str) -> None:
        """Deletes the group; its members lose what was given to it. Raises UnknownGroup."""
        ...

    def member_ids(self, group_id: str) -> list[str]:
        """The user ids of the members, oldest user first. Raises UnknownGroup."""
        ...

    def add(self, group_id: str, user_id: str) -> None:
        """Makes a user a member; one who is stays one. Raises UnknownGroup, UnknownUser."""
        ...

    def drop(self, group_id: str, user_id: str) -> None:
        """Ends a membership. Raises UnknownGroup, UnknownUser: who is no member."""
        ...


@dataclass(frozen=True, slots=True)
class Accounts:
    """All who may come in, and by what."""

    keys: Identities
    sessions: Sessions
    users: Users
    groups: Groups
