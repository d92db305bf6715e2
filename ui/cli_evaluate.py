"""Commands that measure quality on a question set, and the history of what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import UsageError
from ui.cli_answers import answers
from ui.cli_question_sets import sets
from ui.cli_shared import (
    ConfigOption,
    DataOption,
    DocumentsOption,
    JsonOption,
    QuestionsArgument,
    embedding_opener,
    print_json,
    settings_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.catalogue import Catalogue, EvaluationInfo
    from rag.evaluation.comparison import Comparison
    from rag.settings import Settings
    from ui.evaluation_run import Choice, MeasuredRun


def register(app: typer.Typer) -> None:
    """Add the commands of this module, all of them below ``evaluate``."""
    evaluate = typer.Typer(help="Measure quality on a question set.", no_args_is_help=True)
    for command in (retrieval, answers, history, compare):
        evaluate.command()(command)
    evaluate.add_typer(sets, name="sets")
    app.add_typer(evaluate, name="evaluate")


def retrieval(  # noqa: PLR0913  a command has as many parameters as options
    questions: QuestionsArgument,
    *,
    documents: DocumentsOption = None,
    misses: Annotated[
        Path | None, typer.Option("--misses", help="Write what was missed, and what stood above it, as JSON lines.")
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write a report for people, one HTML file.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="What the history calls this evaluation.")] = None,
    no_history: Annotated[bool, typer.Option("--no-history", help="Neither read nor write the history.")] = False,
    count: Annotated[
        int | None, typer.Option("--questions", min=1, help="Ask this many questions, always the same ones.")
    ] = None,
    fold: Annotated[
        str | None, typer.Option("--fold", metavar="K/N", help="Ask fold K of N; no two folds share an answer.")
    ] = None,
    ids: Annotated[Path | None, typer.Option("--ids", help="Ask the questions whose ids this file lists.")] = None,
    simplified: Annotated[bool, typer.Option("--simplified", help="Ask in simplified script.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build an index of a question set in a temporary place and measure the ranking; what is served is not touched.

    The figures are kept in the history, unless --no-history is given.
    """
    from contextlib import nullcontext

    from rag.catalogue import open_catalogue
    from rag.catalogue.evaluations import check_label
    from ui.cli_figures import show_evaluation
    from ui.evaluation_files import check_writable, write

    check_label(name)
    settings = settings_from(config, data)
    choice = _choice(count, fold, ids, simplified)
    check_writable(misses, report)
    with nullcontext() if no_history else open_catalogue(settings) as catalogue:
        run = _measured(questions, documents or [], settings, choice)
        comparison = _remember(catalogue, run, name) if catalogue is not None else None
    if misses is not None:
        write(misses, _json_lines(run))
    if report is not None:
        from ui.evaluation_report import evaluation_report

        write(report, [evaluation_report(run, name, comparison)])
    if as_json:
        print_json(run.figures)
    else:
        show_evaluation(run.figures, comparison)


def history(
    set_name: Annotated[str | None, typer.Option("--set", help="Only evaluations of this question set.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many are listed.")] = 50,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the evaluations that were made, newest first."""
    from rag.catalogue import open_catalogue
    from ui.cli_figures import show_history

    with open_catalogue(settings_from(config, data)) as catalogue:
        listed = [_info_to_json(info) for info in catalogue.evaluations.latest(limit, set_name=set_name)]
    if as_json:
        print_json({"evaluations": listed})
    else:
        show_history(listed)


def compare(
    before: Annotated[str, typer.Argument(help="Id, beginning of an id, or name of an evaluation.")],
    after: Annotated[str, typer.Argument(help="The evaluation to compare with it.")],
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show two evaluations side by side: figures, questions that got better or worse, and whether it may be chance."""
    from rag.catalogue import open_catalogue
    from rag.evaluation.answer_comparison import compare_answers, measures_answers
    from rag.evaluation.comparison import compare as compare_rankings
    from ui.cli_answer_figures import show_answer_comparison
    from ui.cli_figures import show_comparison

    with open_catalogue(settings_from(config, data)) as catalogue:
        old, new = catalogue.evaluations.get(before), catalogue.evaluations.get(after)
    if measures_answers(old.info) or measures_answers(new.info):
        of_answers = compare_answers(old, new)
        if as_json:
            print_json(of_answers.to_json())
        else:
            show_answer_comparison(of_answers)
        return
    comparison = compare_rankings(old, new)
    if as_json:
        print_json(comparison.to_json())
    else:
        show_comparison(comparison)


def _measured(questions: Path, documents: list[Path], settings: Settings, choice: Choice) -> MeasuredRun:
    import tempfile

    from ui.cli_output import progress_bars
    from ui.evaluation_run import measure

    with tempfile.TemporaryDirectory(prefix="policychat-") as place, progress_bars() as progress:
        embedding = embedding_opener(settings)()
        return measure(questions, documents, settings, choice, embedding, Path(place) / "data", progress)


def _remember(catalogue: Catalogue, run: MeasuredRun, label: str | None) -> Comparison | None:
    """Keep an evaluation and return how it differs from the one before of the same questions."""
    from rag.evaluation.comparison import compare as compared
    from rag.evaluation.history import remember

    previous, made = remember(catalogue, run.evaluation.judged, run, label)
    return compared(previous, made) if previous else None


def _choice(count: int | None, fold: str | None, ids: Path | None, simplified: bool) -> Choice:
    from ui.evaluation_files import listed_ids
    from ui.evaluation_run import Choice

    chosen = None
    if fold is not None:
        number, slash, folds = fold.partition("/")
        if not (slash and number.isdecimal() and folds.isdecimal() and 1 <= int(number) <= int(folds)):
            raise UsageError(f"--fold {fold}: expected K/N, for example 1/5")
        chosen = int(number), int(folds)
    return Choice(count, chosen, listed_ids(ids), simplified)


def _json_lines(run: MeasuredRun) -> Iterator[str]:
    import json

    from rag.evaluation.misses import miss_lines

    for line in miss_lines(run.evaluation):
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _info_to_json(info: EvaluationInfo) -> dict[str, Any]:
    return {
        "evaluation_id": info.evaluation_id,
        "made_at": info.made_at,
        "label": info.label,
        "set": info.set_name,
        "set_digest": info.set_digest,
        "settings_digest": info.settings_digest,
        "settings": dict(info.settings),
        "model": info.model,
        "figures": dict(info.figures),
    }
