"""Read the approved answers of the catalogue for the answering path: kept in memory, looked at again when they changed.

The answering path must not wait for the catalogue, and an answer must never fail with it: what cannot be read offers nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from rag.approved_records import ApprovedAnswer
from rag.errors import PolicychatError

if TYPE_CHECKING:
    from rag.catalogue import Catalogue
    from rag.settings import Settings

_log = logging.getLogger(__name__)


class CatalogueApproved:
    """Implements ``rag.ports.ApprovedAnswers`` over the catalogue of some settings. Safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; nothing is opened before the first question."""
        self._settings = settings
        self._lock = threading.Lock()
        self._catalogue: Catalogue | None = None
        self._looked = float("-inf")
        self._change = -1
        self._known: tuple[ApprovedAnswer, ...] = ()

    def in_force(self) -> tuple[ApprovedAnswer, ...]:
        """Return every approved answer, at most ``server.reload_check_s`` old; the same object while nothing changed."""
        now = time.monotonic()
        if now - self._looked < self._settings.server.reload_check_s or not self._lock.acquire(blocking=False):
            return self._known
        try:
            self._look()
            self._looked = now
        except PolicychatError as error:
            # Better no approved answer than one that may be withdrawn by now.
            self._known, self._change = (), -1
            self._looked = now
            _log.warning("approved answers cannot be read: %s", error)
        finally:
            self._lock.release()
        return self._known

    def close(self) -> None:
        """Release the catalogue."""
        with self._lock:
            if self._catalogue is not None:
                self._catalogue.close()
                self._catalogue = None

    def _look(self) -> None:
        from rag.catalogue import open_catalogue

        if self._catalogue is None:
            if self._settings.catalogue.url is None and not (self._settings.paths.data / "catalogue.sqlite").exists():
                return  # nobody approved anything yet, and who only answers makes no files
            self._catalogue = open_catalogue(self._settings)
        change = self._catalogue.approved.last_change()
        if change != self._change:
            self._known, self._change = self._catalogue.approved.in_force(), change
