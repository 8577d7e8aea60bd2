"""Signing in at the portal, and choosing passwords."""

from server.access.passwords import Passwords
from server.access.throttle import SignInThrottle
from server.errors import WrongCredentials
from server.model import Device, User, login_of
from server.ports import Sessions, Users


class SignIn:
    """Opens sessions for those who prove to be a local user. Wrong attempts have to wait longer and longer.

    Nothing tells whether there is an account: the error is the same, the same work is done, and an attempt counts.
    """

    def __init__(self, users: Users, sessions: Sessions, passwords: Passwords, throttle: SignInThrottle) -> None:
        self._users = users
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle

    def by_password(self, name: str, password: str, device: Device) -> str:
        """The token of a new session. Raises WrongCredentials, TooManyAttempts."""
        user = self._proved(name, password, device)
        self._users.signed_in(user.id)
        return self._sessions.open_session("password", device, user_id=user.id)

    def change_password(self, user_id: str, current: str, new: str, device: Device) -> str:
        """Has a user who knows the password choose another; all sessions end, and the token of a new one comes back.

        Raises:
            WrongCredentials, TooManyAttempts: `current` is not the password.
            WeakPassword: `new` cannot be one.
        """
        user = self._proved(self._users.user(user_id).name, current, device)
        self._users.set_password(user.id, self._passwords.hash(new, user))
        return self._sessions.open_session("password", device, user_id=user.id)

    def choose_password(self, link: str, new: str, device: Device) -> str:
        """Has who holds an administrator's link choose a password; the token of a new session. A password that cannot
        be used does not spend the link. Raises SpentLink, WeakPassword."""
        user = self._users.user(self._sessions.user_of_password_link(link))
        hashed = self._passwords.hash(new, user)
        self._users.set_password(self._sessions.spend_password_link(link), hashed)
        self._throttle.succeeded(login_of(user.name), device.address)
        if user.disabled_at is not None:
            raise WrongCredentials
        return self._sessions.open_session("password", device, user_id=user.id)

    def _proved(self, name: str, password: str, device: Device) -> User:
        login = login_of(name)
        self._throttle.begin(login, device.address)
        found = self._users.password_of(name)
        user, hashed = found or (None, None)
        if not self._passwords.right(hashed, password) or user is None or hashed is None:
            raise WrongCredentials
        self._throttle.succeeded(login, device.address)
        if self._passwords.outdated(hashed):
            self._users.set_password(user.id, self._passwords.hash(password, user), sign_out=False)
        return user
