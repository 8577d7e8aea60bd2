"""Signing in at a real issuer, and tokens that somebody tampered with."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import pytest
from joserfc.jwk import ECKey, RSAKey

from server.adapters.oidc.issuer import Client, OidcIssuer
from server.adapters.oidc.published import Published
from server.errors import IssuerUnavailable, SignInFailed, WrongToken
from server.model import Claimed
from server.ports import Pending
from tests.issuer import AUDIENCE, RunningIssuer, sign_in
from tests.serving import free_port

BACK = "http://127.0.0.1:9"
PENDING = Pending("the state", "the nonce", "v" * 43)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIssuer]:
    issuer = RunningIssuer(tmp_path_factory.mktemp("issuer"), BACK)
    ada = {"preferred_username": "Ada", "email": "ada@example.org", "groups": ["staff", "管理员"]}
    issuer.write(ada=ada, bare={}, nested={"groups": "staff"})
    yield issuer.start()
    issuer.stop()


def issuer_of(running: RunningIssuer, url: str | None = None, audience: str = AUDIENCE, **other: Any) -> OidcIssuer:
    told = {"scopes": "openid profile email groups", "groups_claim": "groups", "audience": audience, **other}
    client = Client(running.client_id, running.client_secret, **told)
    return OidcIssuer(Published(url or running.url), client)


async def redeemed(running: RunningIssuer, account: str, **other: Any) -> Claimed:
    issuer = issuer_of(running, **other)
    url = await issuer.authorization_url(f"{BACK}/portal/oidc/back", PENDING)
    back = await asyncio.to_thread(sign_in, url, account)
    query = parse_qs(urlsplit(back).query)
    assert query["state"] == [PENDING.state]
    return await issuer.redeem(query["code"][0], f"{BACK}/portal/oidc/back", PENDING)


async def test_who_signs_in_is_known_by_name_mail_and_groups(running: RunningIssuer) -> None:
    groups = frozenset({"staff", "管理员"})
    assert await redeemed(running, "ada") == Claimed(running.url, "ada", "Ada", "ada@example.org", groups)
    assert await redeemed(running, "bare") == Claimed(running.url, "bare", "bare", None, frozenset())
    assert (await redeemed(running, "nested")).groups == frozenset({"staff"})
    assert (await redeemed(running, "ada", groups_claim="no.such")).groups == frozenset()


async def test_a_code_is_worth_nothing_to_who_did_not_ask_for_it(running: RunningIssuer) -> None:
    back = f"{BACK}/portal/oidc/back"
    for stolen in (Pending("s", PENDING.nonce, "w" * 43), Pending("s", "another nonce", PENDING.verifier)):
        issuer = issuer_of(running)
        url = await issuer.authorization_url(back, PENDING)
        code = httpx.URL(await asyncio.to_thread(sign_in, url, "ada")).params["code"]
        with pytest.raises(SignInFailed):
            await issuer.redeem(code, back, stolen)
    with pytest.raises(SignInFailed):
        await issuer_of(running).redeem("never issued", back, PENDING)


async def test_an_access_token_tells_whose_it_is(running: RunningIssuer) -> None:
    token = await asyncio.to_thread(running.access_token, "ada")
    claimed = await issuer_of(running).verify(token)
    assert claimed == Claimed(running.url, "ada", "Ada", "ada@example.org", frozenset({"staff", "管理员"}))
    assert (await issuer_of(running).verify(running.forge(running.claims()))).groups is None
    assert (await issuer_of(running).verify(running.forge(running.claims(aud=["x", AUDIENCE])))).subject == "ada"


async def test_no_token_counts_where_no_audience_is_set(running: RunningIssuer) -> None:
    with pytest.raises(WrongToken, match="LECTERN_OIDC_AUDIENCE"):
        await issuer_of(running, audience="").verify(running.forge(running.claims()))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "https://other.example"},
        {"aud": [AUDIENCE + "x"]},
        {"aud": None},
        {"aud": 7},
        {"exp": 1},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"nbf": int(time.time()) + 3600},
        {"nbf": "x"},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"sub": "x" * 256},
        {"client_id": None},
        {"jti": None},
    ],
)
async def test_claims_that_are_not_right_are_refused(running: RunningIssuer, claims: dict[str, Any]) -> None:
    with pytest.raises(WrongToken):
        await issuer_of(running).verify(running.forge(running.claims(**claims)))


async def test_clocks_may_differ_by_a_minute(running: RunningIssuer) -> None:
    now = int(time.time())
    for claims in ({"exp": now - 30}, {"nbf": now + 30}, {"iat": now + 30}):
        assert (await issuer_of(running).verify(running.forge(running.claims(**claims)))).subject == "ada"


@pytest.mark.parametrize("typ", ["JWT", "jwt", "", "id+jwt", None])
async def test_a_token_of_another_kind_is_no_access_token(running: RunningIssuer, typ: object) -> None:
    with pytest.raises(WrongToken):
        await issuer_of(running).verify(running.forge(running.claims(), typ=typ))


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def hashed(header: object, claims: object, secret: bytes) -> str:
    """A token whose signature is an HMAC. Libraries refuse to make one with a public key; those who attack do not."""
    signed = f"{part(header)}.{part(claims)}"
    digest = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


async def test_signatures_of_others_are_refused(running: RunningIssuer) -> None:
    issuer, claims = issuer_of(running), running.claims()
    public = running.key.as_pem(private=False)
    other = RSAKey.generate_key(2048, {"kid": "first"})
    same = RSAKey.import_key({**running.key.as_dict(private=True), "alg": "PS256"})
    curve = ECKey.generate_key("P-256", {"kid": "first"})
    forged = {
        "another's key": running.forge(claims, other),
        "a key of another kind": running.forge(claims, curve, alg="ES256"),
        "an unknown key": running.forge(claims, other, kid="second"),
        "a key of its own": running.forge(claims, other, jwk=other.as_dict(private=False)),
        "the public key as a secret": hashed({"alg": "HS256", "kid": "first", "typ": "at+jwt"}, claims, public),
        "an algorithm that the key is not for": running.forge(claims, same, alg="PS256"),
        "no signature": f"{part({'alg': 'none', 'kid': 'first', 'typ': 'at+jwt'})}.{part(claims)}.",
        "no signature, in capitals": f"{part({'alg': 'NONE', 'kid': 'first', 'typ': 'at+jwt'})}.{part(claims)}.",
        "a list for a header": f"{part([])}.{part(claims)}.AA",
        "an algorithm that is no text": f"{part({'alg': ['RS256'], 'kid': 'first'})}.{part(claims)}.AA",
        "a key id that is no text": f"{part({'alg': 'RS256', 'kid': {'a': 1}, 'typ': 'at+jwt'})}.{part(claims)}.AA",
    }
    for name, token in forged.items():
        with pytest.raises(WrongToken):
            pytest.fail(f"{name}: {await issuer.verify(token)}")
    assert (await issuer.verify(running.forge(claims))).subject == "ada"


async def test_any_changed_character_is_refused(running: RunningIssuer) -> None:
    issuer, token = issuer_of(running), running.forge(running.claims())
    await issuer.verify(token)
    for place in range(0, len(token) - 1, 7):  # the last character may hold bits that count for nothing
        for other in ("A", "_", "."):
            changed = token[:place] + other + token[place + 1 :]
            if changed != token:
                with pytest.raises(WrongToken):
                    pytest.fail(f"{place}: {await issuer.verify(changed)}")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "eyJ.eyJ.eyJ", "é.é.é", "\0", "x" * 20_000, "a" * 16 + ".." + "b"]
)
async def test_what_is_no_token_is_refused(running: RunningIssuer, token: str) -> None:
    with pytest.raises(WrongToken):
        await issuer_of(running).verify(token)


async def test_tokens_with_invented_keys_do_not_make_us_ask_the_issuer_again_and_again(
    running: RunningIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    get = httpx2.AsyncClient.get

    async def counted(client: httpx2.AsyncClient, url: Any, **more: Any) -> httpx2.Response:
        asked.append(str(url))
        return await get(client, url, **more)

    monkeypatch.setattr(httpx2.AsyncClient, "get", counted)
    issuer = issuer_of(running)
    for number in range(20):
        with pytest.raises(WrongToken):
            await issuer.verify(running.forge(running.claims(), kid=f"invented {number}"))
    assert len(asked) == 2  # the metadata and the keys, once


async def test_a_new_key_of_the_issuer_is_found(tmp_path: Path) -> None:
    now = [0.0]
    running = RunningIssuer(tmp_path, BACK)
    running.start()
    try:
        issuer = OidcIssuer(Published(running.url, lambda: now[0]), Client("lectern", "", "openid", "groups", AUDIENCE))
        await issuer.verify(running.forge(running.claims()))
        running.stop()
        running.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})
        running.write()
        running.start()
        now[0] += 21
        assert (await issuer.verify(running.forge(running.claims(), kid="second"))).subject == "ada"
        with pytest.raises(WrongToken):
            await issuer.verify(running.forge(running.claims(), RSAKey.generate_key(2048), kid="first"))
        running.stop()
        now[0] += 2 * 3600
        assert (await issuer.verify(running.forge(running.claims(), kid="second"))).subject == "ada"
    finally:
        running.stop()


async def test_an_issuer_that_is_away_or_another_says_so(running: RunningIssuer) -> None:
    away = issuer_of(running, f"http://127.0.0.1:{free_port()}")
    for _ in range(2):
        with pytest.raises(IssuerUnavailable, match="ConnectError"):
            await away.authorization_url(BACK, PENDING)
    with pytest.raises(IssuerUnavailable):
        await away.verify(running.forge(running.claims()))
    assert await away.logout_url(BACK) is None
    other_name = running.url.replace("127.0.0.1", "localhost")
    with pytest.raises(IssuerUnavailable, match="it says that it is"):
        await issuer_of(running, other_name).verify(running.forge(running.claims(iss=other_name)))


async def test_an_issuer_that_goes_away_in_the_middle_says_so(tmp_path: Path) -> None:
    running = RunningIssuer(tmp_path, BACK)
    running.write(ada={})
    running.start()
    issuer = issuer_of(running)
    url = await issuer.authorization_url(f"{BACK}/portal/oidc/back", PENDING)
    code = httpx.URL(await asyncio.to_thread(sign_in, url, "ada")).params["code"]
    running.stop()
    with pytest.raises(IssuerUnavailable):
        await issuer.redeem(code, f"{BACK}/portal/oidc/back", PENDING)


async def test_signing_out_leads_to_the_issuer_and_back(running: RunningIssuer) -> None:
    url = await issuer_of(running).logout_url(f"{BACK}/")
    assert url is not None
    assert parse_qs(urlsplit(url).query) == {"client_id": ["lectern"], "post_logout_redirect_uri": [f"{BACK}/"]}
    assert (await asyncio.to_thread(httpx.get, url)).status_code == 200
