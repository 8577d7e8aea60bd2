"""Lectern as a browser and a stranger on the network meet it: TLS, other pages, other names, and its own log."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import openai
import pytest

from tests.certificates import make_certificate
from tests.serving import Serving

PLANTED = "planted-secret-4711"
ORIGIN = "https://wiki.example"


class OverTls(Serving):
    """A Lectern with a certificate."""

    def __init__(self, folder: Path) -> None:
        make_certificate(folder, "one")
        self.cert = folder / "cert.pem"
        super().__init__(
            folder / "data",
            tls_cert=str(self.cert),
            tls_key=str(folder / "key.pem"),
            hosts="lectern.example",
            origins=ORIGIN,
            log_level="debug",
            log_format="json",
        )
        self.url = f"https://localhost:{self.port}"
        self.trust = ssl.create_default_context(cafile=str(self.cert))

    def client_over_tls(self, key: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, verify=self.trust, timeout=60)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverTls]:
    one = OverTls(tmp_path_factory.mktemp("face"))
    one.wait()
    yield one
    one.stop()


@pytest.fixture
def http(serving: OverTls) -> Iterator[httpx.Client]:
    with serving.client_over_tls() as client:
        yield client


def test_the_official_client_works_over_tls(serving: OverTls) -> None:
    with openai.DefaultHttpxClient(verify=serving.trust) as transport:
        client = openai.OpenAI(base_url=f"{serving.url}/v1", api_key=serving.key, http_client=transport)
        assert [model.id for model in client.models.list()]


def test_browsers_are_told_to_stay_with_tls(http: httpx.Client) -> None:
    assert http.get("/v1/files").headers["strict-transport-security"].startswith("max-age=")


def test_tls_below_1_2_is_not_spoken(serving: OverTls) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(httpx.ConnectError), httpx.Client(verify=context) as client:
        client.get(f"{serving.url}/healthz")


def test_commands_speak_to_it_over_tls(serving: OverTls) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "LECTERN_DATA": str(serving.data),
        "LECTERN_PORT": str(serving.port),
        "LECTERN_TLS_CERT": str(serving.cert),
    }
    command = [sys.executable, "-m", "server", "ask", "Is anybody there?"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "certificate" not in run.stderr.lower()
    assert "No Lectern answers" not in run.stderr


def test_a_page_of_a_named_origin_may_call_the_api_and_no_other(http: httpx.Client) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = http.options("/v1/chat/completions", headers={"Origin": ORIGIN, **asks})
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in allowed.headers
    assert http.get("/v1/files", headers={"Origin": ORIGIN}).headers["access-control-allow-origin"] == ORIGIN
    for stranger in ("https://evil.example", f"{ORIGIN}.evil.example", "null"):
        refused = http.options("/v1/chat/completions", headers={"Origin": stranger, **asks})
        assert "access-control-allow-origin" not in refused.headers
        assert "access-control-allow-origin" not in http.get("/v1/files", headers={"Origin": stranger}).headers


def test_it_answers_to_its_names_and_to_no_other(http: httpx.Client) -> None:
    for name, status in (("lectern.example", 200), ("evil.example", 421), ("127.0.0.1", 200)):
        assert http.get("/v1/files", headers={"Host": name}).status_code == status, name


def test_a_file_is_only_ever_a_download(http: httpx.Client) -> None:
    page = ("page.html", b"<script>alert(1)</script>", "text/html")
    made = http.post("/v1/files", files={"file": page}, data={"purpose": "assistants"}).json()
    headers = http.get(f"/v1/files/{made['id']}/content").headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


def test_no_secret_is_in_the_log(serving: OverTls, http: httpx.Client, tmp_path: Path) -> None:
    made = http.post("/v1/api_keys", json={"name": "planted"}).json()
    user = http.post("/v1/users", json={"name": "ada", "role": "reader"}).json()
    link = http.post(f"/v1/users/{user['id']}/password_link").json()
    with serving.client_over_tls(made["key"]) as other:
        other.get("/v1/files", params={"api_key": PLANTED, "token": PLANTED})
        other.post("/v1/chat/completions", content=f'{{"password": "{PLANTED}"')
        other.post("/v1/chat/completions", json={"model": PLANTED, "messages": [{"role": "user", "content": PLANTED}]})
    headers = {"Authorization": f"Bearer {PLANTED}", "Cookie": f"lectern_session={PLANTED}", "X-Lectern-Portal": "1"}
    for path in ("/v1/files", f"/portal/open?token={PLANTED}"):
        httpx.get(f"{serving.url}{path}", headers=headers, verify=serving.trust)
    for body in ({"key": PLANTED}, {"name": "ada", "password": PLANTED}):
        httpx.post(f"{serving.url}/portal/sign_in", json=body, headers=headers, verify=serving.trust)
    source = {"url": f"s3://bucket/{PLANTED}", "credentials": {"key": PLANTED, "secret": PLANTED}}
    http.post("/v1/vector_stores/none/sources", json=source)
    log = serving.log.read_text()
    assert "/v1/api_keys" in log
    for secret in (PLANTED, serving.key, made["key"], link["url"].rpartition("=")[2]):
        assert secret not in log
