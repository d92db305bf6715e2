"""The places of the country and those that only the published documents know, for whoever stands beside the answering path."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from rag.errors import NoGenerationError, PolicychatError
from rag.ports import Assistant
from rag.regions import Gazetteer


class HeldPlaces:
    """Reads the places again when the documents are about others. Safe to use from several threads."""

    def __init__(self, assistant: Assistant, extra: Iterable[str] = ()) -> None:
        """``extra`` are names that the settings add. Nothing is read before the first call."""
        self._assistant = assistant
        self._extra = frozenset(extra)
        self._lock = threading.Lock()
        self._names: tuple[str, ...] = ()
        self._read: tuple[frozenset[str], Gazetteer] | None = None

    def names(self) -> tuple[str, ...]:
        """Return the places that documents are about, most documents first; none while nothing is published.

        While the documents cannot be read, those read last.
        """
        try:
            self._names = tuple(place.name for place in self._assistant.places())
        except NoGenerationError:
            self._names = ()
        except PolicychatError:
            return self._names
        return self._names

    def gazetteer(self) -> Gazetteer:
        """Return every place that is known now; the same object while it is the same places."""
        wanted = self._extra.union(self.names())
        with self._lock:
            if self._read is None or self._read[0] != wanted:
                self._read = (wanted, Gazetteer.load(wanted))
            return self._read[1]
