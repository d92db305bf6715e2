"""Show the statements of an answer that is to be approved, each with its quotes, and let them be worded or left out."""

from __future__ import annotations

from collections.abc import Iterable

from rag.approved_figures import unheld
from rag.domain import Answer, Citation, Statement
from rag.draft_answers import Draft, DraftItem
from ui.console.frame import field
from ui.markup import Html, document_address, element, join, line
from ui.wording import Wording


def render_statements(answer: Answer, wording: Wording, *, opened: bool = False) -> Html:
    """Return the statements as they are, worded ones marked, each with what carries it, folded away unless ``opened``."""
    rows = (
        element(
            "li",
            element("p", line(one.text), " ", _marks(one, answer, wording), lang="zh"),
            _quotes((quote for quote in answer.citations if quote.number in one.citations), wording, opened=opened),
        )
        for one in answer.statements
    )
    return element("ol", *rows, class_="approved-statements")


def render_items(draft: Draft, wording: Wording) -> Html:
    """Return the statements of a draft as fields of a form: the words, and whether to leave them out."""
    return join(*(_item(n, item, draft, wording) for n, item in enumerate(draft.items, start=1)))


def _item(number: int, item: DraftItem, draft: Draft, wording: Wording) -> Html:
    name = f"words-{item.key}"
    words = item.statement.text.strip()
    box = element(
        "textarea", words, name=name, id=name, rows=max(2, -(-len(words) // 45) + words.count("\n")), lang="zh"
    )
    label = wording.text("staff.approved.text", number=number)
    label = f"{label}（{wording.text('staff.approved.added')}）" if item.is_added else label
    out = element("input", type="checkbox", name="out", value=item.key, checked=not item.kept)
    figures = _unheld(item, draft)
    warning = wording.text("staff.approved.unheld", figures="、".join(map(line, figures))) if figures else ""
    return element(
        "fieldset",
        field(label, box, for_=name),
        element("p", warning, class_="problem") if warning else "",
        element("label", out, " ", wording.text("staff.approved.leave_out"), class_="choice"),
        _quotes(draft.citations[item.key], wording, opened=True),
        class_="approved-item",
    )


def _unheld(item: DraftItem, draft: Draft) -> tuple[str, ...]:
    return unheld(item.statement, draft.citations[item.key]) if item.statement.edited else ()


def _marks(statement: Statement, answer: Answer, wording: Wording) -> Html:
    if not statement.edited:
        return join()
    quotes = tuple(one for one in answer.citations if one.number in statement.citations)
    figures = unheld(statement, quotes)
    missing = wording.text("staff.approved.unheld", figures="、".join(map(line, figures))) if figures else ""
    return join(
        element("strong", wording.text("staff.approved.edited"), class_="badge edited"),
        element("span", f" {missing}", class_="bad") if missing else "",
    )


def _quotes(quotes: Iterable[Citation], wording: Wording, *, opened: bool) -> Html:
    rows = (
        element(
            "li",
            element("blockquote", line(quote.quote), lang="zh"),
            element(
                "a",
                f"《{line(quote.title)}》",
                href=document_address(quote.document_id, quote.start, quote.end, wording.language),
                target="_blank",
                rel="noopener",
                lang="zh",
            ),
            " · ",
            " · ".join(
                filter(None, (line(quote.issuer or ""), line(quote.region or ""), wording.day(quote.published)))
            ),
        )
        for quote in quotes
    )
    return element(
        "details",
        element("summary", wording.text("staff.approved.quotes")),
        element("ul", *rows, class_="plain"),
        open=opened,
    )
