"""Write what an operator does with an answer: send it on, log the call, propose it for approval."""

from __future__ import annotations

from rag.catalogue.call_records import CallOutcome
from rag.catalogue.calls import MAX_NOTE_CHARS
from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.console.frame import button, field, form
from ui.markup import Html, element, join
from ui.staff.answer_shown import Shown
from ui.staff.draft_texts import DraftTexts
from ui.staff.hotline_fields import new_mark
from ui.wording import Wording


def render_texts(texts: DraftTexts | None, wording: Wording) -> Html:
    """Return the texts to send on, each with a button that copies it."""
    if texts is None:
        return join()
    count = wording.text("staff.answer.sms.count", chars=len(texts.sms), parts=texts.sms_parts)
    boxes = (("chat", texts.chat, ""), ("sms", texts.sms, count), ("speech", texts.speech, ""))
    return element(
        "section",
        element("h3", wording.text("staff.answer.texts")),
        element("p", wording.text("staff.answer.keys"), class_="hint keys-line"),
        *(_text_box(name, value, hint, wording) for name, value, hint in boxes),
        class_="answer-texts",
    )


def _text_box(name: str, value: str, hint: str, wording: Wording) -> Html:
    return element(
        "details",
        element("summary", wording.text(f"staff.answer.text.{name}")),
        element(
            "textarea",
            value,
            id=f"text-{name}",
            readonly=True,
            rows="6",
            aria_label=wording.text(f"staff.answer.text.{name}"),
            lang="zh",
        ),
        element("p", hint, class_="hint") if hint else "",
        element("button", wording.text("staff.answer.copy"), type="button", data_copy=f"text-{name}", hidden=True),
        class_="answer-text",
        open=name == "chat",
    )


def render_onward(shown: Shown, pane_form: str, signed_in: SignedIn, wording: Wording) -> Html:
    """Return the ways on: log the call here and now, propose what the form ``pane_form`` holds for approval."""
    propose = (
        button(
            wording.text("staff.answer.propose"),
            form=pane_form,
            formaction=at("/staff/approved/new"),
            formmethod="post",
        )
        if shown.draft.answer is not None
        else ""
    )
    return element(
        "section",
        element("h3", wording.text("staff.answer.next")),
        _log(shown, signed_in, wording),
        element("p", propose, class_="ways"),
        class_="answer-next",
    )


def _log(shown: Shown, signed_in: SignedIn, wording: Wording) -> Html:
    """Return the form that logs the call with the answer as it stands."""
    told = (
        ("question", shown.fields.question),
        ("region", shown.fields.region or ""),
        ("answer", shown.texts.chat if shown.texts else ""),
        ("answer_record", shown.fields.receipt),
    )
    likely = CallOutcome.ANSWERED if shown.draft.answer is not None else CallOutcome.HANDED_OVER
    outcomes = (
        element("option", wording.text(f"calls.outcome.{one}"), value=one, selected=one is likely)
        for one in CallOutcome
    )
    return form(
        signed_in,
        "/staff/calls",
        new_mark(),
        *(element("input", type="hidden", name=name, value=value) for name, value in told),
        field(
            wording.text("calls.outcome"),
            element("select", *outcomes, name="outcome", id="call-outcome"),
            for_="call-outcome",
        ),
        field(
            wording.text("calls.note"),
            element("textarea", name="note", id="call-note", rows="2", maxlength=MAX_NOTE_CHARS),
            for_="call-note",
        ),
        button(wording.text("staff.answer.log"), primary=True),
        id="answer-log",
        data_logged=wording.text("staff.answer.logged"),
    )
