"""Make a :class:`rag.domain.Question` of what came in over HTTP, whoever sent it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from rag.domain import Authority, DocumentType, Question, SearchFilter, Validity
from rag.errors import QuestionError

HISTORY_TURNS = 10
"""Earlier questions handed on: a follow-up refers to the last few, and more would let a caller grow the work."""


def question_from(
    text: object, region: object = None, history: Iterable[object] = (), *, anew: bool = False
) -> Question:
    """Return a question of untrusted values; what is not text counts as nothing.

    Whether the question is empty, too long or names an unknown place is for the assistant to say.
    """
    earlier = tuple(turn for turn in map(_plain, history) if turn)
    return Question(_plain(text), _plain(region).strip() or None, earlier[-HISTORY_TURNS:], anew)


class Wanted(Protocol):
    """The filters of a search as they came in; the enums are checked already."""

    within: str | None
    published_from: date | None
    published_until: date | None
    issuer: str | None
    type: list[DocumentType]
    authority: list[Authority]
    validity: list[Validity]
    document_number: str | None
    phrase: str | None


def filter_from(wanted: Wanted) -> SearchFilter:
    """Return the filter of a search. Raises QuestionError where it could never fit anything."""
    try:
        return SearchFilter(
            region=_given(wanted.within),
            published_from=wanted.published_from,
            published_until=wanted.published_until,
            issuer=_given(wanted.issuer),
            types=tuple(wanted.type),
            authorities=tuple(wanted.authority),
            validities=tuple(wanted.validity),
            document_number=_given(wanted.document_number),
            phrase=_given(wanted.phrase),
        )
    except ValueError as error:
        raise QuestionError(str(error), "published_from") from error


def _given(value: str | None) -> str | None:
    return _plain(value).strip() or None


def _plain(value: object) -> str:
    """Return text that can be written as UTF-8: JSON may smuggle in halves of a surrogate pair."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""
