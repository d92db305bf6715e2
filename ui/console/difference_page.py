"""Show how two releases differ."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from ingest.generation_difference import DocumentChange, DocumentStatus, GenerationDifference
from ui.addresses import at
from ui.console.fact_words import fact_name, fact_value
from ui.console.frame import paging, table
from ui.console.pages import page_of
from ui.console.sent import document_path
from ui.markup import Html, element, join, line
from ui.wording import Wording

_ROWS = 100


def render_counts(found: GenerationDifference, wording: Wording) -> Html:
    """Return how many documents and passages came, changed and went, and whether the model is another one."""
    counts = {status.value: f"{count:,}" for status, count in found.counts.items()}
    chunks = {name: f"{getattr(found.chunks, name):,}" for name in ("added", "changed", "removed", "unchanged")}
    other_model = found.model_before not in (None, found.model_after)
    return join(
        element("p", wording.text("state.difference.counts", unchanged=f"{found.unchanged:,}", **counts)),
        element("p", wording.text("state.difference.chunks", **chunks)),
        element("p", wording.text("state.difference.model")) if other_model else "",
    )


def render_difference(found: GenerationDifference, page: int, query: Mapping[str, str], wording: Wording) -> Html:
    """Return the counts and a page of the documents that differ."""
    counts = render_counts(found, wording)
    if not found.documents:
        return join(counts, element("p", wording.text("state.difference.same")))
    shown, page, pages = page_of(found.documents, page, _ROWS)
    headings = ("state.run.file", "state.difference.column.what", "state.difference.column.detail")
    listed = table(
        tuple(wording.text(key) for key in headings),
        [_row(change, wording) for change in shown],
        caption=wording.text("state.difference.caption"),
    )
    return join(counts, listed, paging(wording, f"/admin/generations/{quote(found.later)}", query, page, pages))


def _row(change: DocumentChange, wording: Wording) -> tuple[str, ...]:
    title = line(change.title) or line(change.source)
    address = at(document_path(change.document_id))
    name = title if change.status is DocumentStatus.REMOVED else element("a", title, href=address, lang="zh")
    return (
        join(name, element("span", change.source, class_="source")),
        wording.text(f"state.difference.{change.status}"),
        _details(change, wording),
    )


def _details(change: DocumentChange, wording: Wording) -> Html:
    if change.status is not DocumentStatus.CHANGED:
        chunks = change.chunks_after if change.chunks_after is not None else change.chunks_before
        return join(wording.text("state.difference.chunks_now", after=f"{chunks:,}"))
    told = [wording.text("state.difference.text")] if change.text_changed else []
    told += [
        wording.text(
            "state.difference.fact",
            name=fact_name(wording, fact.name),
            before=fact_value(wording, fact.name, fact.before),
            after=fact_value(wording, fact.name, fact.after),
        )
        for fact in change.facts
    ]
    if change.chunks_before != change.chunks_after:
        counts = {"before": f"{change.chunks_before:,}", "after": f"{change.chunks_after:,}"}
        told.append(wording.text("state.difference.chunks_of", **counts))
    return element("ul", *(element("li", words) for words in told or [wording.text("state.difference.parts")]))
