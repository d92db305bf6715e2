"""Take an admin's word on a document: check it, keep it, publish it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from ingest.corrections import parse_correction
from ingest.generation import Progress
from ingest.pipeline import apply_changed_corrections
from ingest.previous import read_one
from ingest.report import IngestReport
from ingest.run import no_progress
from rag.catalogue import open_catalogue
from rag.generations import DataLayout
from rag.ports import Embedding
from rag.regions import Gazetteer
from rag.settings import Settings


def correct_document(
    name: str,
    changes: Mapping[str, str | None],
    by: str,
    settings: Settings,
    open_embedding: Callable[[], Embedding],
    *,
    reason: str | None = None,
    progress: Progress = no_progress,
) -> IngestReport:
    """Keep what ``by`` says about a document (id or source), field by field, and publish it.

    A value of None takes a correction back. All values are checked before any is kept. ``reason`` is kept with them.

    Raises:
        UnknownIdError: no such document.
        UsageError: a field that cannot be corrected, or a value that it cannot have.
        LockedError: an ingest is running; the correction is kept and the next ingest publishes it.
    """
    source = read_one(DataLayout(settings.paths.data), name).source_of(name)
    gazetteer = Gazetteer.load(settings.regions.extra)
    checked = {
        field: None if value is None else parse_correction(field, value, gazetteer) for field, value in changes.items()
    }
    with open_catalogue(settings) as catalogue:
        catalogue.corrections.change(source, checked, by=by, reason=reason)
    return apply_changed_corrections(settings, open_embedding, progress=progress)


def corrections_of(settings: Settings, name: str) -> dict[str, Any]:
    """Return the corrections of a document and every change ever made to them, in plain types.

    Raises:
        UnknownIdError: no such document.
    """
    source = read_one(DataLayout(settings.paths.data), name).source_of(name)
    with open_catalogue(settings) as catalogue:
        current = catalogue.corrections.current().get(source, {})
        history = [asdict(change) for change in catalogue.corrections.history(source)]
    return {"source": source, "corrections": dict(current), "history": history}
