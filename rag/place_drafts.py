"""Draft an answer for each place that has evidence, and decide whose answer it is.

Without a place in the question, several places with an answer make it ambiguous: the reader is asked which, or each is
told where that is short. Rules of the country apply everywhere and rival no county. With a place, its own documents
answer; where they are silent, those of a place above it may, and another county's never do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from rag.domain import Document, Hit
from rag.extractive import Draft
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.forms import Fit
from rag.question import QuestionKind, UnderstoodQuestion
from rag.regions import Gazetteer, Relation

_RIVAL = 0.7
"""Another place's draft makes the question ambiguous from this share of the best draft's confidence on."""
_CLEARLY = 0.2
"""A draft of a less fitting place is taken before one of a better fitting place only if it is surer by this much."""
_CLEARLY_BY_RANK = 0.3
"""As sure, and it fits the words and the form asked for better by this much."""
_MANY = 3
_BY_FORM = (QuestionKind.AMOUNT, QuestionKind.DATE, QuestionKind.PHONE)
_MOST_OPTIONS = 8
_MOST_GROUPS = 12
"""Places drafted for one question, by their best hits; each costs a reading of its documents."""
_MOST_TOLD = 3
_SHORT_PIECES = 2
_SHORT_CHARS = 160
"""Each place is told instead of asked for where there are three at most and each says no more than this."""


class Reach(IntEnum):
    """How a document's place stands to the places asked about; a lower one fits better."""

    OWN = 0
    """Of the place itself; all documents of a place are, where the question names none."""
    WIDER = 1
    """Of a place above it, the country included: it applies there too."""
    WITHIN = 2
    """Of a place in it, whose rule is not the whole's."""
    UNPLACED = 3
    """Of no known place."""


_REACH_OF = ((Relation.SAME, Reach.OWN), (Relation.ABOVE, Reach.WIDER), (Relation.BELOW, Reach.WITHIN))
_BEFORE = (Reach.OWN, Reach.UNPLACED, Reach.WIDER, Reach.WITHIN)
_BEFORE_WITHOUT_PLACE = (Reach.WIDER, Reach.OWN, Reach.UNPLACED)


class Choice(StrEnum):
    """What the drafts of several places make of a question."""

    NOTHING = "nothing"
    """No draft is sure enough."""
    ONE = "one"
    """One place answers."""
    ASK = "ask"
    """Several places have an answer of their own, too long to tell them all."""
    EACH = "each"
    """Several places have a short answer of their own: all are told."""


@dataclass(frozen=True, slots=True)
class PlacedDraft:
    """A draft and the place it is for; ``place`` is None where the documents' place is unknown."""

    place: str | None
    reach: Reach
    draft: Draft


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """What to do with the drafts, and which of them count, best first."""

    choice: Choice
    drafts: tuple[PlacedDraft, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """The places that the drafts are of, best first."""
        return tuple(placed.place for placed in self.drafts if placed.place is not None)


class Drafter(Protocol):
    """Drafts an answer from hits, as :class:`rag.extractive.Extractor` does."""

    def draft(self, matcher: FocusMatcher, hits: Sequence[Hit]) -> Draft | None:
        """Return the best answer that the hits' documents hold; None if they hold no usable text."""


def reach_of(document: Document, question: UnderstoodQuestion, gazetteer: Gazetteer) -> Reach | None:
    """Return how a document's place stands to those asked about; None for another place, whatever its words."""
    region = gazetteer.get(document.region) if document.region else None
    if not question.places:
        if region is None:
            return Reach.OWN if document.region else Reach.UNPLACED
        return Reach.WIDER if region == gazetteer.country else Reach.OWN
    if region is not None:
        relations = {gazetteer.related(place, region) for place in question.places}
        return next((reach for relation, reach in _REACH_OF if relation in relations), None)
    if not question.named:
        return Reach.UNPLACED
    # Of unknown place: it must at least speak of the place that the question names.
    text = fold(document.title + document.text)
    return Reach.UNPLACED if any(fold(place.short) in text for place in question.named) else None


def drafts_by_place(
    drafter: Drafter,
    matcher: FocusMatcher,
    hits: Sequence[Hit],
    gazetteer: Gazetteer,
    top_hits: int,
    most_places: int = _MOST_GROUPS,
) -> tuple[PlacedDraft, ...]:
    """Return a draft for each place that has hits, in order of its best hit; hits of other places are left out.

    ``top_hits`` are read of each place, and no more than ``most_places`` places.
    """
    groups: dict[tuple[Reach, str | None], list[Hit]] = {}
    for hit in hits:
        reach = reach_of(hit.document, matcher.question, gazetteer)
        if reach is not None:
            groups.setdefault((reach, hit.document.region), []).append(hit)
    drafts = []
    for (reach, place), group in list(groups.items())[:most_places]:
        draft = drafter.draft(matcher, group[:top_hits])
        if draft is not None:
            drafts.append(PlacedDraft(place, reach, draft))
    return tuple(drafts)


def choose_place(drafts: Sequence[PlacedDraft], question: UnderstoodQuestion, minimum: float) -> PlaceChoice:
    """Decide whose draft answers; those below the ``minimum`` of confidence never do.

    Nor does one of another reach whose words fit worse than what the place itself says, though that is unsure.

    The better fitting place keeps the answer unless a less fitting one is clearly surer. Where no place is asked about,
    the country's rules come first, for they hold wherever the reader lives. A text of no known place fits neither better
    nor worse than another: its words decide.
    """
    own = max((placed.draft.rank for placed in drafts if placed.reach is Reach.OWN), default=0.0)
    good = [
        placed
        for placed in drafts
        if placed.draft.confidence >= minimum
        and (not question.places or placed.reach is Reach.OWN or placed.draft.rank >= own)
    ]
    best: list[PlacedDraft] = []
    for reach in _BEFORE if question.places else _BEFORE_WITHOUT_PLACE:
        group = _rivals([placed for placed in good if placed.reach is reach], question.kind)
        if group and (not best or _goes_before(group, best[0], question)):
            best = group
    if not best:
        return PlaceChoice(Choice.NOTHING, ())
    several = len({placed.place for placed in best if placed.place is not None}) > 1
    if not several or (question.places and best[0].reach is not Reach.WITHIN):
        return PlaceChoice(Choice.ONE, (best[0],))
    if len(best) <= _MOST_TOLD and all(is_short(placed.draft) for placed in best):
        return PlaceChoice(Choice.EACH, tuple(best))
    return PlaceChoice(Choice.ASK, tuple(best[:_MOST_OPTIONS]))


def of_place_alone(drafts: Sequence[PlacedDraft]) -> tuple[PlacedDraft, ...]:
    """Return the drafts of the place asked about itself: what one side of a comparison may be answered from."""
    return tuple(placed for placed in drafts if placed.reach is Reach.OWN)


def is_short(draft: Draft) -> bool:
    """Tell whether a draft is a sentence or two, so that those of several places can be told together."""
    chars = sum(piece.end - piece.start for piece in draft.pieces)
    return draft.total_items is None and len(draft.pieces) <= _SHORT_PIECES and chars <= _SHORT_CHARS


def _rivals(drafts: Sequence[PlacedDraft], kind: QuestionKind) -> list[PlacedDraft]:
    """Return the drafts that are nearly as sure as the surest, best rank first.

    Where some have the sum or the date that was asked for, those without one are none.
    """
    surest = max((placed.draft.confidence for placed in drafts), default=0.0)
    near = [placed for placed in drafts if placed.draft.confidence >= _RIVAL * surest]
    fitting = [placed for placed in near if placed.draft.best.fit is Fit.SPECIFIC] if kind in _BY_FORM else []
    return sorted(fitting or near, key=lambda placed: -placed.draft.rank)


def _goes_before(group: Sequence[PlacedDraft], best: PlacedDraft, question: UnderstoodQuestion) -> bool:
    # A place that is only chosen on the page is not named in the text, so a text of no known place is hardly of it.
    by_words = question.named or not question.places
    if by_words and (group[0].reach is Reach.UNPLACED) is not (best.reach is Reach.UNPLACED):
        return group[0].draft.rank > best.draft.rank
    return _is_clearly_better(group[0], best) or _is_local_matter(group, best)


def _is_local_matter(local: Sequence[PlacedDraft], national: PlacedDraft) -> bool:
    """True where many places have a rule of their own that fits as well as the country's (保障措施有哪些)."""
    if national.reach is not Reach.WIDER or local[0].reach is not Reach.OWN or len(local) < _MANY:
        return False
    return local[0].draft.confidence >= national.draft.confidence and local[0].draft.rank >= national.draft.rank


def _is_clearly_better(other: PlacedDraft, best: PlacedDraft) -> bool:
    surer = other.draft.confidence - best.draft.confidence
    return surer >= _CLEARLY or (surer >= 0.0 and other.draft.rank >= best.draft.rank + _CLEARLY_BY_RANK)
