"""TLS by certificate files, taken up anew when they change."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509

from server.errors import WrongSetting

log = structlog.get_logger()

LOOK_SECONDS = 60.0


class Certificate:
    """The certificate Lectern shows, and its key. TLS 1.2 is the least it speaks."""

    def __init__(self, cert: Path, key: Path) -> None:
        self._cert, self._key = cert, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._stamp = self._load()

    async def follow(self, seconds: float = LOOK_SECONDS) -> None:
        """Looks for ever whether the files have changed; new connections get the new certificate. Files that cannot be
        used, as while they are written, leave the old one."""
        while True:
            await asyncio.sleep(seconds)
            if self._changed_at() == self._stamp:
                continue
            try:
                self._stamp = self._load()
                log.info("The TLS certificate was read again", until=expiry(self._cert).isoformat())
            except WrongSetting as error:
                log.warning("The TLS certificate was not read again", reason=error.message)

    def _load(self) -> tuple[float, float]:
        stamp = self._changed_at()
        try:
            # A context of its own first: the one in use must not be left with half of a pair.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._cert, self._key)
            self.context.load_cert_chain(self._cert, self._key)
        except (OSError, ssl.SSLError) as error:
            detail = f"the certificate {self._cert} and the key {self._key} cannot be used ({error})."
            raise WrongSetting(setting="LECTERN_TLS_CERT", detail=detail) from None
        return stamp

    def _changed_at(self) -> tuple[float, float]:
        try:
            return self._cert.stat().st_mtime, self._key.stat().st_mtime
        except FileNotFoundError:
            return 0.0, 0.0


def open_certificate(cert: Path | None, key: Path | None) -> Certificate | None:
    """The certificate that the settings name, if they do. Raises WrongSetting."""
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        detail = "a certificate needs its key, and a key its certificate: set LECTERN_TLS_CERT and LECTERN_TLS_KEY."
        raise WrongSetting(setting="LECTERN_TLS_CERT" if cert is None else "LECTERN_TLS_KEY", detail=detail)
    return Certificate(cert, key)


def expiry(cert: Path) -> datetime:
    """Until when the first certificate in the file is good. Raises OSError, ValueError."""
    return x509.load_pem_x509_certificate(cert.read_bytes()).not_valid_after_utc


def left(cert: Path) -> timedelta:
    """How long it is still good. Raises OSError, ValueError."""
    return expiry(cert) - datetime.now(UTC)
