"""Answer from the text that holds now: the successor in the place of what it replaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from rag.domain import Chunk, Document, Hit, Validity, document_id_for
from rag.errors import UnknownIdError
from rag.folding import fold
from rag.periods import years_named
from rag.question import UnderstoodQuestion

_LONGEST_CHAIN = 10
"""Links followed from a text to the one that holds now; documents that replace each other in a circle end there."""
_AS_GOOD = 0.8
"""The successor is answered from if its best passage has this share of what the old passage has of the question."""


class Texts(Protocol):
    """Where documents and their chunks are read; a generation's library is one."""

    def document(self, document_id: str) -> Document:
        """Return one document. Raises UnknownIdError."""
        ...

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """Return a document's chunks in reading order."""
        ...


def current_versions(
    hits: Sequence[Hit], question: UnderstoodQuestion, texts: Texts, share: Callable[[str], float]
) -> list[Hit]:
    """Return hits with those of replaced documents left out or exchanged for their successor's, order kept.

    A replaced document goes where its successor is among the hits, or where a passage of the successor says about as
    much of what was asked; that passage then stands in its place, with its score. It stays where the question is about
    the old text itself (its number, its title, its year), or where the successor says nothing of this. ``share`` returns
    how much of the question a folded text has, in 0..1 (``FocusMatcher``).
    """
    there = {hit.document.document_id for hit in hits}
    kept: list[Hit] = []
    taken: set[str] = set()
    for hit in hits:
        successor = None if _is_asked_for(hit.document, question) else successor_of(hit.document, texts)
        if successor is None:
            kept.append(hit)
        elif successor.document_id not in there:
            better = _passage_of(successor, hit, texts, share)
            if better is None:
                kept.append(hit)
            elif better.chunk.chunk_id not in taken:
                taken.add(better.chunk.chunk_id)
                kept.append(better)
    return kept


def successor_of(document: Document, texts: Texts) -> Document | None:
    """Return the document that holds in the place of a replaced one; None where it is not replaced or not there."""
    found: Document | None = None
    seen = {document.document_id}
    current = document
    for _ in range(_LONGEST_CHAIN):
        if current.validity is not Validity.SUPERSEDED or not current.superseded_by:
            break
        try:
            current = texts.document(document_id_for(current.superseded_by))
        except UnknownIdError:
            break
        if current.document_id in seen:
            return None
        seen.add(current.document_id)
        found = current
    return found


def _is_asked_for(document: Document, question: UnderstoodQuestion) -> bool:
    number, title = document.document_number, fold(document.title)
    if (number and fold(number) in question.folded) or f"《{title}》" in question.folded:
        return True
    return bool(years_named(document.title) & years_named(question.folded))


def _passage_of(successor: Document, old: Hit, texts: Texts, share: Callable[[str], float]) -> Hit | None:
    """Return the successor's best passage in the place of an old one, or None where it says too little of the question."""
    chunks = texts.chunks_of(successor.document_id)
    if not chunks:
        return None
    said = [(share(_told(successor, chunk)), -chunk.ordinal, chunk) for chunk in chunks]
    best, _, chunk = max(said, key=lambda item: item[:2])
    if best <= 0 or best < _AS_GOOD * share(_told(old.document, old.chunk)):
        return None
    parts: Mapping[str, float] = MappingProxyType(dict(old.parts))
    return Hit(chunk, successor, old.score, parts)


def _told(document: Document, chunk: Chunk) -> str:
    return fold(f"{document.title} {' '.join(chunk.section)} {chunk.text}")
