"""Commands about the question sets that the console keeps: bring them in, write them out, ask them."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from

if TYPE_CHECKING:
    from rag.catalogue import Catalogue
    from rag.settings import Settings

NameArgument = Annotated[str, typer.Argument(metavar="SET", help="The name of the question set.")]

sets = typer.Typer(help="Question sets that the console keeps.", no_args_is_help=True)


@sets.command("list")
def list_sets(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the question sets; those marked as regression sets must hold before anything is published."""
    from ui.cli_output import say

    with _opened(settings_from(config, data)) as catalogue:
        listed = [asdict(info) for info in catalogue.question_sets.list()]
    if as_json:
        print_json({"sets": listed})
        return
    for row in listed:
        mark = "  regression" if row["regression"] else ""
        say(f"{row['name']}  {row['questions']} questions{mark}  changed {row['changed_at']} by {row['changed_by']}")
    if not listed:
        say("There is no question set; 'policychat evaluate sets import FILE' brings one in.")


@sets.command("import")
def import_set(
    file: Annotated[Path, typer.Argument(metavar="SET.yaml", help="Questions as `evaluate answers` reads them.")],
    name: Annotated[str | None, typer.Option("--name", help="The set; default: the file's name.")] = None,
    regression: Annotated[
        bool | None, typer.Option("--regression/--no-regression", help="Whether it must hold before a publication.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Keep a file of questions as a set; one of this name gets the file's questions in place of its own."""
    from rag.errors import SourceError
    from rag.evaluation.kept_sets import keep_file
    from ui.cli_output import say
    from ui.cli_users import operator

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{file} cannot be read: {error}") from error
    with _opened(settings_from(config, data)) as catalogue:
        kept = keep_file(catalogue, name or file.stem, text, regression=regression, by=operator())
    say(f"{kept.name}: {kept.questions} questions{', a regression set' if kept.regression else ''}")


@sets.command("export")
def export_set(name: NameArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Write a set to standard output, as a file that `evaluate answers` and `import` read."""
    from rag.evaluation.kept_sets import text_of_set

    with _opened(settings_from(config, data)) as catalogue:
        sys.stdout.write(text_of_set(catalogue.question_sets.get(name)))


@sets.command("mark")
def mark_set(
    name: NameArgument,
    regression: Annotated[
        bool, typer.Option("--regression/--no-regression", help="Whether it must hold before a publication.")
    ],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Say whether a set must hold before anything is published."""
    from ui.cli_output import say
    from ui.cli_users import operator

    with _opened(settings_from(config, data)) as catalogue:
        catalogue.question_sets.change(name, new_name=name, regression=regression, by=operator())
    say(f"{name}: {'a regression set' if regression else 'no regression set'}")


@sets.command("remove")
def remove_set(name: NameArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Remove a set with its questions; what was measured with it stays in the history."""
    from ui.cli_output import say
    from ui.cli_users import operator

    with _opened(settings_from(config, data)) as catalogue:
        catalogue.question_sets.remove(name, by=operator())
    say(f"{name}: removed")


@sets.command("run")
def run_set(
    name: NameArgument,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a set's questions of what is published, and keep what came of it in the history; exit code 1 if one fails."""
    from rag.evaluation.kept_sets import run_kept_set
    from ui.cli_output import progress_bars, say

    settings = settings_from(config, data)
    with _opened(settings) as catalogue:
        kept = catalogue.question_sets.get(name)
        with progress_bars() as progress:
            made = run_kept_set(catalogue, kept, settings, progress)
    failed = {key: asked for key, asked in made.questions.items() if not asked["right"]}
    if as_json:
        print_json({"evaluation_id": made.info.evaluation_id, **made.info.figures, "failing": sorted(failed)})
    else:
        say(f"{len(made.questions) - len(failed)} of {len(made.questions)} as expected ({made.info.evaluation_id})")
        for key, asked in failed.items():
            say(f"  {key}  {asked['question']}: {'; '.join(asked['problems'])}")
    if failed:
        raise typer.Exit(1)


def _opened(settings: Settings) -> Catalogue:
    from rag.catalogue import open_catalogue

    return open_catalogue(settings)
