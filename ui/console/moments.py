"""Show a moment of the catalogue, and a publication by its moment, as people read them here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ui.markup import Html, element
from ui.wording import Wording

_STAMP, _STAMP_CHARS = "%Y%m%dT%H%M%S", 15
"""How the ids of ``ingest.generation.new_generation_id`` begin; UTC."""


def moment_text(wording: Wording, stored: str | None) -> str:
    """Return a stored moment (UTC, ISO 8601) in the time of this machine, or that it is not known.

    A machine that runs on UTC says so: its times are not those on an admin's wall.
    """
    try:
        at = datetime.fromisoformat(stored or "").astimezone()
    except ValueError:
        return wording.text("document.unknown")
    zone = " UTC" if at.utcoffset() == timedelta(0) else ""
    return f"{wording.day(at.date())} {at:%H:%M}{zone}"


def moment(wording: Wording, stored: str | None) -> Html:
    """Return a stored moment as a ``time`` element."""
    return element("time", moment_text(wording, stored), datetime=stored)


def publication_name(wording: Wording, generation: str) -> str:
    """Return the moment that the id of a generation begins with; another id as it is."""
    try:
        made = datetime.strptime(generation[:_STAMP_CHARS], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return generation
    return moment_text(wording, made.isoformat())
