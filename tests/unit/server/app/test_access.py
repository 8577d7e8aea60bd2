import pytest

from server.adapters.database.engine import Database
from server.adapters.database.groups import SqlGroups
from server.adapters.database.identities import SqlIdentities
from server.adapters.database.sessions import SqlSessions
from server.adapters.database.users import SqlUsers
from server.app.access import open_vouched
from server.errors import WrongSetting
from server.model import Claimed, Role
from server.ports import Accounts
from server.settings import Settings


@pytest.fixture
def accounts(sqlite: Database) -> Accounts:
    return Accounts(SqlIdentities(sqlite), SqlSessions(sqlite), SqlUsers(sqlite), SqlGroups(sqlite))


@pytest.mark.parametrize(
    ("issuer", "good"),
    [
        ("https://login.example.org/realms/staff", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://localhost:8080/x", True),
        ("http://login.example.org", False),
        ("http://127.0.0.1.example.org", False),
        ("https://login.example.org/?tenant=1", False),
        ("https://", False),
        ("ftp://login.example.org", False),
        ("login.example.org", False),
    ],
)
def test_an_issuer_is_reached_by_https_or_lies_on_this_machine(accounts: Accounts, issuer: str, good: bool) -> None:
    settings = Settings.read(oidc_issuer=issuer, oidc_client_id="lectern")
    if good:
        assert open_vouched(settings, accounts) is not None
    else:
        with pytest.raises(WrongSetting, match="LECTERN_OIDC_ISSUER"):
            open_vouched(settings, accounts)


def test_an_issuer_needs_a_client_and_roles_there_are(accounts: Accounts) -> None:
    assert open_vouched(Settings.read(), accounts) is None
    with pytest.raises(WrongSetting, match="LECTERN_OIDC_CLIENT_ID"):
        open_vouched(Settings.read(oidc_issuer="https://a.example"), accounts)
    for roles in ("boss", "boss=king", "=admin", "a=reader,b"):
        with pytest.raises(WrongSetting, match="LECTERN_OIDC_ROLES"):
            open_vouched(Settings.read(oidc_issuer="https://a.example", oidc_client_id="x", oidc_roles=roles), accounts)


def test_roles_and_the_role_of_others_are_as_set(accounts: Accounts) -> None:
    settings = Settings.read(
        oidc_issuer="https://a.example", oidc_client_id="x", oidc_roles=" cn=boss=admin , writers = editor,"
    )
    vouched = open_vouched(settings, accounts)
    assert vouched is not None
    for subject, groups, role in (
        ("1", {"cn=boss"}, Role.ADMIN),
        ("2", {"writers"}, Role.EDITOR),
        ("3", {"x"}, Role.READER),
    ):
        assert vouched.admit(Claimed("https://a.example", subject, subject, None, frozenset(groups))).role == role


@pytest.mark.parametrize("proxies", ["*", "proxy.example", "10.0.0.1/8", "10.0.0.0/33", "1.2.3.4;5.6.7.8"])
def test_proxies_are_named_by_address(proxies: str) -> None:
    with pytest.raises(WrongSetting, match="LECTERN_TRUSTED_PROXIES"):
        Settings.read(trusted_proxies=proxies)
    assert Settings.read(trusted_proxies="10.0.0.0/8, ::1,192.0.2.1").trusted_proxies
