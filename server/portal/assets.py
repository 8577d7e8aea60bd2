"""The portal's files: its own and, built at set-up, those of other makers, held in memory as they are sent."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_KEPT: Final = {".js", ".css", ".html", ".svg", ".woff2", ".txt", ".json"}
_IMPORT: Final = re.compile(r'^(?:import|export)[^"\n]*?"(\.[^"]+)";?$|^import "(\.[^"]+)";$', re.MULTILINE)
_SHELL: Final = "shell/portal.js"
_PAGE: Final = re.compile(r'page\(\(\) => import\("\.\./([^"]+)"\)((?:, "\w+")*)\)')
MOUNT: Final = "/portal/static"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, plain and compressed. `tag` changes with it."""

    media_type: str
    plain: bytes
    packed: bytes
    tag: str


class Assets:
    """All files below the folders, by their path. `digest` names their state: it stands in the address of each, so
    that browsers may keep what they have, and never mix what belongs to different versions."""

    def __init__(self, *folders: Path) -> None:
        self._files: dict[str, Asset] = {}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix in _KEPT:
                    self._files[path.relative_to(folder).as_posix()] = _asset(path)
        named = "".join(f"{name}\0{asset.tag}\n" for name, asset in sorted(self._files.items()))
        self.digest = hashlib.sha256(named.encode()).hexdigest()[:16]

    @property
    def base(self) -> str:
        """The address below which the files of this version lie."""
        return f"{MOUNT}/{self.digest}"

    def get(self, name: str) -> Asset | None:
        """The file of this path."""
        return self._files.get(name)

    def page(self, name: str, *entries: str) -> Asset:
        """The HTML file with the addresses of this version in it; browsers are told at once of all modules that the
        `entries` import, and of the stylesheets of those that are pages, instead of finding them one after the other.
        Raises FileNotFoundError."""
        page = self._files.get(name)
        if page is None:
            raise FileNotFoundError(name)
        styles = [f'<link rel="stylesheet" href="{self.base}/style/{style}.css">' for style in self._styles(entries)]
        modules = [f'<link rel="modulepreload" href="{self.base}/{module}">' for module in self._modules(entries)]
        links = "\n    ".join([*styles, *modules])
        text = page.plain.decode().replace("{static}", self.base).replace("{modules}", links).encode()
        return Asset(page.media_type, text, gzip.compress(text, mtime=0), _tag(text))

    def _styles(self, entries: tuple[str, ...]) -> list[str]:
        """The stylesheets that the pages need, as the module that loads them says."""
        shell = self._files.get(_SHELL)
        named = _PAGE.findall(shell.plain.decode()) if shell else []
        return [style for page, styles in named if page in entries for style in re.findall(r"\w+", styles)]

    def _modules(self, entries: tuple[str, ...]) -> list[str]:
        """The modules and all that they import before they run, in the order they are met."""
        found: dict[str, None] = {}
        waiting = list(entries)
        while waiting:
            name = waiting.pop(0)
            if name in found or name not in self._files:
                continue
            found[name] = None
            for first, second in _IMPORT.findall(self._files[name].plain.decode()):
                waiting.append(_resolved(name, first or second))
        return list(found)


def _resolved(importer: str, target: str) -> str:
    parts = importer.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _asset(path: Path) -> Asset:
    plain = path.read_bytes()
    media_type = mimetypes.types_map.get(path.suffix, "application/octet-stream")
    if media_type.startswith("text/") or path.suffix == ".js":
        media_type = f"{'text/javascript' if path.suffix == '.js' else media_type}; charset=utf-8"
    return Asset(media_type, plain, gzip.compress(plain, 6, mtime=0), _tag(plain))


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:20]}"'
