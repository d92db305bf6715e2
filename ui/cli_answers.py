"""The command that measures answers, and what the command line shows of such a measurement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_shared import (
    ConfigOption,
    DataOption,
    DocumentsOption,
    JsonOption,
    QuestionsArgument,
    print_json,
    settings_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.catalogue import Catalogue
    from rag.evaluation.answer_comparison import AnswerComparison
    from rag.evaluation.asking import MeasuredAnswers
    from rag.settings import Settings
    from ui.evaluation_answers import AnswerChoice


def answers(  # noqa: PLR0913  a command has as many parameters as options
    questions: QuestionsArgument,
    *,
    documents: DocumentsOption = None,
    at_least: Annotated[
        list[str] | None, typer.Option("--at-least", metavar="FIGURE=VALUE", help="Exit with 1 where it is lower.")
    ] = None,
    at_most: Annotated[
        list[str] | None, typer.Option("--at-most", metavar="FIGURE=VALUE", help="Exit with 1 where it is higher.")
    ] = None,
    misses: Annotated[
        Path | None, typer.Option("--misses", help="Write every answer that is not right, as JSON lines.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--html", "--report", help="Write a report for people, one HTML file.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="What the history calls this evaluation.")] = None,
    no_history: Annotated[bool, typer.Option("--no-history", help="Neither read nor write the history.")] = False,
    count: Annotated[int | None, typer.Option("--questions", min=1, help="Ask this many questions.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Which ones --questions chooses.")] = 0,
    ids: Annotated[Path | None, typer.Option("--ids", help="Ask the questions whose ids this file lists.")] = None,
    simplified: Annotated[bool, typer.Option("--simplified", help="Ask in simplified script.")] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep the index in this folder, and use it again the next time.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a set and measure the answers; exit code 1 where a figure is below what is wanted.

    A set in BEIR form, or one with --documents, is asked of an index in a temporary place; a YAML file alone is asked
    of what is published. Neither changes what is served. The figures are kept in the history, unless --no-history is
    given.
    """
    from contextlib import nullcontext

    from rag.catalogue import open_catalogue
    from rag.catalogue.evaluations import check_label
    from rag.evaluation.thresholds import thresholds_of
    from ui.cli_answer_figures import show_answers
    from ui.evaluation_answers import AnswerChoice
    from ui.evaluation_files import check_writable, listed_ids, write
    from ui.evaluation_run import is_own_set

    check_label(name)
    wanted = thresholds_of(at_least or [], at_most or [])
    settings = settings_from(config, data)
    choice = AnswerChoice(count, seed, listed_ids(ids), simplified)
    check_writable(misses, report)
    with nullcontext() if no_history else open_catalogue(settings) as catalogue:
        run = _measured(questions, documents or [], settings, choice, keep)
        apart = bool(documents) or not is_own_set(questions)
        comparison = _remember(catalogue, run, name, apart=apart) if catalogue is not None else None
    missed = run.evaluation.answers.thresholds.with_others(wanted).missed(run.figures)
    if misses is not None:
        write(misses, _json_lines(run))
    if report is not None:
        from ui.evaluation_report_answers import answers_report

        write(report, [answers_report(run, name, comparison, missed)])
    if as_json:
        print_json({**run.figures, "below_thresholds": list(missed)})
    else:
        show_answers(run, comparison, missed)
    if missed:
        raise typer.Exit(1)


def _measured(
    questions: Path, documents: list[Path], settings: Settings, choice: AnswerChoice, keep: Path | None
) -> MeasuredAnswers:
    import tempfile

    from ui.cli_output import progress_bars
    from ui.evaluation_answers import measure_answers

    with tempfile.TemporaryDirectory(prefix="policychat-") as place, progress_bars() as progress:
        return measure_answers(questions, documents, settings, choice, keep or Path(place) / "data", progress)


def _remember(catalogue: Catalogue, run: MeasuredAnswers, label: str | None, *, apart: bool) -> AnswerComparison | None:
    """Keep an evaluation and return how it differs from the one before of the same questions.

    ``apart`` says that an index of its own answered, which is no generation of the data folder.
    """
    from rag.evaluation.answer_comparison import compare_answers
    from rag.evaluation.history import remember

    previous, made = remember(
        catalogue, run.evaluation.answers, run, label, generation=None if apart else run.figures["generation"]
    )
    return compare_answers(previous, made) if previous else None


def _json_lines(run: MeasuredAnswers) -> Iterator[str]:
    import json

    from rag.evaluation.answer_misses import wrong_answer

    for outcome in run.evaluation.wrong:
        line: dict[str, Any] = wrong_answer(outcome)
        yield json.dumps(line, ensure_ascii=False) + "\n"
