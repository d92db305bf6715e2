"""Show the answers that two evaluations gave to the same questions where they differ, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ingest.line_changes import PieceStatus, pieces_of
from rag.evaluation.answer_changes import AnswerChange, ChangeKind, SeenAnswer
from ui.console.answer_cells import question_cell, shown_cell, wrong_cell
from ui.console.changes import legend
from ui.console.frame import table
from ui.markup import Html, element, join, line
from ui.wording import Wording

MOST_CHANGES = 200
_LONGEST_MARKED = 600
"""Characters up to which what changed inside an answer is marked."""


def counts_of(changes: Sequence[AnswerChange]) -> dict[str, int]:
    """Return how many got better, how many worse, and how many are worded otherwise."""
    counts = Counter(change.kind for change in changes)
    better, worse = counts[ChangeKind.BETTER], counts[ChangeKind.WORSE]
    return {"better": better, "worse": worse, "other": len(changes) - better - worse}


def render_changes(changes: Sequence[AnswerChange], wording: Wording) -> Html:
    """Return the changed answers, those that got worse first."""
    if not changes:
        return element("p", wording.text("eval.change.none"))
    headings = ("eval.question", "eval.change.before", "eval.change.after")
    listed = table(
        tuple(wording.text(key) for key in headings),
        [_row(change, wording) for change in changes[:MOST_CHANGES]],
        caption=wording.text("eval.answers"),
    )
    rest = len(changes) - MOST_CHANGES
    more = element("p", wording.text("eval.change.more", count=rest), class_="hint") if rest > 0 else ""
    return join(legend(wording), element("div", listed, class_="compared"), more)


def _row(change: AnswerChange, wording: Wording) -> tuple[str, ...]:
    tone = {ChangeKind.WORSE: "bad", ChangeKind.BETTER: "good"}.get(change.kind)
    kind = element("strong", wording.text(f"eval.change.{change.kind}"), class_=tone)
    asked = question_cell(change.question, change.region, change.question_id)
    before, after = _marked(change.before, change.after)
    return (
        join(element("div", kind), asked),
        _seen(change.before, before, wording),
        _seen(change.after, after, wording),
    )


def _seen(seen: SeenAnswer, marked: Html | None, wording: Wording) -> Html:
    verdict = (
        element("div", wording.text("eval.right")) if seen.right else element("div", wrong_cell(seen.wrong, wording))
    )
    return join(shown_cell(seen.status, seen.shown, seen.sources, wording, marked), verdict)


def _marked(before: SeenAnswer, after: SeenAnswer) -> tuple[Html | None, Html | None]:
    """Return both texts with what went and what came marked; None where there is nothing to set side by side."""
    if not (before.shown and after.shown) or max(len(before.shown), len(after.shown)) > _LONGEST_MARKED:
        return None, None
    pieces = tuple(pieces_of(line(before.shown), line(after.shown)))
    old = [
        element("del", piece.text) if piece.status is PieceStatus.REMOVED else join(piece.text)
        for piece in pieces
        if piece.status is not PieceStatus.ADDED
    ]
    new = [
        element("ins", piece.text) if piece.status is PieceStatus.ADDED else join(piece.text)
        for piece in pieces
        if piece.status is not PieceStatus.REMOVED
    ]
    return join(*old), join(*new)
