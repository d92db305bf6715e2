"""Show how two states of a document differ: section by section, and in what is known of it.

Sections are matched before any text is compared, first by their headings, then by their words, so that a new name or a
new number does not make a section look removed and another one added.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ingest.line_changes import LineChange, changed_line, line_changes
from ingest.section_matching import Stretch, matched_stretches, moved_stretches, stretches
from rag.domain import Document

_FACTS = (
    "title type issuer document_number region published effective valid_until validity superseded_by replaces authority "
    "language url"
).split()


class SectionStatus(StrEnum):
    """What became of a section."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """The same words in another place."""


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section that differs; its text is what stands above its first deeper section."""

    section: tuple[str, ...]
    """Headings above it, outermost first, in the later state; of a removed one in the earlier. Empty: above all."""
    status: SectionStatus
    before: str
    after: str
    lines: tuple[LineChange, ...] = ()
    section_before: tuple[str, ...] | None = None
    """Headings above it in the earlier state, where they were others."""

    def to_json(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "section": list(self.section),
            "section_before": None if self.section_before is None else list(self.section_before),
            "status": self.status.value,
            "before": self.before,
            "after": self.after,
            "lines": [line.to_json() for line in self.lines],
        }


@dataclass(frozen=True, slots=True)
class FactChange:
    """Something known of a document that is another one now; None where it was, or is, not known."""

    name: str
    before: str | None
    after: str | None

    def to_json(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {"name": self.name, "before": self.before, "after": self.after}


def fact_changes(before: Document, after: Document) -> tuple[FactChange, ...]:
    """Return which facts of a document differ, in a fixed order; dates in ISO 8601, several values joined by ；."""
    values = ((name, _plain(getattr(before, name)), _plain(getattr(after, name))) for name in _FACTS)
    return tuple(FactChange(name, old, new) for name, old, new in values if old != new)


def _plain(value: object) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "；".join(value) or None
    return str(value) if value is not None else None


def section_changes(before: Document, after: Document) -> tuple[SectionChange, ...]:
    """Return the sections that differ, in the order of the later state; removed ones where they stood.

    A section whose heading is numbered otherwise, or stands below a heading with a new name, is no other section. Time
    grows with the length of the texts, not with its square.
    """
    old, new = stretches(before), stretches(after)
    pairs = matched_stretches(old, new)
    moved = moved_stretches(pairs, old, new)
    found: list[tuple[int, int, SectionChange]] = []
    place_of_old = -1
    earlier = {i: j for j, i in pairs.items()}
    for i, stretch in enumerate(old):
        if i in earlier:
            place_of_old = earlier[i]
        else:
            lines = line_changes(stretch.whole, ())
            found.append((place_of_old, 1, SectionChange(stretch.path, SectionStatus.REMOVED, stretch.text, "", lines)))
    for j, stretch in enumerate(new):
        change = _compared(old[pairs[j]] if j in pairs else None, stretch, j in moved)
        if change is not None:
            found.append((j, 0, change))
    return tuple(change for _, _, change in sorted(found, key=lambda item: item[:2]))


def _compared(old: Stretch | None, new: Stretch, moved: bool) -> SectionChange | None:
    """Return how a section differs from what it was; None where it does not."""
    if old is None:
        return SectionChange(new.path, SectionStatus.ADDED, "", new.text, line_changes((), new.whole))
    lines = line_changes(old.lines, new.lines)
    if old.key[-1:] != new.key[-1:]:
        lines = (changed_line(old.whole[0], new.whole[0]), *lines)
    if not (lines or moved):
        return None
    status = SectionStatus.CHANGED if lines else SectionStatus.MOVED
    return SectionChange(new.path, status, old.text, new.text, lines, old.path if old.key != new.key else None)
