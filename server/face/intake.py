"""How much of a request is taken in, and how slowly it may come."""

import asyncio
import re
import time
from dataclasses import dataclass

from starlette.types import Message, Receive

from server.errors import RequestTooLarge, SlowRequest

# What is written to the disk as it arrives may be large; it has a limit of its own where it is written.
_UPLOADS = re.compile(r"/v1/files|/v1/uploads/[^/]+/parts")
_FORM_BYTES = 1024 * 1024  # beside the file itself


@dataclass(frozen=True, slots=True)
class Intake:
    """Limits on bodies. A body may take `grace` seconds and then must have come at `least_rate` bytes a second on
    average, so that nobody keeps a connection for ever by sending a byte now and then."""

    json_bytes: int
    upload_bytes: int
    grace: float = 60.0
    least_rate: int = 1024

    def limited(self, path: str, headers: dict[bytes, bytes], receive: Receive) -> Receive:
        """`receive` within the limits; it raises RequestTooLarge and SlowRequest."""
        declared = headers.get(b"content-length", b"0")
        is_form = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        upload = is_form and _UPLOADS.fullmatch(path) is not None
        most = self.upload_bytes + _FORM_BYTES if upload else self.json_bytes
        setting = "LECTERN_UPLOAD_MB" if upload else "LECTERN_REQUEST_KB"
        limit = f"{self.upload_bytes // 1024**2} MiB" if upload else f"{most // 1024} KiB"
        too_large = RequestTooLarge(limit=limit, setting=setting)
        received, ended, started = 0, False, time.monotonic()

        async def limited() -> Message:
            nonlocal received, ended
            if ended:
                return await receive()
            if declared.isdigit() and int(declared) > most:
                raise too_large
            until = started + self.grace + received / self.least_rate
            try:
                async with asyncio.timeout(max(0.0, until - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                raise SlowRequest(detail=f"{received} bytes in {time.monotonic() - started:.0f} seconds") from None
            received += len(message.get("body", b""))
            ended = not message.get("more_body", False)
            if received > most:
                raise too_large
            return message

        return limited
