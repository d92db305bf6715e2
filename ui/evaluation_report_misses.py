"""The parts of an evaluation's report that tell of single questions: what changed, and what was missed worst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rag.evaluation.misses import above, worst_first
from rag.evaluation.stages import STAGES
from ui.evaluation_page import since_last
from ui.evaluation_words import rank_text
from ui.markup import Html, element, join, line

if TYPE_CHECKING:
    from rag.evaluation.comparison import ChangedQuestion, Comparison
    from rag.evaluation.outcomes import Expected, QuestionOutcome, RetrievalEvaluation, SeenHit

_MOST_MISSES = 100
_MOST_ABOVE = 3
_MOST_CHANGED = 10


def changed_section(comparison: Comparison, verdict: str) -> Html:
    """Return what changed since the last evaluation of the same questions."""
    return since_last(comparison, verdict, _changed("Better", comparison.better), _changed("Worse", comparison.worse))


def misses_section(evaluation: RetrievalEvaluation) -> Html:
    """Return the questions whose first hit was wrong, the worst first, and what stood in the way."""
    missed = worst_first(evaluation)
    shown = [_miss(evaluation, outcome) for outcome in missed[:_MOST_MISSES]]
    intro = f"{len(missed)} questions had something wrong in first place"
    rest = len(missed) - len(shown)
    intro += f"; the worst {len(shown)} follow, --misses writes all." if rest else "."
    return element("section", element("h2", "What was missed"), element("p", intro), *shown)


def _changed(heading: str, questions: Sequence[ChangedQuestion]) -> Html:
    if not questions:
        return join("")
    rows = [
        element(
            "tr",
            element("td", line(changed.question)),
            element("td", rank_text(changed.before), class_="number"),
            element("td", rank_text(changed.after), class_="number " + ("up" if heading == "Better" else "down")),
        )
        for changed in questions[:_MOST_CHANGED]
    ]
    cells = (element("th", name, scope="col") for name in (f"{heading} ({len(questions)})", "rank before", "rank now"))
    table = element("table", element("thead", element("tr", *cells)), element("tbody", *rows))
    return element("div", table, class_="wide")


def _miss(evaluation: RetrievalEvaluation, outcome: QuestionOutcome) -> Html:
    asked = outcome.asked
    ranks = ", ".join(f"{stage} {rank_text(outcome.rank(evaluation.level, stage))}" for stage in STAGES)
    facts = [
        f"first right rank: {ranks}",
        *([f"kind: {asked.kind}"] if asked.kind else []),
        *([f"asked from: {asked.question.region}"] if asked.question.region else []),
        *([f"place of the answer: {asked.place}"] if asked.place else []),
        *([f"read as: {line(outcome.read_as)}"] if outcome.read_as != asked.question.text else []),
        *([f"after: {line(' / '.join(asked.question.history))}"] if asked.question.history else []),
    ]
    came = [_seen(hit) for hit in above(outcome)[:_MOST_ABOVE]]
    return element(
        "article",
        element("h3", line(asked.question.text)),
        element("p", " · ".join(facts), class_="rank"),
        element("ul", *(_expected(each) for each in outcome.expected[:_MOST_ABOVE]), *came, class_="hits"),
        class_="miss",
    )


def _expected(expected: Expected) -> Html:
    hit = expected.hit
    where = f"expected, {'at rank ' + str(hit.rank) if hit else 'not found'}: {line(expected.title or expected.source)}"
    return _item(where, expected.text, hit.parts if hit else {}, hit.score if hit else None, right=True)


def _seen(hit: SeenHit) -> Html:
    where = " › ".join(map(line, (hit.title or hit.source, *hit.section)))
    place = f" ({line(hit.place)})" if hit.place else ""
    return _item(f"came at rank {hit.rank}: {where}{place}", hit.text, hit.parts, hit.score, right=False)


def _item(where: str, excerpt: str, parts: Mapping[str, float], score: float | None, *, right: bool) -> Html:
    summands = " ".join(f"{name} {value:+.3f}" for name, value in parts.items() if value)
    told = f"{score:.3f} = {summands}" if score is not None else "no candidate brought it"
    return element(
        "li",
        element("span", where, class_="where"),
        element("span", line(excerpt), class_="excerpt"),
        element("span", told, class_="parts"),
        class_="right" if right else None,
    )
