"""Passwords that people give with protected files: sealed under the file's key, and kept only until it is read."""

from server.documents.names import password_name
from server.ports import Files


class Passwords:
    """One password per file. It is never shown or logged."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def keep(self, file_id: str, password: str) -> None:
        """Keeps the password for the next reading, in place of an earlier one."""
        with self._files.write(password_name(file_id), file_id) as out:
            out.write(password.encode("utf-8", "surrogatepass"))

    def of(self, file_id: str) -> str | None:
        """The password, if one was given for the next reading."""
        try:
            with self._files.open(password_name(file_id), file_id) as stream:
                return stream.read().decode("utf-8", "surrogatepass")
        except FileNotFoundError:
            return None

    def forget(self, file_id: str) -> None:
        """Forgets the password; there may be none."""
        self._files.delete(password_name(file_id))
