"""Offer approved answers in the answering path of one generation."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from rag.approved import Offer, find_approved, is_wanted
from rag.approved_records import ApprovedAnswer
from rag.approved_showing import shown
from rag.domain import Answer, Question
from rag.ports import ApprovedAnswers
from rag.regions import Gazetteer
from rag.reverification import Texts


class Offering:
    """Finds the approved answer to a question and holds it to the documents. Safe to use from several threads."""

    def __init__(
        self, approved: ApprovedAnswers, texts: Texts, gazetteer: Gazetteer, prefer: Collection[str] = ()
    ) -> None:
        self._approved = approved
        self._texts = texts
        self._gazetteer = gazetteer
        self._prefer = prefer
        self._read: tuple[tuple[ApprovedAnswer, ...], Offer] = ((), Offer(gazetteer, prefer))

    def offered(self, question: Question, today: date, own: Answer | None = None) -> Answer | None:
        """Return what is approved for a question and still holds, or None.

        Where the question names no place and none is chosen, ``own``, the assistant's answer, says which place it is about:
        the only one that it cites. Without ``own`` such a question is only answered with what is for every place.
        """
        offer = self._offer()
        if not offer.by_text:
            return None
        place = None
        if own is not None:
            place = _only_place(own) if is_wanted(question, offer) else None
            if place is None:
                return None
        found = find_approved(question, offer, place)
        return shown(found, question.text, self._texts, today) if found is not None else None

    def _offer(self) -> Offer:
        in_force = self._approved.in_force()
        known, offer = self._read
        if known is not in_force:
            offer = Offer.of(in_force, self._gazetteer, self._prefer)
            # One assignment: whoever reads at the same time has the old pair or the new one.
            self._read = (in_force, offer)
        return offer


def _only_place(answer: Answer) -> str | None:
    places = {citation.region for citation in answer.citations}
    return next(iter(places)) if len(places) == 1 and not answer.places else None
