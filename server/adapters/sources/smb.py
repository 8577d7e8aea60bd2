"""Shares of Windows and Samba."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast
from urllib.parse import SplitResult, unquote

from server.adapters.sources.network import CONNECT_SECONDS, Network
from server.adapters.sources.remote import Check, Stream, is_fresh, stamp_of, translated, walk_tree
from server.adapters.sources.selection import Selection
from server.model import Found

_PORT = 445
_SAME_SECONDS = 1e-3  # two ways to ask for a time round it differently


class Smb:
    """A share: smb://HOST/SHARE/PATH.

    Raises:
        OSError: the host may not be spoken to, does not answer or refuses the password.
    """

    def __init__(self, url: SplitResult, credentials: Mapping[str, str], network: Network) -> None:
        import smbclient

        self._host, port = url.hostname or "", url.port or _PORT
        self._root = unquote(url.path).rstrip("/")
        network.addresses(self._host, port)
        # Connections of its own: fsspec's file system shares one session per host among all who use it.
        self._session: dict[str, Any] = {
            "username": credentials.get("username"),
            "password": credentials.get("password"),
            "port": port,
            "connection_cache": {},
        }
        with translated():
            smbclient.register_session(self._host, connection_timeout=int(CONNECT_SECONDS), **self._session)

    def walk(self, selection: Selection, check: Check) -> Iterator[Found]:
        """All files."""
        return walk_tree(self._entries, selection, check)

    def open(self, path: str) -> BinaryIO:
        """The content."""
        import smbclient

        # "rwd": people go on working with the files.
        return cast(
            BinaryIO,
            Stream(lambda: smbclient.open_file(self._unc(path), "rb", share_access="rwd", **self._session)),
        )

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was found."""
        import smbclient

        with translated():
            now = smbclient.stat(self._unc(found.path), **self._session)
        written = float(found.stamp.split()[1])
        return bool(now.st_size == found.size and abs(now.st_mtime - written) < _SAME_SECONDS)

    def close(self) -> None:
        """Lets go of the connection."""
        import smbclient

        smbclient.reset_connection_cache(fail_on_error=False, connection_cache=self._session["connection_cache"])

    def _entries(self, folder: str) -> Iterator[tuple[bool, Found]]:
        import smbclient

        with translated(), smbclient.scandir(self._unc(folder), **self._session) as entries:
            for entry in entries:
                if entry.is_symlink():
                    continue
                facts = entry.smb_info
                changed = facts.change_time
                stamp = stamp_of(facts.end_of_file, facts.last_write_time.timestamp(), changed.timestamp())
                path = f"{folder}/{entry.name}".lstrip("/")
                yield entry.is_dir(), Found(path, stamp, entry.name, facts.end_of_file, is_fresh(changed))

    def _unc(self, path: str) -> str:
        place = f"{self._root}/{path}".rstrip("/").replace("/", "\\")
        return f"\\\\{self._host}{place}"
