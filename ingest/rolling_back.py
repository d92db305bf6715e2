"""Go back to an earlier generation, and note in the catalogue that somebody did."""

from __future__ import annotations

import logging

from ingest.generation import rollback
from ingest.run_record import with_actor
from rag.approved_upkeep import check_published
from rag.catalogue import RunOutcome, open_catalogue
from rag.errors import PolicychatError
from rag.generations import DataLayout
from rag.settings import Settings

_log = logging.getLogger(__name__)


def roll_back(settings: Settings, generation: str | None = None) -> str:
    """Publish an earlier generation, the parent of the published one if none is named, and return its id.

    The run is noted in the catalogue. Going back is what one does when something is wrong, so a catalogue that cannot be
    reached is only logged.

    Raises:
        UnknownIdError: there is no such generation, or nothing to go back to; nothing was changed.
        LockedError: an ingest is running; nothing was changed.
    """

    def note(published: str) -> None:
        try:
            with open_catalogue(settings) as catalogue:
                run = catalogue.runs.begin("rollback", with_actor({"generation": published}))
                catalogue.runs.finish(run, RunOutcome.PUBLISHED, generation=published)
                check_published(catalogue, DataLayout(settings.paths.data))
        except PolicychatError as error:
            _log.warning("the rollback to %s could not be noted: %s", published, error)

    return rollback(DataLayout(settings.paths.data), generation, settings.vectors, note=note)
