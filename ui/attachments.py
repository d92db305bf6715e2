"""Name the files that the site hands out to be kept."""

from __future__ import annotations

import re
from urllib.parse import quote

from ui.markup import line

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|;%]+')
"""What some system cannot have in a name, and what could end the name inside the header."""
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
_LONGEST_BYTES = 180


def disposition(file_name: str, stand_in: str) -> str:
    """Return the header that makes a browser save a reply under this name (RFC 6266, the name coded as in RFC 5987).

    ``stand_in`` is the name, without ending, for browsers that read ASCII only.
    """
    name = safe_name(file_name)
    plain = name if name.isascii() else f"{stand_in}{_suffix(name)}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def safe_name(file_name: str) -> str:
    """Return a name that every system can save a file under: one line, no path, no sign that reverses the writing."""
    cleaned = _FORBIDDEN.sub("_", line(file_name.encode("utf-8", "replace").decode("utf-8"))).strip(" .")
    if not cleaned.strip("_"):
        return "original"
    suffix = _suffix(cleaned)
    stem = cleaned[: len(cleaned) - len(suffix)].encode()[: _LONGEST_BYTES - len(suffix)].decode("utf-8", "ignore")
    return stem.rstrip(" .") + suffix


def _suffix(name: str) -> str:
    """Return the ending that names the format, as ``.pdf``; nothing where there is none that could be one."""
    found = _SUFFIX.search(name)
    return found.group() if found else ""
