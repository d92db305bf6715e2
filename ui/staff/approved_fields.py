"""Read what the form of an approved answer sends, and say in words what is missing. Nothing in it is trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType

from starlette.datastructures import FormData

from rag.approved_records import MAX_PLACES, MAX_WORDING_CHARS, MAX_WORDINGS, MAX_WORDS_CHARS, Proposal
from rag.domain import Answer, AnswerStatus
from ui.console.sent import text_of
from ui.staff.answer_fields import AnswerFields, sent_in
from ui.wording import Wording

REVIEW_DAYS = 180
MOST_REVIEW_DAYS = 731


@dataclass(frozen=True, slots=True)
class ApprovedFields:
    """What an operator filled in. ``draft`` is what was done to the answer, as the answer pane sends it."""

    draft: AnswerFields = field(default_factory=AnswerFields)
    wordings: str = ""
    places: str = ""
    owner: str = ""
    office: str = ""
    review: str = ""
    note: str = ""

    @classmethod
    def sent(cls, form: FormData) -> ApprovedFields:
        """Return what a form says; what is not there is empty."""
        longest = (MAX_WORDING_CHARS + 2) * (MAX_WORDINGS + 5)
        return cls(
            sent_in(form),
            text_of(form, "wordings", longest),
            text_of(form, "places", longest),
            text_of(form, "owner", 200),
            text_of(form, "office", 200),
            text_of(form, "review", 10),
            text_of(form, "note", MAX_WORDS_CHARS + 1),
        )

    @classmethod
    def of(cls, proposal: Proposal) -> ApprovedFields:
        """Return the fields that make a proposal again."""
        return cls(
            AnswerFields(),
            "\n".join(proposal.wordings),
            "\n".join(proposal.places),
            proposal.owner,
            proposal.office,
            proposal.review.isoformat(),
            proposal.note,
        )

    def begun(self, answer: Answer, region: str | None, user: str, today: date) -> ApprovedFields:
        """Return the fields with what can be guessed of the answer, where nothing is filled in yet."""
        regions = dict.fromkeys(one.region for one in answer.citations if one.region)
        offices = dict.fromkeys(one.issuer for one in answer.citations if one.issuer)
        place = region or (next(iter(regions)) if len(regions) == 1 else "")
        return replace(
            self,
            wordings=self.wordings or answer.question,
            places=self.places or place or "",
            owner=self.owner or user,
            office=self.office or next(iter(offices), ""),
            review=self.review or (today + timedelta(days=REVIEW_DAYS)).isoformat(),
        )

    def problem(self, wording: Wording, is_place: Callable[[str], bool], is_owner: Callable[[str], bool]) -> str | None:
        """Return what is wrong with the fields, in words, or None."""
        return next(self._problems(wording, is_place, is_owner), None)

    def _problems(
        self, wording: Wording, is_place: Callable[[str], bool], is_owner: Callable[[str], bool]
    ) -> Iterator[str]:
        wordings, places, text = lines_of(self.wordings), lines_of(self.places), wording.text
        if not 1 <= len(wordings) <= MAX_WORDINGS or max(map(len, wordings)) > MAX_WORDING_CHARS:
            yield text("staff.approved.problem.wordings")
        if not 1 <= len(places) <= MAX_PLACES:
            yield text("staff.approved.problem.places")
        yield from (text("staff.approved.problem.place", place=one[:40]) for one in places if not is_place(one))
        if not self.office:
            yield text("staff.approved.problem.office")
        if not is_owner(self.owner):
            yield text("staff.approved.problem.owner", owner=self.owner[:40])
        if self.day is None or not date.today() < self.day <= date.today() + timedelta(days=MOST_REVIEW_DAYS):
            yield text("staff.approved.problem.review")
        if len(self.note) > MAX_WORDS_CHARS:
            yield text("staff.approved.problem.note")

    @property
    def day(self) -> date | None:
        """The review day, None where none is filled in."""
        try:
            return date.fromisoformat(self.review)
        except ValueError:
            return None

    def proposal(self, answer: Answer) -> Proposal:
        """Return the proposal of these fields, which have no problem. Raises ValueError where it could never be shown."""
        return Proposal(
            answer=bare_answer(answer),
            wordings=lines_of(self.wordings),
            places=lines_of(self.places),
            owner=self.owner,
            office=self.office,
            review=date.fromisoformat(self.review),
            note=self.note,
        )


def is_proposable(answer: Answer | None) -> bool:
    """Tell whether an answer says something that may be approved."""
    return answer is not None and answer.status in (AnswerStatus.ANSWERED, AnswerStatus.PARTIAL)


def bare_answer(answer: Answer) -> Answer:
    """Return an answer without what belongs to the one time it was asked."""
    return replace(
        answer,
        read_as=None,
        rewritten=None,
        premise=None,
        masked=(),
        usage=None,
        related=(),
        approved=None,
        timings_ms=MappingProxyType({}),
    )


def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a text that say something, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
