"""A certified OpenID Connect issuer (the npm package oidc-provider) for tests, and browsers that sign in to it."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.serving import free_port

CLIENTS = Path(__file__).parent / "clients"
AUDIENCE = "https://lectern.example/api"


def node() -> str:
    """Node's command: the system's, or that of the Python package which docker/setup.sh installs instead."""
    found = shutil.which("node") or str(Path(sys.executable).parent / "node")
    assert Path(found).exists(), "Node is missing: run docker/setup.sh test"
    assert (CLIENTS / "node_modules").is_dir(), "Node's packages are missing: run docker/setup.sh test"
    return found


class RunningIssuer:
    """An issuer as its own process. Accounts may change while it runs."""

    def __init__(self, folder: Path, back: str = "") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.client_id, self.client_secret = "lectern", "a secret that only these two know"
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self._path = folder / "issuer.json"
        self._log = folder / "issuer.log"
        self.back = back
        self.accounts: dict[str, dict[str, Any]] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self.write()

    def write(self, **accounts: dict[str, Any]) -> None:
        """Has accounts with these claims, by their subject, beside those there are."""
        self.accounts |= accounts
        client = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uris": [f"{self.back}/portal/oidc/back"],
            "post_logout_redirect_uris": [f"{self.back}/"],
        }
        program = {
            "client_id": "program",
            "token_endpoint_auth_method": "none",
            "redirect_uris": ["http://127.0.0.1/back"],
            "application_type": "native",
        }
        told = {"port": self.port, "audience": AUDIENCE, "keys": [self.key.as_dict(private=True)]}
        self._path.write_text(json.dumps({**told, "clients": [client, program], "accounts": self.accounts}))

    def start(self) -> "RunningIssuer":
        """Starts it and waits until it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [node(), str(CLIENTS / "issuer.mjs"), str(self._path)], stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self.process.poll() is None, self._log.read_text()[-4000:]
            try:
                if httpx.get(f"{self.url}/.well-known/openid-configuration").is_success:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(self._log.read_text()[-4000:])

    def stop(self) -> None:
        """Ends it; nobody answers then."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)

    def forge(self, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
        """A token with these claims, signed with the issuer's own key or another."""
        given = {"alg": "RS256", "kid": "first", "typ": "at+jwt", **header}
        full = {name: value for name, value in given.items() if value is not None}
        return jwt.encode(full, claims, key or self.key, algorithms=[full["alg"]], default_type=None)

    def claims(self, **other: Any) -> dict[str, Any]:
        """What a right access token says; None leaves a claim out."""
        now = int(time.time())
        right: dict[str, Any] = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "client_id": "program", "jti": "1"}
        right |= {"iat": now, "exp": now + 600, "scope": "openid"}
        return {name: value for name, value in {**right, **other}.items() if value is not None}

    def access_token(self, account: str) -> str:
        """An access token that the issuer gives a program in whose browser this account signs in."""
        verifier = "v" * 64
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": "program",
            "response_type": "code",
            "redirect_uri": "http://127.0.0.1/back",
            "scope": "openid profile email groups",
            "resource": AUDIENCE,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        back = sign_in(f"{self.url}/auth?{urlencode(query)}", account)
        code = httpx.URL(back).params["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": "program",
            "redirect_uri": "http://127.0.0.1/back",
            "code_verifier": verifier,
            "resource": AUDIENCE,
        }
        answer = httpx.post(f"{self.url}/token", data=form)
        assert answer.is_success, answer.text
        return str(answer.json()["access_token"])


def sign_in(url: str, account: str) -> str:
    """Signs an account in at the issuer's own pages, as a browser does; the address that it is sent back to."""
    with httpx.Client(follow_redirects=False, timeout=30) as browser:
        issuer = httpx.URL(url)
        for _ in range(12):
            answer = browser.get(url)
            while not answer.is_redirect:
                form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
                assert form, answer.text
                fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', answer.text))
                answer = browser.post(issuer.join(form[1]), data=fields | {"login": account, "password": "any"})
            url = str(issuer.join(answer.headers["location"]))
            if (httpx.URL(url).host, httpx.URL(url).port) != (issuer.host, issuer.port):
                return url
    raise AssertionError(f"it goes on and on: {url}")
