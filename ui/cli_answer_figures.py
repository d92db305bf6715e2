"""What the command line shows of evaluations of answers: the figures of one, two side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ui.cli_figures import called, show_changed, show_sides
from ui.evaluation_words import answers_verdict

if TYPE_CHECKING:
    from rag.evaluation.answer_comparison import AnswerComparison, ChangedAnswer
    from rag.evaluation.asking import MeasuredAnswers

_LIKENESS = ("rouge_l", "char_f1", "answer_contained")
_RATES = (
    "citation_precision",
    "citation_recall",
    "false_answer_rate",
    "false_refusal_rate",
    "auroc",
    "coverage_at_5_percent",
    "calibration_error",
)
_OF_KINDS = ("right", "rouge_l", "answer_contained", "false_answer_rate", "false_refusal_rate")
_MOST_WRONG = 20


def show_answers(run: MeasuredAnswers, comparison: AnswerComparison | None, missed: Sequence[str]) -> None:
    """Print the figures of an evaluation, what is wrong most plainly, and what is below its threshold."""
    console = Console()
    values = run.figures
    table = Table(
        title=f"{values['queries']} questions, {values['answerable']} with an answer, {values['unanswerable']} without; "
        f"{values['documents']} documents",
        title_justify="left",
    )
    for heading in ("Figure", "As served", "95 %", "Drafted"):
        table.add_column(heading, justify="left" if heading == "Figure" else "right")
    for name in ("right", *_LIKENESS, *_RATES):
        if values[name] is not None:
            table.add_row(
                name,
                _share(values[name]),
                _interval(values["intervals"].get(name)),
                _share(values["drafted"].get(name)),
            )
    console.print(table)
    for title, groups in (("Kind", values["by_kind"]), ("Part", values["by_part"])):
        if groups:
            console.print(_groups(title, groups))
    statuses = ", ".join(f"{status} {number}" for status, number in values["status"].items())
    latency = values["latency_ms"]
    console.print(
        f"{statuses}; quotes that differ from the document: {values['quotes_that_differ']}; numbers in no cited quote: "
        f"{values['unsupported_figures']}; p50 {latency['p50']} ms, p95 {latency['p95']} ms",
        highlight=False,
        soft_wrap=True,
    )
    _show_wrong(console, run)
    if comparison is not None:
        console.print(f"Since {escape(called(comparison.before))}: {answers_verdict(comparison)}", highlight=False)
    for sentence in missed:
        console.print(f"[red]Below what is wanted:[/red] {escape(sentence)}", highlight=False, soft_wrap=True)


def show_answer_comparison(comparison: AnswerComparison) -> None:
    """Print two evaluations of answers side by side and the questions that changed."""
    console = Console()
    values = comparison.to_json()
    show_sides(console, comparison, values, "what changed")
    table = Table()
    for heading in ("Figure", "Before", "After"):
        table.add_column(heading, justify="left" if heading == "Figure" else "right")
    for name, pair in comparison.figures().items():
        if any(value is not None for value in pair):
            table.add_row(name, *map(_share, pair))
    console.print(table)
    console.print(answers_verdict(comparison), highlight=False)
    for heading, questions in (("Right now", comparison.better), ("No longer right", comparison.worse)):
        show_changed(console, heading, [_told(changed) for changed in questions])


def _show_wrong(console: Console, run: MeasuredAnswers) -> None:
    wrong = run.evaluation.wrong
    if not wrong:
        return
    console.print(f"[bold]Not right[/bold]: {len(wrong)}", highlight=False)
    for outcome in wrong[:_MOST_WRONG]:
        told = f"{outcome.asked.question_id}  {outcome.asked.question.text}: {'; '.join(outcome.problems)}"
        console.print(f"  {escape(told)}", highlight=False, soft_wrap=True)
    if len(wrong) > _MOST_WRONG:
        console.print(f"  and {len(wrong) - _MOST_WRONG} more with --misses FILE", highlight=False)


def _told(changed: ChangedAnswer) -> str:
    return f"{changed.before} → {changed.after}  {changed.question_id}  {changed.question}"


def _groups(title: str, groups: Mapping[str, Mapping[str, Any]]) -> Table:
    measured = [name for name in _OF_KINDS if any(figures[name] is not None for figures in groups.values())]
    table = Table()
    table.add_column(title, no_wrap=True)
    for heading in ("questions", *measured):
        table.add_column(heading, justify="right", overflow="fold")
    for group, figures in groups.items():
        table.add_row(escape(group), str(figures["queries"]), *(_share(figures[name]) for name in measured))
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _interval(ends: Sequence[float] | None) -> str:
    return f"{ends[0]:.3f}–{ends[1]:.3f}" if ends else ""
