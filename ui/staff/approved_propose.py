"""``/staff/approved/new`` and ``/staff/approved/{number}/change``: propose an answer, or change one and propose it again.

An answer comes from the answer pane (its form is posted to ``/staff/approved/new``), from a question asked here, or from one
that was proposed before. What was done to it travels in the form as it does in the pane, the answer itself as a receipt: words
without a quote behind them cannot get in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.approved_records import ApprovedAnswer
from rag.domain import Answer, Question
from rag.draft_answers import Draft, Drafting
from rag.personal_data import masked_question
from ui.accounts.doors import DoorClosedError, SignedIn
from ui.accounts.roles import Role
from ui.console.frame import go_to
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.receipts import Receipts, receipts_in
from ui.staff.answer_fields import AnswerFields
from ui.staff.approved import SCRIPTS, STYLES, answer_named
from ui.staff.approved_fields import ApprovedFields, is_proposable
from ui.staff.approved_form import Shown, render_ask, render_form
from ui.staff.approved_list import answer_path, may_change
from ui.staff.frame import staff_page
from ui.wording import Language, Wording


class Proposing:
    """Makes proposals of what forms say."""

    def __init__(self, parts: ConsoleParts) -> None:
        """Work for the site of these parts."""
        self._parts = parts
        self._receipts: Receipts = receipts_in(parts.settings.paths.data)

    def asked(self, text: str, region: str | None, language: Language) -> AnswerFields:
        """Return the fields of an answer to a question that is asked now."""
        question, _ = masked_question(Question(text, region, anew=True))
        answer = self._parts.assistant.answer(question)
        receipt = self._receipts.issue(answer, language, region)
        return AnswerFields(answer.question, region, True, receipt)

    def kept(self, answer: ApprovedAnswer, language: Language, *, anew: bool) -> ApprovedFields:
        """Return the fields of an answer that was proposed before.

        Where nothing it said stands in the sources any more, and with ``anew``, they begin with what the sources say now.
        """
        proposal = answer.proposal
        receipt = self._receipts.issue(proposal.answer, language, None)
        fields = replace(ApprovedFields.of(proposal), draft=AnswerFields(proposal.answer.question, None, True, receipt))
        if anew or not self.drafted(fields, None)[0].items:
            place = proposal.places[0] if len(proposal.places) == 1 else None
            fields = replace(fields, draft=self.asked(proposal.wordings[0], place, language))
        return fields

    def drafted(self, fields: ApprovedFields, user: str | None) -> tuple[Draft, ApprovedFields]:
        """Return the draft that a form makes, and its fields, where it begins with what can be guessed for ``user``.

        Raises:
            ReceiptError: the receipt is not ours, or not of this version.
            NoGenerationError: nothing is published.
        """
        kept = self._receipts.open(fields.draft.receipt)
        gazetteer = self._parts.places.gazetteer()
        drafting = Drafting(self._parts.assistant, gazetteer, self._parts.settings.answering)
        region = kept.region or fields.draft.region
        draft = drafting.draft(kept.answer, region, fields.draft.changes)
        if user is not None:
            fields = fields.begun(draft.answer or kept.answer, region, user, date.today())
        return draft, fields

    def problem(self, fields: ApprovedFields, draft: Draft, wording: Wording) -> str | None:
        """Return what is wrong with a form, in words, or None."""
        if draft.answer is None:
            return wording.text("staff.approved.problem.nothing_kept")
        gazetteer = self._parts.places.gazetteer()
        with self._parts.open_catalogue() as catalogue:
            active = {account.name for account in catalogue.accounts.list() if not account.disabled}
        return fields.problem(wording, lambda name: gazetteer.resolve(name) is not None, active.__contains__)


@dataclass(frozen=True, slots=True)
class _Page:
    """Writes the form as a page."""

    parts: ConsoleParts
    proposing: Proposing

    def shown(
        self,
        request: Request,
        signed_in: SignedIn,
        fields: ApprovedFields,
        changing: ApprovedAnswer | None = None,
        *,
        save: Callable[[ApprovedFields, Answer], int] | None = None,
    ) -> Response:
        """Return the form; with ``save``, keep what it says where nothing is wrong with it, and go on."""
        wording = self.parts.wording(request)
        # What somebody emptied stays empty, and is asked for.
        draft, fields = self.proposing.drafted(fields, signed_in.user if save is None else None)
        problem = self.proposing.problem(fields, draft, wording) if save is not None else None
        if save is not None and problem is None and draft.answer is not None and is_proposable(draft.answer):
            return go_to(answer_path(save(fields, draft.answer)), "approved_proposed")
        if not draft.items or (draft.answer is not None and not is_proposable(draft.answer)):
            problem = wording.text("staff.approved.no_answer")
        body = render_form(Shown(fields, draft, changing, self.parts.places.names()), signed_in, wording)
        title = wording.text("staff.approved.change" if changing else "staff.approved.propose")
        return staff_page(
            request, signed_in, wording, title, body, active="approved", problem=problem, styles=STYLES, scripts=SCRIPTS
        )


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of proposing and changing."""
    router = APIRouter(include_in_schema=False)
    reading, changing = Depends(parts.doors.require(Role.STAFF)), Depends(parts.doors.checked(Role.STAFF))
    page = _Page(parts, Proposing(parts))

    @router.get("/approved/new")
    def ask(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        text, region = text_of(request.query_params, "q", 500), text_of(request.query_params, "region", 100)
        asked = page.proposing.asked(text, region or None, wording.language) if text else None
        if asked is not None and asked.receipt:
            shown = page.shown(request, signed_in, ApprovedFields(asked))
        else:
            problem = wording.text("staff.approved.no_answer") if asked is not None else None
            body = render_ask(text, region, parts.places.names(), wording)
            title = wording.text("staff.approved.propose")
            shown = staff_page(
                request, signed_in, wording, title, body, active="approved", problem=problem, styles=STYLES
            )
        # Nothing wrong was sent: the question can be asked, the documents only do not answer it.
        shown.status_code = 200
        return shown

    @router.post("/approved/new")
    async def begin(request: Request, signed_in: SignedIn = changing) -> Response:
        fields = ApprovedFields.sent(await request.form())
        return await asyncio.to_thread(page.shown, request, signed_in, fields)

    @router.post("/approved/propose")
    async def propose(request: Request, signed_in: SignedIn = changing) -> Response:
        fields = ApprovedFields.sent(await request.form())

        def save(wanted: ApprovedFields, answer: Answer) -> int:
            with parts.open_catalogue() as catalogue:
                return catalogue.approved.propose(wanted.proposal(answer), signed_in.user)

        return await asyncio.to_thread(page.shown, request, signed_in, fields, save=save)

    @router.get("/approved/{number}/change")
    def ask_change(number: str, request: Request, signed_in: SignedIn = reading) -> Response:
        answer = _changeable(parts, number, signed_in)
        anew = "anew" in request.query_params
        fields = page.proposing.kept(answer, parts.wording(request).language, anew=anew)
        return page.shown(request, signed_in, fields, answer)

    @router.post("/approved/{number}/change")
    async def change(number: str, request: Request, signed_in: SignedIn = changing) -> Response:
        form = await request.form()
        fields, revision = ApprovedFields.sent(form), number_of(text_of(form, "revision", 10)) or 0
        answer = await asyncio.to_thread(_changeable, parts, number, signed_in)

        def save(wanted: ApprovedFields, said: Answer) -> int:
            with parts.open_catalogue() as catalogue:
                catalogue.approved.change(answer.number, wanted.proposal(said), signed_in.user, revision=revision)
            return answer.number

        return await asyncio.to_thread(page.shown, request, signed_in, fields, answer, save=save)

    return router


def _changeable(parts: ConsoleParts, number: str, signed_in: SignedIn) -> ApprovedAnswer:
    with parts.open_catalogue() as catalogue:
        answer = answer_named(catalogue, number)
    if not may_change(answer, signed_in):
        raise DoorClosedError(403, "role")
    return answer
