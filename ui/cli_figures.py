"""What the command line shows of evaluations: the figures of one, a list of them, two side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ui.evaluation_words import rank_text, verdict

if TYPE_CHECKING:
    from rag.evaluation.comparison import ChangedQuestion, Comparison, SideBySide

_NAMES = ("ndcg@10", "hit@1", "mrr@10", "recall@10", "recall@100")
_OF_RANKINGS = {"ndcg@10": "nDCG@10", "hit@1": "hit@1", "recall@100": "recall@100"}
_OF_ANSWERS = {
    "right": "right",
    "rouge_l": "ROUGE-L",
    "answer_contained": "contained",
    "false_answer_rate": "false answers",
}
"""What the history shows of each kind of evaluation, and under which name."""
_MOST_CHANGED = 15
_MOST_MISSING = 10


def show_evaluation(values: Mapping[str, Any], comparison: Comparison | None) -> None:
    """Print the figures of a retrieval evaluation, and how they differ from the one before."""
    console = Console()
    counted = f"{values['queries']} questions, {values['documents']} documents, {values['chunks']} chunks"
    console.print(_stages(f"{counted}; right {values['judged_by']}", values["by_stage"]))
    if "by_document" in values:
        console.print(_stages("right documents", values["by_document"]))
        _show_kinds(console, values)
    latency = values["latency_ms"]
    console.print(
        f"built in {values['build_s']} s; ranking p50 {latency['p50']} ms, p95 {latency['p95']} ms, "
        f"p99 {latency['p99']} ms; nothing right among the first hundred: {values['missed@100']} questions",
        highlight=False,
    )
    if comparison is not None:
        console.print(f"Since {escape(called(comparison.before))}: {verdict(comparison)}", highlight=False)


def show_history(listed: Sequence[Mapping[str, Any]]) -> None:
    """Print evaluations, a line each: ids must not be folded, they are copied."""
    console = Console()
    for each in listed:
        figures = each["figures"]
        names = _OF_ANSWERS if figures.get("measures") == "answers" else _OF_RANKINGS
        shown = " · ".join(
            [
                each["set"],
                figures.get("measures", "retrieval"),
                f"{figures['queries']} questions",
                *(f"{said} {figures[name]:.4f}" for name, said in names.items() if figures.get(name) is not None),
                f"p95 {figures['latency_ms']['p95']} ms",
                *([each["label"]] if each["label"] else []),
            ]
        )
        console.print(f"{each['evaluation_id']}  {each['made_at']}  {escape(shown)}", highlight=False, soft_wrap=True)
    if not listed:
        console.print("Nothing was measured yet; 'policychat evaluate retrieval' and 'evaluate answers' do.")


def show_comparison(comparison: Comparison) -> None:
    """Print two evaluations side by side and the questions that changed most."""
    console = Console()
    values = comparison.to_json()
    show_sides(console, comparison, values, "what follows")
    table = Table()
    table.add_column("Stage")
    for figure in _NAMES:
        table.add_column(figure, justify="right")
    for stage, figures in values["by_stage"].items():
        table.add_row(stage, *(f"{figures[name][0]:.4f} → {figures[name][1]:.4f}" for name in _NAMES))
    console.print(table)
    console.print(verdict(comparison), highlight=False)
    for heading, questions in (("Better", comparison.better), ("Worse", comparison.worse)):
        show_changed(console, heading, [_told(changed) for changed in questions])


def _told(changed: ChangedQuestion) -> str:
    ranks = f"{rank_text(changed.before)} → {rank_text(changed.after)}"
    return f"{ranks:>22}  {changed.question_id}  {changed.question}"


def show_sides(console: Console, comparison: SideBySide, values: Mapping[str, Any], counting: str) -> None:
    """Print which two evaluations are compared and how they differ; ``counting`` is what counts shared questions alone."""
    for name in ("before", "after"):
        side = values[name]
        line = f"{name}: {called(getattr(comparison, name))} · {side['set']} · {side['made_at']} · {side['model']}"
        console.print(escape(line), highlight=False, soft_wrap=True)
    if not values["same_set"]:
        console.print(
            f"The question sets differ; {counting} counts the {values['shared_questions']} questions of both, "
            "the table all of each.",
            highlight=False,
        )
    for setting, (old, new) in values["changed_settings"].items():
        console.print(f"  {escape(setting)}: {escape(str(old))} → {escape(str(new))}", highlight=False, soft_wrap=True)


def show_changed(console: Console, heading: str, told: Sequence[str]) -> None:
    """Print the first of the questions that changed, one a line, and how many there are."""
    if told:
        console.print(f"[bold]{heading}[/bold]: {len(told)}", highlight=False)
    for each in told[:_MOST_CHANGED]:
        console.print(f"  {escape(each)}", highlight=False, soft_wrap=True)
    if len(told) > _MOST_CHANGED:
        console.print(f"  and {len(told) - _MOST_CHANGED} more with --json", highlight=False)


def _show_kinds(console: Console, values: Mapping[str, Any]) -> None:
    table = Table(title="by kind of question", title_justify="left")
    for heading in ("Kind", "Questions", "ndcg@10", "hit@1", "recall@10", "Right place first"):
        table.add_column(heading, justify="left" if heading == "Kind" else "right")
    for kind, figures in values["by_kind"].items():
        share = figures["right_place_first"]
        place = "–" if share is None else f"{share:.4f} of {figures['place_questions']}"
        shown = (f"{figures[name]:.4f}" for name in ("ndcg@10", "hit@1", "recall@10"))
        table.add_row(kind, str(figures["queries"]), *shown, place)
    console.print(table)
    share = values["right_place_first"]
    if share is not None:
        console.print(
            f"Right place first: {share:.4f} of {values['place_questions']} questions about a place.", highlight=False
        )
    console.print(f"Left out, since nothing answers them: {values['unanswerable']}.", highlight=False)
    missing = values["missing"]
    if missing:
        console.print(f"Answers that these documents do not hold: {len(missing)}.", highlight=False)
    for message in missing[:_MOST_MISSING]:
        console.print(f"  {escape(message)}", highlight=False, soft_wrap=True)
    if len(missing) > _MOST_MISSING:
        console.print(f"  and {len(missing) - _MOST_MISSING} more with --json", highlight=False)


def _stages(title: str, by_stage: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("Stage")
    for name in _NAMES:
        table.add_column(name, justify="right")
    for stage, figures in by_stage.items():
        table.add_row(stage, *(f"{figures[name]:.4f}" for name in _NAMES))
    return table


def called(info: Any) -> str:
    """Return the id of an evaluation, with its name where it has one."""
    return f"{info.evaluation_id} ({info.label})" if info.label else str(info.evaluation_id)
