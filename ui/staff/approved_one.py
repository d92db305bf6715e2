"""The page of one approved answer: what it says, what it rests on, what may be done with it, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.approved_figures import figures_to_confirm
from rag.approved_records import ApprovalChange, ApprovalState, ApprovalStep, ApprovedAnswer
from rag.approved_showing import Ground
from rag.catalogue.approved_answers import CLOCK
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, facts, field, form, table
from ui.console.moments import moment
from ui.markup import Html, element, join, line
from ui.staff.approved_list import answer_path, may_change, render_state
from ui.staff.approved_statements import render_statements
from ui.wording import Wording


@dataclass(frozen=True, slots=True)
class One:
    """An approved answer with what its page tells of it."""

    answer: ApprovedAnswer
    history: Sequence[ApprovalChange]
    authors: frozenset[str]
    """Who worded what it says now."""
    ground: Ground | None
    """Why it could not be shown today."""


def render_one(one: One, signed_in: SignedIn, wording: Wording) -> Html:
    """Return the body of the page."""
    answer = one.answer
    proposal = answer.proposal
    text = wording.text
    return join(
        element("p", render_state(answer, wording)),
        _warnings(one, wording),
        _facts(answer, wording),
        element("h2", text("staff.approved.wordings")),
        element("ul", *(element("li", line(words)) for words in proposal.wordings), lang="zh"),
        element("h2", text("staff.approved.statements")),
        render_statements(proposal.answer, wording, opened=True),
        _actions(one, signed_in, wording),
        element("h2", text("staff.approved.history")),
        _history(one.history, wording),
    )


def _facts(answer: ApprovedAnswer, wording: Wording) -> Html:
    proposal = answer.proposal
    text = wording.text
    rows: list[tuple[str, str]] = [
        (text("staff.approved.places"), line("、".join(proposal.places))),
        (text("staff.approved.office"), line(proposal.office)),
        (text("staff.approved.owner"), line(proposal.owner)),
        (text("staff.approved.review"), wording.day(proposal.review)),
    ]
    if proposal.note:
        rows.append((text("staff.approved.note"), proposal.note))
    return facts(rows)


def _warnings(one: One, wording: Wording) -> Html:
    parts = []
    if one.ground is not None and one.answer.state is not ApprovalState.WITHDRAWN:
        why = wording.text(f"staff.approved.reason.{one.ground.reason}")
        title = f"《{line(one.ground.title)}》" if one.ground.title else ""
        parts.append(element("p", wording.text("staff.approved.ground"), why, title, class_="problem"))
    if one.answer.state is ApprovalState.PROPOSED and figures_to_confirm(one.answer.proposal):
        parts.append(element("p", wording.text("staff.approved.unheld.all"), class_="problem"))
    return join(*parts)


def _actions(one: One, signed_in: SignedIn, wording: Wording) -> Html:
    answer, text = one.answer, wording.text
    decides = signed_in.role.covers(Role.SUPERVISOR)
    parts: list[Html] = []
    if answer.state is ApprovalState.PROPOSED:
        if not decides:
            parts.append(element("p", text("staff.approved.waiting")))
        elif signed_in.user in one.authors:
            parts.append(element("p", text("staff.approved.own")))
        elif one.ground is None:
            parts.append(_approve(answer, signed_in, wording))
        if decides:
            parts.append(_with_words(answer, "send-back", "send_back", signed_in, wording))
    if decides and answer.state is not ApprovalState.WITHDRAWN:
        parts.append(_with_words(answer, "withdraw", "withdraw", signed_in, wording))
    if may_change(answer, signed_in):
        link = element(
            "a", text("staff.approved.change"), href=at(answer_path(answer.number, "/change")), class_="button"
        )
        parts.append(element("p", link, " ", element("span", text("staff.approved.change.why"), class_="hint")))
    return element("section", *parts, class_="decisions") if parts else join()


def _approve(answer: ApprovedAnswer, signed_in: SignedIn, wording: Wording) -> Html:
    confirm = bool(figures_to_confirm(answer.proposal))
    key = "staff.approved.confirm" if confirm else "staff.approved.remark.optional"
    words = element("textarea", name="words", id="approve-words", rows="2", required=confirm)
    return form(
        signed_in,
        answer_path(answer.number, "/approve"),
        element("p", wording.text("staff.approved.approve.why")),
        element("input", type="hidden", name="revision", value=answer.revision),
        field(wording.text(key), words, for_="approve-words"),
        element("div", button(wording.text("staff.approved.approve"), primary=True), class_="actions"),
        class_="card",
        data_keep=f"approve-{answer.number}",
    )


def _with_words(answer: ApprovedAnswer, path: str, key: str, signed_in: SignedIn, wording: Wording) -> Html:
    """Return a decision that needs words, folded away until it is wanted."""
    name = f"{path}-words"
    words = element("textarea", name="words", id=name, rows="2", required=True)
    said = form(
        signed_in,
        answer_path(answer.number, f"/{path}"),
        element("input", type="hidden", name="revision", value=answer.revision),
        field(wording.text("staff.approved.remark"), words, for_=name),
        element("div", button(wording.text(f"staff.approved.{key}"), danger=path == "withdraw"), class_="actions"),
        data_keep=f"{path}-{answer.number}",
    )
    return element("details", element("summary", wording.text(f"staff.approved.{key}")), said, class_="card")


def _history(history: Sequence[ApprovalChange], wording: Wording) -> Html:
    text = wording.text
    headings = [text(f"staff.approved.history.{name}") for name in ("when", "who", "step", "words", "after")]
    rows = [_history_row(one, wording) for one in reversed(history)]
    return table(headings, rows, caption=text("staff.approved.history"))


def _history_row(one: ApprovalChange, wording: Wording) -> list[str]:
    reason = wording.text(f"staff.approved.reason.{one.reason}") if one.reason is not None else ""
    step = wording.text(f"staff.approved.step.{one.step}")
    who = wording.text("staff.approved.clock") if one.who == CLOCK else line(one.who)
    return [
        moment(wording, one.at),
        who,
        join(step, element("span", f" {reason}", class_="hint") if reason else ""),
        line(one.words),
        _then(one, wording) if one.step in (ApprovalStep.PROPOSED, ApprovalStep.CHANGED) else "",
    ]


def _then(one: ApprovalChange, wording: Wording) -> Html:
    """Return what the answer said after a change, folded away."""
    after, text = one.after, wording.text
    rows: list[tuple[str, str]] = [
        (text("staff.approved.wordings"), line("；".join(after.wordings))),
        (text("staff.approved.places"), line("、".join(after.places))),
        (text("staff.approved.office"), line(after.office)),
        (text("staff.approved.owner"), line(after.owner)),
        (text("staff.approved.review"), wording.day(after.review)),
        (text("staff.approved.note"), line(after.note)),
    ]
    summary = element("summary", text("staff.approved.history.see"))
    return element("details", summary, render_statements(after.answer, wording), facts(rows))


def title_of(answer: ApprovedAnswer) -> str:
    """Return the heading of the page: the question, in the first of its wordings."""
    return line(answer.proposal.wordings[0])
