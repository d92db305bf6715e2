"""What becomes of a generation that the check before its publication held back."""

from __future__ import annotations

from ingest.generation import publish, writing
from ingest.run_record import with_actor
from rag.catalogue import RunOutcome, open_catalogue
from rag.errors import UnknownIdError, UsageError
from rag.generations import DataLayout, list_generations
from rag.settings import Settings

MAX_REASON_CHARS = 300


def publish_held(settings: Settings, generation: str, reason: str) -> None:
    """Publish a generation that was held back, for a reason that its run keeps.

    The run is noted before anything is published: without a catalogue nothing is published past the check.

    Raises:
        UsageError: the reason is missing or too long, or the generation is not held; nothing was changed.
        UnknownIdError: there is no such generation.
        LockedError: an ingest is running.
        NotAvailableError: the catalogue cannot be written.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > MAX_REASON_CHARS:
        raise UsageError(f"a reason of 1 to {MAX_REASON_CHARS} characters is needed, this one has {len(reason)}")
    layout = DataLayout(settings.paths.data)
    with writing(layout, settings.vectors), open_catalogue(settings) as catalogue:
        found = next((info for info in list_generations(layout) if info.generation == generation), None)
        if found is None:
            raise UnknownIdError(f"no generation {generation!r} is kept")
        if not found.held:
            raise UsageError(f"{generation} is not held; 'policychat rollback {generation}' publishes it again")
        run = catalogue.runs.begin("publish", with_actor({"generation": generation, "reason": reason}))
        publish(layout, generation)
        catalogue.runs.finish(run, RunOutcome.PUBLISHED, generation=generation)
