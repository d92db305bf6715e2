"""Read what a form of the console sent; nothing in it is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

MAX_REASON_CHARS = 300


def text_of(sent: Mapping[str, object], name: str, most: int = 2000) -> str:
    """Return a field's text without white space around it, cut at ``most`` characters; empty where there is none."""
    value = sent.get(name)
    # Halves of a surrogate pair cannot be written anywhere.
    return value.encode("utf-8", "replace").decode()[:most].strip() if isinstance(value, str) else ""


def number_of(value: str | None, least: int = 1, most: int = 1_000_000) -> int | None:
    """Return a whole number between ``least`` and ``most``, or None for everything else."""
    if value is None or not (value.isascii() and value.isdigit()) or len(value) > 7:
        return None
    return int(value) if least <= int(value) <= most else None


def document_path(document_id: str, rest: str = "") -> str:
    """Return the path of a document's page in the console, or of one below it."""
    return f"/admin/documents/{quote(document_id, safe='')}{rest}"
