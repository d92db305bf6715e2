"""Commands about index generations: list them, go back to one, read one back whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from

if TYPE_CHECKING:
    from rag.settings import Settings

DifferenceOption = Annotated[
    str | None, typer.Option("--difference", metavar="ID", help="Show how this generation differs from another.")
]
AgainstOption = Annotated[
    str | None,
    typer.Option("--against", metavar="ID", help="The other one; default: what was published when it was made."),
]
AskOption = Annotated[
    bool,
    typer.Option("--ask", help="With --difference: ask both the question sets first, where that was not done yet."),
]

group = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="generations")
    for command in (rollback, verify):
        app.command()(command)


@group.callback()
def list_or_compare(
    context: typer.Context,
    difference: DifferenceOption = None,
    against: AgainstOption = None,
    ask: AskOption = False,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the index generations, newest first, or compare two; one of them is published.

    A comparison says which answers to the question sets differ, where both generations were asked.
    """
    if context.invoked_subcommand is None:
        generations(difference, against, ask=ask, config=config, data=data, as_json=as_json)


@group.command()
def publish(
    generation: Annotated[str, typer.Argument(help="A generation that the check before its publication held back.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is published all the same; kept in the audit log.")],
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish a generation that was held back, with a reason; a running server follows by itself."""
    from ingest.held import publish_held
    from rag.catalogue import open_catalogue
    from rag.generations import DataLayout, published_id
    from ui.cli_output import say
    from ui.cli_users import operator

    settings = settings_from(config, data)
    before = published_id(DataLayout(settings.paths.data))
    publish_held(settings, generation, reason)
    with open_catalogue(settings) as catalogue:
        after = {"generation": generation, "reason": reason}
        catalogue.audit.add(operator(), "publish", generation, {"generation": before}, after)
    if as_json:
        print_json({"generation": generation, "published": True})
    else:
        say(f"Published: {generation}")


def generations(
    difference: str | None = None,
    against: str | None = None,
    *,
    ask: bool = False,
    config: Path | None = None,
    data: Path | None = None,
    as_json: bool = False,
) -> None:
    """List the generations, or compare two."""
    from dataclasses import asdict

    from rag.errors import UsageError
    from rag.generations import DataLayout, list_generations
    from ui.cli_output import show_generations

    if difference is None and (against is not None or ask):
        raise UsageError("--against and --ask need --difference ID: which generation is compared?")
    settings = settings_from(config, data)
    if difference is not None:
        _show_difference(settings, difference, against, ask=ask, as_json=as_json)
        return
    listed = [asdict(info) for info in list_generations(DataLayout(settings.paths.data))]
    if as_json:
        print_json({"generations": listed})
    else:
        show_generations(listed)


def _show_difference(settings: Settings, later: str, earlier: str | None, *, ask: bool, as_json: bool) -> None:
    from ingest.generation_difference import generation_difference
    from rag.catalogue import open_catalogue
    from rag.evaluation.answer_changes import changes_between
    from rag.evaluation.kept_sets import ask_where_missing
    from rag.generations import DataLayout
    from ui.cli_output import progress_bars
    from ui.cli_reports import show_answer_changes, show_difference

    found = generation_difference(DataLayout(settings.paths.data), later, earlier)
    changes = None
    if found.earlier is not None:
        with open_catalogue(settings) as catalogue:
            if ask:
                with progress_bars() as progress:
                    ask_where_missing(catalogue, settings, (found.earlier, found.later), progress)
            changes = changes_between(catalogue, found.earlier, found.later)
    answers = None if changes is None else [change.to_json() for change in changes]
    if as_json:
        print_json({**found.to_json(), "answers": answers})
    else:
        show_difference(found.to_json())
        show_answer_changes(answers)


def rollback(
    generation: Annotated[str | None, typer.Argument(help="Generation to publish; default: the one before.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish an earlier generation again; a running server follows by itself."""
    from ingest.rolling_back import roll_back
    from ui.cli_output import say

    published = roll_back(settings_from(config, data), generation)
    if as_json:
        print_json({"generation": published, "published": True})
    else:
        say(f"Published: {published}")


def verify(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Read the published generation back whole and check that every chunk and document can be found."""
    from ingest.generation import verify_generation
    from rag.errors import NoGenerationError
    from rag.generations import DataLayout, published_id
    from ui.cli_output import progress_bars, say

    settings = settings_from(config, data)
    layout = DataLayout(settings.paths.data)
    generation = published_id(layout)
    if generation is None:
        raise NoGenerationError(f"nothing is published in {layout.root}; run 'policychat ingest PATH' first")
    with progress_bars() as progress:
        verify_generation(layout.generation(generation), progress, store=settings.vectors)
    if as_json:
        print_json({"generation": generation, "verified": True})
    else:
        say(f"Verified: {generation}")
