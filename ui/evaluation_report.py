"""Write the report of an evaluation: one HTML file for people, which loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

from rag.evaluation.metrics import recall_curve
from rag.evaluation.stages import DEPTH, FINAL, STAGES
from ui.evaluation_plots import kinds_plot, latency_plot, recall_plot, score_plot
from ui.evaluation_report_misses import changed_section, misses_section
from ui.evaluation_words import CAPTIONS, FIGURES, STAGE_WORDS, verdict
from ui.markup import Html, element, join, line

if TYPE_CHECKING:
    from rag.evaluation.comparison import Comparison
    from rag.evaluation.outcomes import RetrievalEvaluation
    from ui.evaluation_run import MeasuredRun

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded and no script runs, whatever a title or a question holds."""
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
        _glossary(),
    ]
    head = join(
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", title),
    )
    # Style sheets and drawings are our own; escaping would break them, and everything from outside came escaped.
    return f'<!doctype html><html lang="en"><head>{head}<style>{_style()}</style></head><body>{"".join(body)}</body></html>\n'


def _style() -> str:
    theme = resources.files("ui") / "theme"
    return "".join((theme / name).read_text(encoding="utf-8") for name in ("tokens.css", "evaluation.css"))


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
    cards = [_card(f"{figures[name]:.3f}", name, FIGURES[name]) for name in ("ndcg@10", "hit@1", "recall@100")]
    if figures.get("right_place_first") is not None:
        said = f"of {figures['place_questions']} questions about a place, the first hit was of the right one"
        cards.append(_card(f"{figures['right_place_first']:.1%}", "right place first", said))
    slow = figures["latency_ms"]
    said = f"95 of 100 questions took no longer; half took {slow['p50']:.1f} ms, 99 of 100 {slow['p99']:.1f} ms"
    cards.append(_card(f"{slow['p95']:.1f} ms", "time, p95", said))
    return element("div", *cards, class_="cards")


def _card(value: str, name: str, said: str) -> Html:
    shown = (("value", value), ("name", name), ("said", said))
    return element("div", *(element("span", words, class_=kind) for kind, words in shown), class_="card")


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
    return _table((caption, *_TABLE, "median rank", "not found"), rows)


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
    shown = "".join(_figure(drawing, caption) for drawing, caption in drawn)
    return Html(f'<section>{element("h2", "Plots")}<div class="plots">{shown}</div></section>')


def _figure(drawing: Html, caption: str) -> Html:
    return Html(f"<figure>{drawing}{element('figcaption', caption)}</figure>")


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
        f"{_figure(kinds_plot(shares, numbers), CAPTIONS['kinds'])}"
        f"{_table(('kind', 'questions', 'ndcg@10', 'hit@1', 'recall@10', 'right place first'), rows)}"
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
    for name, value in run.settings.items():
        facts |= {f"{name}.{key}": inner for key, inner in value.items()} if isinstance(value, dict) else {name: value}
    pairs = [piece for name, value in facts.items() for piece in (element("dt", name), element("dd", str(value)))]
    intro = "Two evaluations can be compared where the questions and documents are the same."
    return element("section", element("h2", "What was measured"), element("p", intro), element("dl", *pairs))


def _glossary() -> Html:
    pairs = [piece for name, said in FIGURES.items() for piece in (element("dt", name), element("dd", said))]
    return element("section", element("h2", "What the figures mean"), element("dl", *pairs))


def _table(headings: Sequence[str], rows: Sequence[Html]) -> Html:
    cells = [element("th", name, scope="col", class_="number" if n else None) for n, name in enumerate(headings)]
    whole = element("table", element("thead", element("tr", *cells)), element("tbody", *rows))
    return element("div", whole, class_="wide")


def _rank(rank: float | None) -> str:
    return "–" if rank is None else f"{rank:.0f}"
