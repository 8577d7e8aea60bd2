import asyncio
import os
import ssl
from pathlib import Path

import pytest

from server.errors import WrongSetting
from server.face.tls import Certificate, left, open_certificate
from server.monitor.doctor import Finding, Verdict, certificate
from server.settings import Settings
from tests.certificates import make_certificate


@pytest.fixture
def shown(tmp_path: Path) -> Certificate:
    return Certificate(*make_certificate(tmp_path, "one"))


async def name_shown(certificate: Certificate) -> str:
    """The name in the certificate that a new connection is shown."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=certificate.context)
    port = server.sockets[0].getsockname()[1]
    try:
        pem = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port))
    finally:
        server.close()
    from cryptography import x509

    return str(x509.load_pem_x509_certificate(pem.encode()).subject.rfc4514_string())


async def test_a_new_certificate_is_taken_up_and_a_broken_one_is_not(shown: Certificate, tmp_path: Path) -> None:
    assert await name_shown(shown) == "CN=one"
    following = asyncio.create_task(shown.follow(0.01))
    make_certificate(tmp_path, "two")
    os.utime(tmp_path / "cert.pem", (1, 1))
    async with asyncio.timeout(10):
        while await name_shown(shown) != "CN=two":  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)
    (tmp_path / "key.pem").write_text("half a key")
    await asyncio.sleep(0.1)
    assert await name_shown(shown) == "CN=two"
    assert not following.done()
    following.cancel()


def test_a_certificate_without_a_key_is_refused(tmp_path: Path) -> None:
    cert, key = make_certificate(tmp_path, "one")
    for pair in ((cert, None), (None, key), (cert, tmp_path / "none"), (key, cert)):
        with pytest.raises(WrongSetting):
            open_certificate(*pair)
    assert open_certificate(None, None) is None


def told(**settings: object) -> Finding:
    return next(certificate(Settings.read(**settings)))


@pytest.mark.parametrize(("days", "verdict"), [(90, Verdict.OK), (5, Verdict.WARN), (-2, Verdict.FAIL)])
def test_the_doctor_tells_when_a_certificate_expires(tmp_path: Path, days: int, verdict: Verdict) -> None:
    cert, key = make_certificate(tmp_path, "one", days)
    assert left(cert).days in {days, days - 1}
    assert told(tls_cert=cert, tls_key=key).verdict == verdict


def test_the_doctor_warns_of_clear_text_on_a_network() -> None:
    assert told(host="0.0.0.0").verdict == Verdict.WARN
    assert told(host="127.0.0.1").verdict == Verdict.OK
