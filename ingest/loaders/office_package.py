"""Open an office file's zip safely and find its parts; a relationship that leads nowhere is dropped, not fatal."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ingest.loaders.limits import DEFAULT_LIMITS, Limits
from rag.errors import SourceError

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What old binary office files and encrypted new ones begin with."""

_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAMESPACES = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    b"http://purl.oclc.org/ooxml/officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
}
"""Word's "Strict Open XML" names the same elements in other namespaces (ISO/IEC 29500-1 against 29500-4)."""

_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_CHUNK = 1 << 20


class Package:
    """The XML parts of an office file, parsed when asked for; names have no leading slash."""

    def __init__(self, parts: dict[str, bytes], members: frozenset[str]) -> None:
        self._parts = parts
        self._members = members
        self.broken_links = 0
        self._links: dict[str, list[tuple[str, str, str]]] = {}
        for name in parts:
            if name.endswith(".rels"):
                self._links[_owner(name)] = list(self._relationships(name))

    def _relationships(self, name: str) -> Any:
        folder = posixpath.dirname(_owner(name))
        for relationship in _parsed(self._parts[name]).iter(_RELATIONSHIP):
            if relationship.get("TargetMode") == "External":
                continue
            target = (relationship.get("Target") or "").split("#")[0]
            part = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            if not target or part not in self._members:
                self.broken_links += 1  # some editors write ``Target="NULL"``
            else:
                kind = (relationship.get("Type") or "").rpartition("/")[2]
                yield relationship.get("Id") or "", kind, part

    def related(self, part: str, kind: str) -> dict[str, str]:
        """Return the parts that ``part`` links to with this kind (``styles``, ``header`` …), by relationship id."""
        return {identifier: target for identifier, found, target in self._links.get(part, []) if found == kind}

    def first(self, part: str, kind: str) -> Any | None:
        """Return the parsed root of the first related part of a kind, or None."""
        return next((self.parsed(target) for target in self.related(part, kind).values()), None)

    def parsed(self, part: str) -> Any | None:
        """Return the parsed root of a part, None if it is no XML of this package."""
        content = self._parts.get(part)
        return None if content is None else _parsed(content)


def _owner(rels_name: str) -> str:
    folder, name = posixpath.split(rels_name)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _parsed(content: bytes) -> Any:
    from lxml import etree

    if _STRICT in content:
        for strict, usual in _STRICT_NAMESPACES.items():
            content = content.replace(strict, usual)
    # No entities, no network; lxml's own bounds on depth and text length stay on.
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def inflated(package: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes | None:
    """Return a member's content, None if it has more than ``most`` bytes; the header's size is not believed."""
    parts: list[bytes] = []
    size = 0
    with package.open(member) as stream:
        # In chunks: one read of everything inflates whatever is there before it looks at the stated size.
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > most:
                return None
            parts.append(chunk)
    return b"".join(parts)


def office_members(name: str, package: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the members of an office file's zip after a look at their number and stated sizes.

    Raises:
        SourceError: too many, too large, or encrypted.
    """
    members = package.infolist()
    if len(members) > limits.max_members:
        raise SourceError(f"{name}: holds {len(members)} parts, more than {limits.max_members}, refused")
    if sum(member.file_size for member in members) > limits.max_unpacked_mb << 20:
        raise SourceError(f"{name}: unpacks to more than {limits.max_unpacked_mb} MB, refused")
    if any(member.flag_bits & 1 for member in members):
        raise SourceError(f"{name}: encrypted; save it without a password")
    return members


@contextmanager
def opened(name: str, data: bytes, limits: Limits) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """Give an office file's zip and its members; what goes wrong while it is read is said in our words.

    Raises:
        SourceError: no zip, encrypted, damaged, or larger than the limits when unpacked.
    """
    from lxml import etree

    if data.startswith(OLE_MAGIC):
        raise SourceError(f"{name}: encrypted; save it without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            yield package, office_members(name, package, limits)
    except (
        zipfile.BadZipFile,
        etree.LxmlError,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise SourceError(f"{name}: the file is damaged and cannot be read ({type(error).__name__})") from error


def is_markup(part: str) -> bool:
    """Tell whether a part is XML: pictures and other media need not be inflated."""
    return part.endswith((".xml", ".rels"))


def read_package(
    name: str, data: bytes, limits: Limits = DEFAULT_LIMITS, wanted: Callable[[str], bool] = is_markup
) -> Package:
    """Return the parts of an office file that are ``wanted``.

    Raises:
        SourceError: as :func:`opened`.
    """
    left = limits.max_unpacked_mb << 20
    with opened(name, data, limits) as (package, members):
        parts: dict[str, bytes] = {}
        for member in members:
            if not wanted(member.filename):
                continue
            content = inflated(package, member, left)
            if content is None:
                raise SourceError(f"{name}: unpacks to more than {limits.max_unpacked_mb} MB, refused")
            left -= len(content)
            parts[member.filename.lstrip("/")] = content
        return Package(parts, frozenset(member.filename.lstrip("/") for member in members))
