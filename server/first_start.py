"""What a start leaves behind for its user: the administrator's key, the sample documents, and what to try."""

import os
import shutil
import sys
from pathlib import Path

from server.app import SAMPLE_STORE, Parts
from server.model import LECTERN, ApiKey, Role
from server.samples import documents

EXAMPLE = "What is the hotel limit per night in Zurich?"


def welcome(parts: Parts) -> str:
    """Makes the administrator's key and loads the samples where that was not done; tells where things are."""
    admin = _admin_key(parts)
    samples = parts.catalog.store_by_name(SAMPLE_STORE, LECTERN)
    if parts.settings.samples and samples is None:
        _load_samples(parts)
    settings = parts.settings
    base = settings.base_url
    link = f"{base}/portal/open?token={parts.sessions.create_link(admin.id)}"
    lines = [
        "",
        f"  Lectern is ready at {base}",
        "",
        f"  Portal     {link}   (once, within ten minutes; `lectern keys link` makes another)",
        f"  API        {base}/v1",
        f"  Admin key  {settings.data / 'admin.key'}",
    ]
    if settings.samples or samples is not None:
        lines.append(f'  Try        {_command()} ask "{EXAMPLE}" --store {SAMPLE_STORE}')
        if samples is None:  # their reading goes on behind this
            lines.append("             (once the sample documents are read: this takes a few seconds)")
    return "\n".join([*lines, "", ""])


def _command() -> str:
    """How the user who started this calls the command: with its path, unless it lies on PATH."""
    called = Path(sys.argv[0])
    if called.name != "lectern" or shutil.which("lectern") == str(called):
        return "lectern"
    return str(called.relative_to(Path.cwd()) if called.is_relative_to(Path.cwd()) else called)


def _admin_key(parts: Parts) -> ApiKey:
    """The first administrator's key; its secret is written to admin.key, which only the owner may read."""
    admins = [key for key in parts.identities.list_keys() if key.role == Role.ADMIN and key.revoked_at is None]
    if admins:
        return admins[0]
    key, secret = parts.identities.create_key("administrator", Role.ADMIN)
    path = parts.settings.data / "admin.key"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(secret + "\n")
    return key


def _load_samples(parts: Parts) -> None:
    ids = []
    for path in documents():
        with path.open("rb") as stream:
            ids.append(parts.uploads.put(path.name, "assistants", stream).id)
    parts.stores.create(SAMPLE_STORE, ids, {})
