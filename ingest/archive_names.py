"""Read the names inside a ZIP archive: in the charset they were written in, and safe to show and to store."""

from __future__ import annotations

import re
import unicodedata
import zipfile

from ingest.cleaning.rarity import likeness_to_chinese

_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
"""The extra field "Info-ZIP Unicode Path" (APPNOTE 4.6.9), which some packers write instead of the flag."""
_DRIVE = re.compile(r"^[A-Za-z]:")
_MAX_NAME_CHARS = 400
_MAX_PART_BYTES = 255
_MAX_PARTS = 30
_LITTER_FOLDERS = frozenset({"__MACOSX", ".git", ".svn"})
_LITTER_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class UnsafeNameError(Exception):
    """A name that could reach outside the folder it is unpacked into, or cannot be shown."""


def _unicode_path(extra: bytes) -> str | None:
    at = 0
    while at + 4 <= len(extra):
        kind = int.from_bytes(extra[at : at + 2], "little")
        size = int.from_bytes(extra[at + 2 : at + 4], "little")
        if kind == _UNICODE_PATH and size > 5:
            try:
                return extra[at + 9 : at + 4 + size].decode("utf-8")
            except UnicodeDecodeError:
                return None
        at += 4 + size
    return None


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; without the UTF-8 flag the library reads it as code page 437, which is undone here."""
    name = member.orig_filename
    if member.flag_bits & _UTF8_FLAG or name.isascii():
        return name
    if stated := _unicode_path(member.extra):
        return stated
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    try:
        return raw.decode(
            "utf-8"
        )  # some packers write UTF-8 and forget the flag; other charsets hardly ever pass for it
    except UnicodeDecodeError:
        readings = [raw.decode(charset, errors="replace") for charset in ("gb18030", "big5hkscs")]
        return max(readings, key=likeness_to_chinese)


def clean_name(name: str) -> str:
    """Return a name with forward slashes, in composed Unicode, without invisible signs, empty and ``.`` steps.

    Raises:
        UnsafeNameError: absolute, with a drive letter, with ``..`` or control characters, too long, or empty.
    """
    name = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    if name.startswith("/") or _DRIVE.match(name):
        raise UnsafeNameError("has an absolute path for a name")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise UnsafeNameError("has control characters in its name")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        raise UnsafeNameError("has a name that leads out of the archive" if parts else "has no name")
    if len(name) > _MAX_NAME_CHARS or len(parts) > _MAX_PARTS or any(len(p.encode()) > _MAX_PART_BYTES for p in parts):
        raise UnsafeNameError("has too long a name")
    return "/".join(parts)


def is_litter(name: str) -> bool:
    """Tell whether a member is what file managers and office programs leave behind, not a document."""
    parts = name.replace("\\", "/").split("/")
    return (
        not _LITTER_FOLDERS.isdisjoint(parts[:-1]) or parts[-1] in _LITTER_FILES or parts[-1].startswith(("~$", "._"))
    )
