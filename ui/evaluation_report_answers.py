"""Write the report of an evaluation of answers: what is wrong comes first, then how far the confidence can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rag.evaluation.answer_checks import shown_of
from rag.evaluation.answer_misses import expected_of
from ui.evaluation_page import card, figure, glossary, made_by, page, since_last, table
from ui.evaluation_plots import calibration_plot, confidence_plot, kinds_plot, latency_plot, risk_plot
from ui.evaluation_words import ANSWER_CAPTIONS, ANSWER_FIGURES, CAPTIONS, answers_verdict
from ui.markup import Html, element, join, line

if TYPE_CHECKING:
    from rag.evaluation.answer_comparison import AnswerComparison, ChangedAnswer
    from rag.evaluation.answer_outcomes import AnswerEvaluation, AnswerOutcome
    from rag.evaluation.asking import MeasuredAnswers

_MOST_WRONG = 300
_MOST_CHANGED = 20
_MOST_CHARS = 400
_CARDS = (
    "right",
    "rouge_l",
    "answer_contained",
    "false_answer_rate",
    "false_refusal_rate",
    "auroc",
    "coverage_at_5_percent",
)
_OF_KINDS = ("right", "rouge_l", "answer_contained", "false_answer_rate", "false_refusal_rate")


def answers_report(
    run: MeasuredAnswers, label: str | None, comparison: AnswerComparison | None, missed: Sequence[str]
) -> str:
    """Return the whole page. Questions, answers and titles in it are escaped."""
    title = f"Answers: {line(run.evaluation.answers.name)}" + (f" – {line(label)}" if label else "")
    body = [
        _opening(run, title, missed),
        _cards(run.figures),
        *([_changed_section(comparison)] if comparison is not None else []),
        _wrong_section(run.evaluation),
        _plots(run.evaluation, run.figures),
        _groups_section("By kind of question", "kind", run.figures["by_kind"]),
        _groups_section("Held out or not", "part", run.figures["by_part"]),
        made_by(_facts(run), run.settings),
        glossary(ANSWER_FIGURES),
    ]
    return page(title, body)


def _opening(run: MeasuredAnswers, title: str, missed: Sequence[str]) -> Html:
    figures, when = run.figures, datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    answered = f"{figures['documents']:,} documents answered {figures['queries']:,} questions. Made {when}."
    wrong = len(run.evaluation.wrong)
    said = f"{figures['queries'] - wrong} of {figures['queries']} answers are right."
    if figures["quotes_that_differ"] or figures["unsupported_figures"]:
        said += (
            f" {figures['quotes_that_differ']} quotes differ from their document and {figures['unsupported_figures']} "
            "numbers stand in no cited quote: neither may happen."
        )
    return join(
        element("h1", title),
        element("p", answered, class_="soft"),
        element("p", said, class_="lead"),
        *(element("p", f"Below what is wanted: {line(sentence)}", class_="lead down") for sentence in missed),
    )


def _cards(figures: dict[str, Any]) -> Html:
    cards = [
        card(f"{figures[name]:.3f}", name.replace("_", " "), ANSWER_FIGURES[name])
        for name in _CARDS
        if figures[name] is not None
    ]
    slow = figures["latency_ms"]
    said = f"95 of 100 answers took no longer; half took {slow['p50']:.1f} ms, 99 of 100 {slow['p99']:.1f} ms"
    return element("div", *cards, card(f"{slow['p95']:.1f} ms", "time, p95", said), class_="cards")


def _changed_section(comparison: AnswerComparison) -> Html:
    changed = (_changed("Right now", comparison.better), _changed("No longer right", comparison.worse))
    return since_last(comparison, answers_verdict(comparison), *changed)


def _changed(heading: str, questions: Sequence[ChangedAnswer]) -> Html:
    if not questions:
        return join()
    rows = [
        element(
            "tr",
            element("td", line(changed.question)),
            element("td", changed.before, class_="number"),
            element("td", changed.after, class_="number"),
        )
        for changed in questions[:_MOST_CHANGED]
    ]
    return table((f"{heading} ({len(questions)})", "before", "now"), rows)


def _wrong_section(evaluation: AnswerEvaluation) -> Html:
    wrong = evaluation.wrong
    rest = f"; the first {_MOST_WRONG} follow, --misses writes all." if len(wrong) > _MOST_WRONG else "."
    intro = f"{len(wrong)} answers are not right, false answers first, then those the assistant was surest of{rest}"
    names = ("question", "what is wrong", "expected", "shown", "status", "confidence")
    heads = (element("th", name, scope="col") for name in names)
    rows = [_wrong_row(outcome) for outcome in wrong[:_MOST_WRONG]]
    whole = element("table", element("thead", element("tr", *heads)), element("tbody", *rows))
    shown = element("div", whole, class_="wide") if wrong else join()
    return element("section", element("h2", "What is wrong"), element("p", intro), shown)


def _wrong_row(outcome: AnswerOutcome) -> Html:
    asked, answer = outcome.asked, outcome.answer
    context = [
        *([f"asked from {line(asked.question.region)}"] if asked.question.region else []),
        *([f"after: {line(' / '.join(asked.question.history))}"] if asked.question.history else []),
        *([f"completed: {line(answer.rewritten)}"] if answer.rewritten else []),
        *([f"read as: {line(answer.read_as)}"] if answer.read_as else []),
    ]
    below = element("div", " · ".join((asked.question_id, *context)), class_="parts")
    cells = (
        element("td", element("div", line(asked.question.text)), below),
        element("td", *(element("div", _cut(problem)) for problem in outcome.problems)),
        element("td", _cut(expected_of(asked))),
        element("td", _cut(shown_of(answer)) or "–"),
        element("td", answer.status.value.replace("_", " "), class_="status"),
        element("td", f"{answer.confidence:.2f}", class_="number"),
    )
    return element("tr", *cells)


def _plots(evaluation: AnswerEvaluation, figures: dict[str, Any]) -> Html:
    drawn = [
        (
            latency_plot([o.latency_ms for o in evaluation.outcomes], figures["latency_ms"], "answer"),
            CAPTIONS["latency"],
        )
    ]
    answerable, unanswerable = evaluation.confidences
    if answerable or unanswerable:
        bins = [(each["confidence"], each["share"], each["questions"]) for each in figures["calibration"]]
        drawn = [
            (risk_plot(evaluation.curve(), evaluation.served_point()), ANSWER_CAPTIONS["risk"]),
            (confidence_plot(answerable, unanswerable), ANSWER_CAPTIONS["confidence"]),
            (calibration_plot(bins), ANSWER_CAPTIONS["calibration"]),
            *drawn,
        ]
    shown = "".join(figure(drawing, caption) for drawing, caption in drawn)
    return Html(f'<section>{element("h2", "Plots")}<div class="plots">{shown}</div></section>')


def _groups_section(heading: str, name: str, groups: dict[str, dict[str, Any]]) -> Html:
    if not groups:
        return join()
    measured = [each for each in _OF_KINDS if any(values[each] is not None for values in groups.values())]
    rows = [
        element(
            "tr",
            element("th", line(group), scope="row"),
            element("td", str(values["queries"]), class_="number"),
            *(element("td", _share(values[each]), class_="number") for each in measured),
        )
        for group, values in groups.items()
    ]
    shares = {line(group): {"right": values["right"]} for group, values in groups.items()}
    numbers = {line(group): values["queries"] for group, values in groups.items()}
    drawn = figure(kinds_plot(shares, numbers, name), ANSWER_CAPTIONS["kinds"])
    return Html(
        f"<section>{element('h2', heading)}{drawn}{table((name, 'questions', *(each.replace('_', ' ') for each in measured)), rows)}</section>"
    )


def _facts(run: MeasuredAnswers) -> dict[str, str]:
    generation = str(run.figures["generation"])
    return {"model": run.model, "generation": generation, "questions": run.evaluation.answers.digest()[:16]}


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _cut(text: str) -> str:
    shown = line(text)
    return shown if len(shown) <= _MOST_CHARS else f"{shown[:_MOST_CHARS]}…"
