"""Write the report of an evaluation: one HTML file for people, which loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rag.evaluation.metrics import recall_curve
from rag.evaluation.stages import DEPTH, FINAL, STAGES
from ui.evaluation_page import card, figure, glossary, made_by, page, table
from ui.evaluation_plots import kinds_plot, latency_plot, recall_plot, score_plot
from ui.evaluation_report_misses import changed_section, misses_section
from ui.evaluation_words import CAPTIONS, FIGURES, STAGE_WORDS, verdict
from ui.markup import Html, element, join, line

if TYPE_CHECKING:
    from rag.evaluation.comparison import Comparison
    from rag.evaluation.outcomes import RetrievalEvaluation
    from ui.evaluation_run import MeasuredRun

_MOST_MISSING = 20
_TABLE = ("ndcg@10", "hit@1", "mrr@10", "recall@10", "recall@100")


def evaluation_report(run: MeasuredRun, label: str | None, comparison: Comparison | None) -> str:
    """Return the whole page. Titles, questions and passages in it are escaped."""
    name = line(run.evaluation.judged.name)
    title = f"Retrieval: {name}" + (f" – {line(label)}" if label else "")
    body = [
        _opening(run, title),
        _cards(run.figures),
        *([changed_section(comparison, verdict(comparison))] if comparison is not None else []),
        _stage_section(run.figures),
        _plots(run.evaluation, run.figures),
        *([_kind_section(run.figures)] if run.evaluation.judged.by_passage else []),
        misses_section(run.evaluation),
        _made_by(run),
        glossary(FIGURES),
    ]
    return page(title, body)


def _opening(run: MeasuredRun, title: str) -> Html:
    figures, when = run.figures, datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    found, count = figures["queries"] - figures["missed@10"], figures["queries"]
    what = "document" if figures["judged_by"] == "documents" else "passage"
    said = (
        f"Of {count} questions, {figures['hit@1']:.0%} had a right {what} in first place and {found / count:.0%} among "
        f"the first ten. For {figures['missed@100']} nothing right was among the first hundred."
    )
    searched = f"{figures['documents']:,} documents in {figures['chunks']:,} passages were searched. Made {when}."
    return join(element("h1", title), element("p", searched, class_="soft"), element("p", said, class_="lead"))


def _cards(figures: dict[str, Any]) -> Html:
    cards = [card(f"{figures[name]:.3f}", name, FIGURES[name]) for name in ("ndcg@10", "hit@1", "recall@100")]
    if figures.get("right_place_first") is not None:
        said = f"of {figures['place_questions']} questions about a place, the first hit was of the right one"
        cards.append(card(f"{figures['right_place_first']:.1%}", "right place first", said))
    slow = figures["latency_ms"]
    said = f"95 of 100 questions took no longer; half took {slow['p50']:.1f} ms, 99 of 100 {slow['p99']:.1f} ms"
    cards.append(card(f"{slow['p95']:.1f} ms", "time, p95", said))
    return element("div", *cards, class_="cards")


def _stage_section(figures: dict[str, Any]) -> Html:
    tables = [_stage_table(f"Right {figures['judged_by']}", figures["by_stage"])]
    if "by_document" in figures:
        tables.append(_stage_table("Right documents", figures["by_document"]))
    intro = "Each line is the order that one stage alone would give; the last line is what users get."
    return element("section", element("h2", "Figures by stage"), element("p", intro), *tables)


def _stage_table(caption: str, by_stage: dict[str, Any]) -> Html:
    rows = [
        element(
            "tr",
            element("th", f"{stage}: {STAGE_WORDS[stage]}", scope="row"),
            *(element("td", f"{values[name]:.4f}", class_="number") for name in _TABLE),
            element("td", _rank(values["median_rank"]), class_="number"),
            element("td", str(values["missed@100"]), class_="number"),
            class_="final" if stage == FINAL else None,
        )
        for stage, values in by_stage.items()
    ]
    return table((caption, *_TABLE, "median rank", "not found"), rows)


def _plots(evaluation: RetrievalEvaluation, figures: dict[str, Any]) -> Html:
    level, outcomes = evaluation.level, evaluation.outcomes
    curves = {stage: recall_curve([outcome.judged(level, stage) for outcome in outcomes], DEPTH) for stage in STAGES}
    first = [outcome.first[0] for outcome in outcomes if outcome.first]
    scores = ([hit.score for hit in first if hit.right], [hit.score for hit in first if not hit.right])
    drawn = (
        (recall_plot(curves, level.value), CAPTIONS["recall"]),
        (score_plot(*scores), CAPTIONS["scores"]),
        (latency_plot([outcome.latency_ms for outcome in outcomes], figures["latency_ms"]), CAPTIONS["latency"]),
    )
    shown = "".join(figure(drawing, caption) for drawing, caption in drawn)
    return Html(f'<section>{element("h2", "Plots")}<div class="plots">{shown}</div></section>')


def _kind_section(figures: dict[str, Any]) -> Html:
    kinds = figures["by_kind"]
    rows = [
        element(
            "tr",
            element("th", kind, scope="row"),
            *(
                element("td", shown, class_="number")
                for shown in (
                    str(values["queries"]),
                    *(f"{values[name]:.3f}" for name in ("ndcg@10", "hit@1", "recall@10")),
                    "–" if values["right_place_first"] is None else f"{values['right_place_first']:.1%}",
                )
            ),
        )
        for kind, values in kinds.items()
    ]
    shares = {
        kind: {
            "right passage first": values["hit@1"],
            "among the first ten": values["hit@10"],
            **({} if values["right_place_first"] is None else {"right place first": values["right_place_first"]}),
        }
        for kind, values in kinds.items()
    }
    numbers = {kind: values["queries"] for kind, values in kinds.items()}
    left_out = f"{figures['unanswerable']} questions that nothing answers are left out of every figure."
    return Html(
        f"<section>{element('h2', 'By kind of question')}{element('p', left_out)}"
        f"{figure(kinds_plot(shares, numbers), CAPTIONS['kinds'])}"
        f"{table(('kind', 'questions', 'ndcg@10', 'hit@1', 'recall@10', 'right place first'), rows)}"
        f"{_missing(figures['missing'])}</section>"
    )


def _missing(messages: Sequence[str]) -> Html:
    if not messages:
        return join()
    more = f", the first {_MOST_MISSING} of which are" if len(messages) > _MOST_MISSING else ""
    told = f"{len(messages)} answers are not in these documents{more}:"
    return join(element("p", told), element("ul", *(element("li", line(each)) for each in messages[:_MOST_MISSING])))


def _made_by(run: MeasuredRun) -> Html:
    facts = {
        "model": run.model,
        "generation": run.figures["generation"],
        "questions": run.evaluation.judged.digest()[:16],
    }
    return made_by(facts, run.settings)


def _rank(rank: float | None) -> str:
    return "–" if rank is None else f"{rank:.0f}"
