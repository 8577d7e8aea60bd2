"""The head of the record of who did what: a small file beside the database, so that a record that was cut is told from
a whole one."""

import fcntl
import os
from dataclasses import asdict
from pathlib import Path

import orjson

from server.audit.chain import Verifier
from server.errors import DamagedSeal
from server.model import AuditHead

HEAD_FILE = "audit.head"


class HeadFile:
    """The last entry that any process of this data folder wrote. It only goes forward."""

    def __init__(self, data: Path, verifier: Verifier) -> None:
        self.path = data / HEAD_FILE
        self._verifier = verifier

    def read(self) -> AuditHead | None:
        """The head; none if nothing was written yet. Raises DamagedSeal: it is not what Lectern wrote."""
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            head = AuditHead(**orjson.loads(text))
        except (orjson.JSONDecodeError, TypeError):
            raise DamagedSeal(name=str(self.path)) from None
        if not isinstance(head.sequence, int) or not self._verifier.proves(str(head.hash), str(head.signature)):
            raise DamagedSeal(name=str(self.path))
        return head

    def advance(self, head: AuditHead) -> None:
        """Remembers this head, unless a later one is remembered.

        It does not wait for the disk: after a loss of power the head may be older than the record, or the record than
        the head. The second shows as entries that are gone, which is true then.
        """
        with os.fdopen(os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                known = self.read()
            except DamagedSeal:
                known = None
            if known is not None and known.sequence >= head.sequence:
                return
            part = self.path.with_suffix(".part")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(orjson.dumps(asdict(head)))
            part.rename(self.path)
