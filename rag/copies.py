"""Keep copies of one text from being answered twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.contradictions import Contradiction, contradictions, with_contradictions
from rag.domain import Hit, Statement
from rag.same_words import bare, held

__all__ = ["Contradiction", "contradictions", "shown_once", "with_contradictions", "without_copies"]


def without_copies(hits: Sequence[Hit]) -> list[Hit]:
    """Return hits without those of copies whose preferred document is among them too and holds their passage.

    A copy's passage stays where one of its sentences is missing in the preferred document: a repost may be fuller.
    """
    there = {hit.document.source: hit.document for hit in hits}
    kept = []
    for hit in hits:
        preferred = there.get(hit.document.duplicate_of or "")
        if preferred is None or not held(preferred.text).holds(hit.chunk.text):
            kept.append(hit)
    return kept


def shown_once(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return statements without those that say the same in the same words; the first has the citations of all."""
    first: dict[str, Statement] = {}
    for statement in statements:
        key = bare(statement.text) or statement.text
        known = first.get(key)
        if known is None:
            first[key] = statement
        else:
            numbers = tuple(dict.fromkeys((*known.citations, *statement.citations)))
            first[key] = replace(known, citations=numbers)
    return tuple(first.values())
