"""Find the documents that hold the same text, for the page that lists them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from rag.domain import Document
from rag.ports import Assistant

Group = tuple[Document, Sequence[Document]]
"""The document that answers use, and its copies."""


class Twins:
    """Reads the copies once for each published generation. Safe to use from several threads."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = threading.Lock()
        self._generation: str | None = None
        self._groups: tuple[Group, ...] = ()

    def groups(self) -> Sequence[Group]:
        """Return each document that has copies, with them, by source; none while nothing is published."""
        info = self._assistant.published()
        if info is None:
            return ()
        with self._lock:
            if info.generation != self._generation:
                self._groups = tuple(_grouped(self._assistant.documents()))
                self._generation = info.generation
            return self._groups


def _grouped(documents: Sequence[Document]) -> Iterable[Group]:
    by_source = {document.source: document for document in documents}
    copies: dict[str, list[Document]] = {}
    for document in documents:
        if document.duplicate_of in by_source:
            copies.setdefault(str(document.duplicate_of), []).append(document)
    for source in sorted(copies):
        yield by_source[source], tuple(copies[source])
