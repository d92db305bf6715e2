"""What an ingest would change, document by document, old beside new, before anything is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.generation import Entry
from ingest.generation_difference import DocumentChange, DocumentStatus, copy_changes
from ingest.line_changes import LineChange, line_changes
from ingest.versions import fact_changes

_MOST_LINES = 30
"""Changed lines that are kept of one document."""
_MOST_WITH_LINES = 300
"""Documents whose lines are kept: a report of ten thousand would be read by nobody and fill the catalogue."""
_MOST_DOCUMENTS = 5000


@dataclass(frozen=True, slots=True)
class DryDifference:
    """How the documents would differ. ``lines`` and ``passages`` are those of changed documents, by source."""

    documents: tuple[DocumentChange, ...]
    """By source."""
    unchanged: int
    model_before: str | None
    model_after: str
    rebuilt: bool
    """Whether a new state would be published; also where no document differs, the model say, or what made them."""
    lines: Mapping[str, Sequence[LineChange]]
    more_lines: Mapping[str, int]
    """How many changed lines were left out."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        counts = Counter(change.status for change in self.documents)
        shown = self.documents[:_MOST_DOCUMENTS]
        return {
            "counts": {**{status.value: counts[status] for status in DocumentStatus}, "unchanged": self.unchanged},
            "text_changed": sum(change.text_changed for change in self.documents),
            "facts_changed": sum(bool(change.facts) for change in self.documents),
            "model_before": self.model_before,
            "model_after": self.model_after,
            "rebuilt": self.rebuilt,
            "documents": [
                {
                    **change.to_json(),
                    "lines": [line.to_json() for line in self.lines.get(change.source, ())],
                    "more_lines": self.more_lines.get(change.source, 0),
                }
                for change in shown
            ],
            "more_documents": len(self.documents) - len(shown),
        }


def entries_difference(
    before: Mapping[str, Entry],
    after: Mapping[str, Entry],
    model_before: str | None,
    model_after: str,
    *,
    rebuilt: bool,
) -> DryDifference:
    """Compare two states of the documents, by source. The models are fingerprints; the first may be missing."""
    changes = []
    lines: dict[str, Sequence[LineChange]] = {}
    more: dict[str, int] = {}
    for source in sorted(before.keys() | after.keys()):
        change = _change(source, before.get(source), after.get(source))
        if change is None:
            continue
        changes.append(change)
        if change.text_changed and len(lines) < _MOST_WITH_LINES:
            old, new = (_lines(entries[source]) for entries in (before, after))
            found = line_changes(old, new)
            lines[source], more[source] = found[:_MOST_LINES], max(0, len(found) - _MOST_LINES)
    gone = sum(change.status is DocumentStatus.REMOVED for change in changes)
    unchanged = len(after) - (len(changes) - gone)
    return DryDifference(tuple(changes), unchanged, model_before, model_after, rebuilt, lines, more)


def _lines(entry: Entry) -> list[str]:
    return [line for line in entry.document.text.split("\n") if line.strip()]


def _change(source: str, old: Entry | None, new: Entry | None) -> DocumentChange | None:
    if new is None:
        if old is None:
            return None
        document = old.document
        return DocumentChange(
            source, document.document_id, document.title, DocumentStatus.REMOVED, len(old.chunks), None
        )
    document = new.document
    named = (source, document.document_id, document.title)
    if old is None:
        return DocumentChange(*named, DocumentStatus.ADDED, None, len(new.chunks))
    facts = (*fact_changes(old.document, document), *copy_changes(old.document, document))
    text_changed = old.document.text != document.text
    if not (text_changed or facts or old.digests != new.digests):
        return None
    counts = (len(old.chunks), len(new.chunks))
    return DocumentChange(*named, DocumentStatus.CHANGED, *counts, text_changed, facts)
