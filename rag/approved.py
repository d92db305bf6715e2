"""Find the approved answer to a question: the same question for the same place, or none.

An answer that people stand behind must never be shown for another question: a miss costs nothing, since the sources are
asked then as ever. So a wording matches where its words are those of the question, whatever is polite about either
(:mod:`rag.approved_wordings`); or where it has exactly the same words in another order, enough of them, nearly all side by
side as there, and none that makes the order count. Deterministic, no scores of a model, no threshold to tune per corpus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rag.approved_records import ApprovedAnswer
from rag.approved_wordings import AskedForm, asked_form
from rag.domain import Question
from rag.regions import Gazetteer, Region
from rag.same_words import dice

SAME_WORDS = 0.6
"""Share of the pairs of neighbouring characters that two questions of the same words in another order must share."""
_FEWEST_WORDS = 3
_FEWEST_CHARS = 6
"""Below that many words or characters only the very same question counts: two words in another order are two other things."""


@dataclass(frozen=True, slots=True)
class _Entry:
    form: AskedForm
    answer: ApprovedAnswer
    places: frozenset[str]
    """Codes of the places that the answer is for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Approved answers with their wordings read once; ``country`` is the code that stands for every place."""

    gazetteer: Gazetteer
    prefer: Collection[str] = ()
    by_text: Mapping[str, Sequence[_Entry]] = field(default_factory=dict)
    by_words: Mapping[frozenset[str], Sequence[_Entry]] = field(default_factory=dict)

    @classmethod
    def of(cls, approved: Iterable[ApprovedAnswer], gazetteer: Gazetteer, prefer: Collection[str] = ()) -> Offer:
        """Read the wordings of approved answers. A place that is not known makes its answer fit nowhere."""
        by_text: dict[str, list[_Entry]] = {}
        by_words: dict[frozenset[str], list[_Entry]] = {}
        for answer in approved:
            places = _resolved(answer.proposal.places, gazetteer, prefer)
            for wording in answer.proposal.wordings:
                form = asked_form(wording, gazetteer, prefer)
                if form.words:
                    entry = _Entry(form, answer, places)
                    by_text.setdefault(form.text, []).append(entry)
                    by_words.setdefault(frozenset(form.words), []).append(entry)
        return cls(gazetteer, prefer, by_text, by_words)

    def wanting(self, form: AskedForm) -> tuple[_Entry, ...]:
        """Return what answers a question by its words, whatever the place."""
        same = [one for one in self.by_text.get(form.text, ()) if one.form.kind is form.kind]
        near = [one for one in self.by_words.get(frozenset(form.words), ()) if is_near(form, one.form)]
        return (*same, *(one for one in near if one not in same))


def find_approved(question: Question, approved: Offer, answered_for: str | None = None) -> ApprovedAnswer | None:
    """Return the approved answer to a question, or None.

    The place is that which the question names, else the one chosen on the page, else ``answered_for``: the one place that
    the assistant's own answer is about, where the asker named none. A question about several places has no approved answer.
    Of several answers that fit, one for the very place goes before one for the whole country, then the newest.
    """
    gazetteer = approved.gazetteer
    form = asked_form(question.text, gazetteer, approved.prefer)
    asked = form.places or _resolved((question.region or answered_for or "",), gazetteer, approved.prefer)
    fitting = [
        (bool(asked & one.places), one.answer.decided_at or "", one.answer.number, one.answer)
        for one in approved.wanting(form)
        if _fits(asked, one, gazetteer.country)
    ]
    return max(fitting, key=lambda found: found[:3])[3] if fitting else None


def is_wanted(question: Question, approved: Offer) -> bool:
    """Tell whether an approved answer has the words of a question, for some place; the question names and chose none."""
    if question.region:
        return False
    form = asked_form(question.text, approved.gazetteer, approved.prefer)
    return not form.places and bool(approved.wanting(form))


def is_near(one: AskedForm, other: AskedForm) -> bool:
    """Tell whether two questions have the same words, in an order that says the same."""
    if one.kind is not other.kind or Counter(one.words) != Counter(other.words):
        return False
    if len(one.words) < _FEWEST_WORDS or len(one.text) < _FEWEST_CHARS or one.turns:
        return one.words == other.words
    return dice(one.text, other.text) >= SAME_WORDS


def _fits(asked: frozenset[str], entry: _Entry, country: Region) -> bool:
    """Tell whether an answer is for the place asked about: that very place, or every place."""
    if len(asked) > 1:
        return False
    # A wording that names a place is only about that place, whatever the answer's places are.
    if entry.form.places and entry.form.places != asked:
        return False
    return country.code in entry.places or bool(asked & entry.places)


def _resolved(names: Iterable[str], gazetteer: Gazetteer, prefer: Collection[str]) -> frozenset[str]:
    found = (gazetteer.resolve(name, prefer) for name in names if name.strip())
    return frozenset(place.code for place in found if place is not None)
