"""Write the answer pane of the desk: what is said, what it rests on, what is doubtful, and the texts to send on."""

from __future__ import annotations

from collections.abc import Sequence

from rag.domain import Answer, Citation, Hit
from rag.draft_answers import MAX_ADDED, Draft, DraftItem
from rag.edited_words import WordDoubt, WordDoubtKind
from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.console.frame import button, form
from ui.markup import Html, document_address, element, join, line, with_key
from ui.staff.answer_fields import name_of
from ui.staff.answer_onward import render_onward, render_texts
from ui.staff.answer_shown import Shown
from ui.wording import Wording

FORM_ID = "answer-form"
_ROWS_FOR = 34
"""Characters of a line in the pane, by which the height of a text box is guessed."""


def render_place(wording: Wording) -> Html:
    """Return the place of the pane on the desk, with the button that asks the question of the search box.

    Without scripts the button sends the form of the search to a page of its own.
    """
    ask = button(
        wording.text("staff.answer.ask"),
        primary=True,
        id="answer-ask",
        form="desk-form",
        formaction=at("/staff/answer"),
        aria_keyshortcuts="Control+Enter",
        aria_describedby="answer-hint",
    )
    return element(
        "section",
        element("div", element("h2", wording.text("staff.answer")), ask, class_="answer-head"),
        element("p", wording.text("staff.answer.hint"), class_="hint", id="answer-hint"),
        element("p", id="answer-said", role="status", class_="answer-said"),
        element("div", id="answer"),
        id="answer-pane",
        class_="answer-pane",
        aria_label=wording.text("staff.answer"),
        data_at=at("/staff/answer"),
        data_copied=wording.text("staff.answer.copied"),
        data_not_copied=wording.text("staff.answer.not_copied"),
        data_failed=wording.text("staff.answer.failed"),
    )


def render_pane(shown: Shown, signed_in: SignedIn, wording: Wording) -> Html:
    """Return the contents of the pane: one form, whose every button works without scripts."""
    fields, draft = shown.fields, shown.draft
    place = wording.text("staff.answer.for", place=line(fields.region)) if fields.region else ""
    hidden = [
        element("input", type="hidden", name=name, value=value)
        for name, value in (
            ("q", fields.question),
            ("region", fields.region or ""),
            ("anew", "1" if fields.anew else ""),
            ("receipt", fields.receipt),
            *(("added", name_of(span)) for span in fields.changes.added),
            *(("out", key) for key in sorted(fields.changes.left_out)),
        )
    ]
    items = [_item(number, item, draft, wording) for number, item in enumerate(draft.items, start=1)]
    body = form(
        signed_in,
        "/staff/answer",
        *hidden,
        # Enter in a field presses the first button of a form: it must be the one that changes nothing.
        button(wording.text("staff.answer.update"), name="do", value="update", id="answer-update"),
        element("p", line(fields.question), class_="answer-question", lang="zh"),
        element("p", place or wording.text("staff.answer.for_any"), class_="answer-place"),
        _approved(shown, wording),
        _messages(shown, wording),
        _places(shown.base),
        element("ol", *items, class_="answer-items") if items else "",
        _near(shown.near, draft, wording),
        id=FORM_ID,
    )
    return join(body, render_texts(shown.texts, wording), render_onward(shown, FORM_ID, signed_in, wording))


def _approved(shown: Shown, wording: Wording) -> Html:
    approved = shown.base.approved
    if approved is None:
        return join()
    told = wording.text("staff.answer.approved", day=wording.day(approved.since), office=line(approved.office))
    anew = element("button", wording.text("staff.answer.anew"), type="submit", name="do", value="anew")
    return element("div", element("p", told, class_="approved-label"), anew, class_="answer-approved")


def _messages(shown: Shown, wording: Wording) -> Html:
    told = []
    if not shown.base.statements:
        told.append(wording.message(shown.base))
    if not shown.draft.items:
        told.append(wording.text("staff.answer.none"))
    elif shown.draft.answer is None:
        told.append(wording.text("staff.answer.none_kept"))
    if shown.draft.lost:
        told.append(wording.text("staff.answer.lost", count=shown.draft.lost))
    if shown.fields.full:
        told.append(wording.text("staff.answer.too_many", count=MAX_ADDED))
    if shown.base.premise:
        told.append(wording.text("answer.premise", premise=shown.base.premise))
    notices = shown.draft.answer.notices if shown.draft.answer else ()
    told += [wording.notice(notice) for notice in notices]
    lines = (element("li", words) for words in dict.fromkeys(told))
    return element("ul", *lines, class_="answer-notices") if told else join()


def _places(base: Answer) -> Html:
    """Return the places to choose from, where the answer depends on that."""
    options = base.clarification.options if base.clarification is not None else ()
    buttons = (button(line(place), name="do", value=f"place {place}") for place in options)
    return element("p", *buttons, class_="item-buttons") if options else join()


def _item(number: int, item: DraftItem, draft: Draft, wording: Wording) -> Html:
    text = wording.text
    words = item.statement.text.strip()
    marks = [element("span", text("staff.answer.added"), class_="badge")] if item.is_added else []
    marks += [element("span", text("staff.answer.edited"), class_="badge edited")] if item.statement.edited else []
    quotes = draft.citations[item.key]
    head = element(
        "p", element("strong", text("staff.answer.statement", number=number)), " ", *marks, class_="item-head"
    )
    if not item.kept:
        buttons = [button(text("staff.answer.back"), name="do", value=f"back {item.key}")]
        shown = element("p", element("del", line(words)), class_="item-out", lang="zh")
        return element("li", head, shown, _buttons(item, buttons, wording), class_="left-out", id=f"item-{item.key}")
    field_id = f"words-{item.key}"
    box = element(
        "textarea",
        words,
        name=field_id,
        id=field_id,
        rows=max(2, -(-len(words) // _ROWS_FOR) + words.count("\n")),
        aria_label=text("staff.answer.words", number=number),
        aria_describedby=f"doubts-{item.key}",
        spellcheck="false",
        lang="zh",
    )
    buttons = [button(text("staff.answer.drop"), name="do", value=f"out {item.key}")]
    if item.statement.edited:
        buttons.append(button(text("staff.answer.reset"), name="do", value=f"reset {item.key}"))
    doubts = element("ul", *(_doubt(one, wording) for one in item.doubts), class_="doubts", id=f"doubts-{item.key}")
    return element(
        "li",
        head,
        box,
        doubts,
        _buttons(item, buttons, wording),
        *(_quote(quote, wording) for quote in quotes),
        id=f"item-{item.key}",
    )


def _buttons(item: DraftItem, buttons: Sequence[Html], wording: Wording) -> Html:
    remove = button(wording.text("staff.answer.remove"), name="do", value=f"remove {item.key}") if item.is_added else ""
    return element("p", *buttons, remove, class_="item-buttons")


def _doubt(doubt: WordDoubt, wording: Wording) -> Html:
    words = "、".join(f"“{line(word)}”" for word in doubt.words)
    grave = doubt.kind in (WordDoubtKind.FIGURE, WordDoubtKind.NEGATION)
    return element(
        "li", wording.text(f"staff.answer.doubt.{doubt.kind}", words=words), class_="grave" if grave else None
    )


def _quote(quote: Citation, wording: Wording) -> Html:
    facts = (
        f"《{line(quote.title)}》",
        line(quote.issuer or ""),
        line(quote.region or ""),
        wording.day(quote.published) if quote.published else "",
        wording.authority(quote.authority),
        wording.validity(quote.validity),
    )
    span = quote.span
    key = (span[0] - quote.start, span[1] - quote.start) if span is not None else None
    address = document_address(quote.document_id, quote.start, quote.end, wording.language)
    return element(
        "details",
        element("summary", wording.text("staff.answer.quote", number=quote.number), " ", f"《{line(quote.title)}》"),
        element("blockquote", with_key(quote.quote, key), lang="zh"),
        element("p", " · ".join(fact for fact in facts[1:] if fact), class_="provenance"),
        element("p", element("a", wording.text("answer.open"), href=address, target="_blank", rel="noopener")),
        class_="item-quote",
    )


def _near(hits: Sequence[Hit], draft: Draft, wording: Wording) -> Html:
    """Return passages that may be added, without those that the draft has already."""
    used = {(one.document_id, one.start, one.end) for own in draft.citations.values() for one in own}
    rows = [
        element(
            "li",
            element("p", element("strong", f"《{line(hit.document.title)}》"), " ", line(hit.document.region or "")),
            element("p", line(hit.chunk.text), class_="near-text", lang="zh"),
            add_button(hit, wording),
        )
        for hit in hits
        if not any(
            hit.chunk.document_id == one and hit.chunk.start <= start and end <= hit.chunk.end
            for one, start, end in used
        )
    ]
    if not rows:
        return join()
    summary = element("summary", wording.text("answer.related"))
    return element("details", summary, element("ul", *rows), class_="answer-near")


def add_button(hit: Hit, wording: Wording) -> Html:
    """Return the button that adds a passage to the answer, from wherever on the page it stands."""
    name = f"{hit.chunk.document_id}:{hit.chunk.start}-{hit.chunk.end}"
    return button(wording.text("staff.answer.add"), name="do", value=f"add {name}", form=FORM_ID)
