"""What residents said of answers, each with the question and the answer it is about."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.answer_record import from_record
from rag.catalogue import FeedbackGiven, FeedbackReason
from rag.domain import Answer
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.answer_sheet import AnswerSheet, answer_sheet
from ui.console.frame import button, console_page, facts, field, paging
from ui.console.moments import moment, publication_name
from ui.console.pages import pages_of
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

_ROWS = 20
_VERDICTS = ("useful", "useless")


def build(parts: ConsoleParts) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False)
    admin = Depends(parts.doors.require(Role.ADMIN))

    @router.get("/feedback")
    def feedback(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        asked = request.query_params
        verdict = asked.get("said") if asked.get("said") in _VERDICTS else None
        reason = FeedbackReason(asked["reason"]) if asked.get("reason") in tuple(FeedbackReason) else None
        with parts.open_catalogue() as catalogue:
            counts = catalogue.feedback.counts()
            fitting = catalogue.feedback.counts(verdict=_useful(verdict), reason=reason)
            pages = pages_of(fitting.useful + fitting.useless, _ROWS)
            page = min(number_of(asked.get("page")) or 1, pages)
            given = catalogue.feedback.latest(_ROWS, useful=_useful(verdict), reason=reason, after=(page - 1) * _ROWS)
        told = wording.text("state.feedback.counts", useful=f"{counts.useful:,}", useless=f"{counts.useless:,}")
        query = {"said": verdict or "", "reason": reason.value if reason else ""}
        body = join(
            element("p", wording.text("state.feedback.lead", days=parts.settings.retention.feedback_days)),
            element("p", told),
            _filters(verdict, reason, wording),
            *(_card(one, wording) for one in given),
            "" if given else element("p", wording.text("state.feedback.none")),
            paging(wording, "/admin/feedback", {name: value for name, value in query.items() if value}, page, pages),
        )
        return console_page(request, signed_in, wording, wording.text("console.nav.feedback"), body, active="feedback")

    return router


def _useful(verdict: str | None) -> bool | None:
    return None if verdict is None else verdict == "useful"


def _filters(verdict: str | None, reason: FeedbackReason | None, wording: Wording) -> Html:
    said = [element("option", wording.text("state.feedback.all"), value="")]
    said += [
        element("option", wording.text(f"state.feedback.{one}"), value=one, selected=one == verdict)
        for one in _VERDICTS
    ]
    reasons = [element("option", wording.text("state.feedback.any_reason"), value="")]
    reasons += [
        element("option", wording.text(f"js.actions.reason.{one}"), value=one, selected=one is reason)
        for one in FeedbackReason
    ]
    return element(
        "form",
        field(wording.text("state.feedback.verdict"), element("select", *said, name="said", id="said"), for_="said"),
        field(
            wording.text("state.feedback.reason"),
            element("select", *reasons, name="reason", id="reason"),
            for_="reason",
        ),
        element("div", button(wording.text("state.feedback.show"), primary=True), class_="actions"),
        method="get",
        action=at("/admin/feedback"),
        class_="filters",
    )


def _card(given: FeedbackGiven, wording: Wording) -> Html:
    answer = _answer_of(given)
    verdict = wording.text("state.feedback.useful" if given.useful else "state.feedback.useless")
    rows: list[tuple[str, str]] = [
        (wording.text("state.feedback.verdict"), element("strong", verdict, class_="good" if given.useful else "bad"))
    ]
    if given.reason is not None:
        rows.append((wording.text("state.feedback.reason"), wording.text(f"js.actions.reason.{given.reason}")))
    if given.comment:
        rows.append((wording.text("state.feedback.comment"), element("q", line(given.comment))))
    region = given.record.get("region")
    if isinstance(region, str) and region:
        rows.append((wording.text("state.feedback.place"), line(region)))
    if given.generation:
        address = at(f"/admin/generations/{quote(given.generation, safe='')}")
        link = element("a", publication_name(wording, given.generation), href=address)
        rows.append((wording.text("state.feedback.release"), link))
    question = line(answer.question) if answer else wording.text("state.feedback.unreadable")
    return element(
        "article",
        element("h2", question, lang="zh"),
        element("p", moment(wording, given.given_at), class_="hint"),
        facts(rows),
        _shown(answer, wording) if answer else "",
        class_="card",
        id=f"r-{given.receipt_id}",
    )


def _answer_of(given: FeedbackGiven) -> Answer | None:
    """Return the answer, or None where another version of the program kept it in a form of its own."""
    try:
        return from_record(given.record.get("answer"))
    except ValueError:
        return None


def _shown(answer: Answer, wording: Wording) -> Html:
    sheet = answer_sheet(answer, wording)
    said = [element("p", remark) for remark in sheet.remarks]
    said += [element("p", statement.text, " ", statement.marks) for statement in sheet.lines]
    said += [element("p", notice, class_="hint") for notice in sheet.notices]
    return element(
        "details",
        element("summary", wording.text("state.feedback.answer")),
        element("div", *said, lang="zh", class_="answer"),
        _quotes(sheet, wording),
    )


def _quotes(sheet: AnswerSheet, wording: Wording) -> Html:
    if not sheet.sources:
        return join()
    quotes = (
        element(
            "li",
            element("a", f"[{one.number}] {source.title}", href=one.address),
            element("blockquote", one.text),
        )
        for source in sheet.sources
        for one in source.quotes
    )
    return join(
        element("h3", wording.text("state.feedback.sources")), element("ul", *quotes, lang="zh", class_="plain")
    )


def feedback_address(useful: bool | None = None) -> str:
    """Return the address of the page, or of what readers found useful or useless."""
    if useful is None:
        return at("/admin/feedback")
    return f"{at('/admin/feedback')}?{urlencode({'said': 'useful' if useful else 'useless'})}"
