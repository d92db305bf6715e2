"""Say how sure each fact is, by where it was read; the levels are measured, see ``docs/metadata.md``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CORRECTED = 1.0
"""An admin's word."""

_BY_ORIGIN: Mapping[str, float] = MappingProxyType(
    {
        "front_matter": 0.98,
        "html_meta": 0.95,
        "address": 0.95,
        "source_line": 0.9,
        "title": 0.9,
        "first_lines": 0.9,
        "signature": 0.9,
        "repost_note": 0.9,
        "provision": 0.8,
        "imprint": 0.75,
        "file_name": 0.6,
        "property": 0.5,
        "body": 0.5,
    }
)
_LESS_SURE: Mapping[tuple[str, str], float] = MappingProxyType(
    {
        ("title", "first_lines"): 0.7,
        ("title", "body"): 0.3,
        ("type", "title"): 0.8,
        ("type", "body"): 0.6,
        ("validity", "provision"): 0.7,
    }
)
"""Facts that an origin tells less surely than others: a text that began to apply may have ended since."""
_MONTH_ONLY = 0.7
"""Factor for a date of which only the month is known."""


def certainty_of(origins: Mapping[str, str]) -> dict[str, float]:
    """Return for each fact how likely it is right, in 0..1, given where it was read."""
    levels = {}
    for fact, origin in origins.items():
        place, _, precision = origin.partition(":")
        level = _LESS_SURE.get((fact, place), _BY_ORIGIN[place])
        levels[fact] = round(level * _MONTH_ONLY, 2) if precision == "month" else level
    return levels
