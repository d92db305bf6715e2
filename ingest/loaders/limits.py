"""How large a file may get while it is read; the settings of the same names fill it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that a loader keeps itself, before it takes memory for what lies beyond them."""

    max_text_chars: int = 10_000_000
    """Characters of one file's text."""
    max_rows: int = 50_000
    """Rows of one table file, all sheets together."""
    max_unpacked_mb: int = 500
    """Megabytes of a compressed file's content, inflated."""
    max_members: int = 5000
    """Files in one archive."""


DEFAULT_LIMITS = Limits()
