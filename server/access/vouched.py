"""Whom an issuer vouches for, and as what they are let in."""

import time
from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool

from server.errors import NotAdmitted
from server.model import Caller, Claimed, Role, User
from server.ports import Identities, Issuer, Users

_MOST_REMEMBERED = 10_000


class Vouched:
    """Makes users of those whom the issuer vouches for, at the first time and as its groups say.

    `roles` tells the role of a group's members; the highest counts, and whoever is in none of them has `role`, or is
    not let in where that is None. Where `roles` is empty, a user's role stays as administrators set it.
    """

    def __init__(
        self,
        issuer: Issuer,
        users: Users,
        identities: Identities,
        roles: Mapping[str, Role],
        role: Role | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self._users = users
        self._identities = identities
        self._roles = roles
        self._role = role
        self._clock = clock
        self._written: dict[Claimed, tuple[float, str]] = {}

    def admit(self, claimed: Claimed) -> User:
        """The user. Raises NotAdmitted: no group of theirs is let in, or the account is disabled."""
        mapped = [self._roles[group] for group in claimed.groups or () if group in self._roles]
        role = max(mapped, key=list(Role).index, default=self._role)
        if role is None:
            raise NotAdmitted(detail="none of your groups may")
        user = self._users.admit(claimed, role, keep_role=not self._roles or claimed.groups is None)
        if user.disabled_at is not None:
            raise NotAdmitted(detail="your account is disabled")
        return user

    async def caller_of_token(self, token: str) -> Caller:
        """Who sends an access token. Raises WrongToken, NotAdmitted, IssuerUnavailable, WrongApiKey."""
        claimed = await self.issuer.verify(token)
        return await run_in_threadpool(self._caller, claimed)

    def _caller(self, claimed: Claimed) -> Caller:
        # What a token says is written at most once a minute; whether the user is disabled is read each time.
        until, user_id = self._written.get(claimed, (0.0, ""))
        if self._clock() >= until:
            user_id = self.admit(claimed).id
            if len(self._written) >= _MOST_REMEMBERED:
                self._written.clear()
            self._written[claimed] = (self._clock() + 60, user_id)
        return self._identities.caller_now(f"user:{user_id}", "token")
