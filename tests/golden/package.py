"""Packages (zip files) that come out the same on every machine and day."""

import io
import re
import zipfile
from collections.abc import Mapping

_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DAY = (2026, 1, 1, 0, 0, 0)
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def zipped(parts: Mapping[str, str | bytes], stored: str = "") -> bytes:
    """A package of the parts in their order; the one named `stored` is not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            member = zipfile.ZipInfo(name, _DAY)
            member.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return out.getvalue()


def fixed(package: bytes) -> bytes:
    """The same package, and those inside it, without the times at which they were made."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, data in parts.items():
        if zipfile.is_zipfile(io.BytesIO(data)):
            parts[name] = fixed(data)
        elif name.endswith("core.xml"):
            parts[name] = _TIME.sub(b"2026-01-01T00:00:00Z", data)
    return zipped(parts)


def relationships(targets: Mapping[str, tuple[str, str]]) -> str:
    """The part that says what a part refers to: id -> (last word of the type, target)."""
    rows = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if "://" in target else "/>")
        for name, (kind, target) in targets.items()
    )
    return f'{XML}<Relationships xmlns="{RELATIONSHIPS}">{rows}</Relationships>'


def content_types(overrides: Mapping[str, str]) -> str:
    """The part that says what every part is."""
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "png": "image/png",
        "bin": "application/vnd.ms-office.vbaProject",
    }
    rows = "".join(f'<Default Extension="{ending}" ContentType="{kind}"/>' for ending, kind in defaults.items())
    rows += "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    return f'{XML}<Types xmlns="{CONTENT_TYPES}">{rows}</Types>'


def open_document(kind: str, body: str) -> bytes:
    """An OpenDocument file: kind is text, spreadsheet or presentation, body the XML inside office:<kind>."""
    spaces = {"office": "office", "text": "text", "table": "table", "draw": "drawing", "svg": "svg-compatible"}
    names = " ".join(f'xmlns:{name}="{OPEN_DOCUMENT}:{space}:1.0"' for name, space in spaces.items())
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    entry = '<manifest:file-entry manifest:full-path="{0}" manifest:media-type="{1}"/>'
    entries = entry.format("/", media_type) + entry.format("content.xml", "text/xml")
    return zipped(
        {
            "mimetype": media_type,
            "content.xml": f'{XML}<office:document-content {names} office:version="1.3"><office:body><office:{kind}>'
            f"{body}</office:{kind}></office:body></office:document-content>",
            "META-INF/manifest.xml": f'{XML}<manifest:manifest xmlns:manifest="{OPEN_DOCUMENT}:manifest:1.0" '
            f'manifest:version="1.3">{entries}</manifest:manifest>',
        },
        stored="mimetype",
    )
