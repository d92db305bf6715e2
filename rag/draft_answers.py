"""An answer that a person is making out of the assistant's: statements left out, worded anew, and passages added.

A draft is remade from what the person sent (:class:`Changes`) at every step, out of the signed answer and of today's
documents. Nothing of it is believed: quotes are read from the stored text again, edited words are marked as edited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from rag.citations import cite
from rag.domain import Answer, AnswerMode, AnswerStatus, Citation, Document, Notice, Statement
from rag.edited_words import WordDoubt, word_doubts
from rag.errors import UnknownIdError
from rag.notices import in_order, source_notices
from rag.regions import Gazetteer, Region
from rag.reverification import Texts, reverified
from rag.settings import AnsweringSettings

MAX_ADDED = 12
MAX_PASSAGE_CHARS = 1500
MAX_ITEM_CHARS = 2000
"""Longest words of one statement that a person may write."""


@dataclass(frozen=True, slots=True)
class Span:
    """A passage of a stored document that a person chose: ``document.text[start:end]``."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What a person did to an answer. Keys are those of :class:`DraftItem`; unknown ones change nothing."""

    left_out: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    added: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftItem:
    """One statement of a draft."""

    key: str
    """``s0``, ``s1`` … for the assistant's statements, ``a0`` … for added passages, in order."""
    said: str
    """The words before anybody changed them."""
    statement: Statement
    """The words as they are now, with the numbers of the draft's citations; ``edited`` where they were changed."""
    kept: bool
    doubts: tuple[WordDoubt, ...]

    @property
    def is_added(self) -> bool:
        """True for a passage that the person added."""
        return self.key.startswith("a")


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands. ``answer`` is what would be sent on; None while nothing is kept."""

    items: tuple[DraftItem, ...]
    citations: Mapping[str, tuple[Citation, ...]]
    """The quotes of each item, by its key, numbered as in ``answer`` where the item is kept."""
    answer: Answer | None
    lost: int = 0
    """Statements of the answer, and passages added, that are not in the sources any more."""


class Drafting:
    """Makes drafts over the published documents."""

    def __init__(self, texts: Texts, gazetteer: Gazetteer, settings: AnsweringSettings) -> None:
        """``texts`` is where quotes are read; an assistant is one."""
        self._texts = texts
        self._gazetteer = gazetteer
        self._settings = settings

    def draft(self, base: Answer, region: str | None, changes: Changes, today: date | None = None) -> Draft:
        """Return the draft that ``changes`` make of an answer; ``region`` is the place it is for, if one was said.

        Raises:
            NoGenerationError: nothing is published, so nothing can be read again.
        """
        today = today or date.today()
        checked = reverified(base, self._texts, today)
        added = tuple(found for found in map(self._cited, changes.added[:MAX_ADDED]) if found is not None)
        quotes = {f"s{n}": _quotes(statement, checked.answer) for n, statement in enumerate(checked.answer.statements)}
        quotes |= {f"a{n}": (quote,) for n, (quote, _) in enumerate(added)}
        documents = self._documents(one for own in quotes.values() for one in own)
        items = [
            self._item(f"s{n}", statement, quotes[f"s{n}"], changes, documents)
            for n, statement in enumerate(checked.answer.statements)
        ]
        items += [
            self._item(f"a{n}", _quotation(quote), quotes[f"a{n}"], changes, documents)
            for n, (quote, _) in enumerate(added)
        ]
        numbered, by_key = _numbered(items, quotes)
        answer = self._answer(base, checked.answer, numbered, by_key, documents, region, today)
        lost = checked.dropped + len(changes.added[:MAX_ADDED]) - len(added)
        return Draft(tuple(numbered), by_key, answer, lost)

    def _cited(self, span: Span) -> tuple[Citation, Document] | None:
        try:
            document = self._texts.document(span.document_id)
        except UnknownIdError:
            return None
        if not 0 <= span.start < span.end <= len(document.text) or span.end - span.start > MAX_PASSAGE_CHARS:
            return None
        try:
            return cite(document, span.start, span.end, 1), document
        except ValueError:
            return None

    def _documents(self, citations: Iterable[Citation]) -> dict[str, Document]:
        return {one: self._texts.document(one) for one in dict.fromkeys(c.document_id for c in citations)}

    def _item(
        self,
        key: str,
        statement: Statement,
        quotes: Sequence[Citation],
        changes: Changes,
        documents: Mapping[str, Document],
    ) -> DraftItem:
        said = statement.text.strip()
        words = changes.words.get(key, "").replace("\r\n", "\n").strip()[:MAX_ITEM_CHARS]
        if words and _same(words, said):
            words = ""
        if words:
            statement = replace(statement, text=words, span=None, edited=True)
        doubts = word_doubts(words, quotes, documents) if words else ()
        return DraftItem(key, said, statement, key not in changes.left_out, doubts)

    def _answer(
        self,
        base: Answer,
        checked: Answer,
        items: Sequence[DraftItem],
        quotes: Mapping[str, tuple[Citation, ...]],
        documents: Mapping[str, Document],
        region: str | None,
        today: date,
    ) -> Answer | None:
        kept = [item for item in items if item.kept]
        if not kept:
            return None
        cited = {one.number: one for item in kept for one in quotes[item.key]}
        citations = tuple(cited[number] for number in sorted(cited))
        status = checked.status if checked.status.carries_evidence else AnswerStatus.ANSWERED
        about = {one.document_id for one in citations}
        told = {one.document_id for one in checked.citations}
        place = self._gazetteer.get(region) if region else None
        new = [one for one in citations if one.document_id not in told]
        notices = (
            *(one for one in checked.notices if one.values.get("document_id", "") in about | {""}),
            *self._notices_of(new, documents, (place,) if place else (), today),
        )
        is_whole = len(kept) == len(base.statements) and not any(item.is_added for item in kept)
        statements = tuple(item.statement for item in kept)
        return replace(
            checked,
            status=status,
            statements=statements,
            citations=citations,
            notices=in_order(notices),
            related=(),
            clarification=None,
            routes=checked.routes if checked.status.carries_evidence else (),
            mode=checked.mode if checked.status.carries_evidence else AnswerMode.EXTRACTIVE,
            total_items=checked.total_items if is_whole else None,
            places=tuple(one for one in checked.places if any(s.place == one for s in statements)),
            invalid_reason=None,
            # What people approved is not what somebody has changed since.
            approved=checked.approved if is_whole and not any(s.edited for s in statements) else None,
        )

    def _notices_of(
        self, citations: Sequence[Citation], documents: Mapping[str, Document], places: Collection[Region], today: date
    ) -> tuple[Notice, ...]:
        return source_notices(citations, documents, places, self._gazetteer, self._settings, today)


def _quotes(statement: Statement, answer: Answer) -> tuple[Citation, ...]:
    return tuple(one for one in answer.citations if one.number in statement.citations)


def _quotation(citation: Citation) -> Statement:
    return Statement(citation.quote, (citation.number,), 1.0)


def _same(words: str, said: str) -> bool:
    """Tell whether words are what was said: a form may change the white space of a text."""
    return words.split() == said.split()


def _numbered(
    items: Sequence[DraftItem], quotes: Mapping[str, tuple[Citation, ...]]
) -> tuple[list[DraftItem], dict[str, tuple[Citation, ...]]]:
    """Number the quotes from 1 as they come, those of kept items first; one passage has one number."""
    numbers: dict[tuple[str, int, int], int] = {}
    for item in sorted(items, key=lambda item: not item.kept):
        for one in quotes[item.key]:
            numbers.setdefault((one.document_id, one.start, one.end), len(numbers) + 1)
    by_key = {
        key: tuple(replace(one, number=numbers[one.document_id, one.start, one.end]) for one in own)
        for key, own in quotes.items()
    }
    again = [
        replace(item, statement=replace(item.statement, citations=tuple(c.number for c in by_key[item.key])))
        for item in items
    ]
    return again, by_key
