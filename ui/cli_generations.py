"""Commands about index generations: list them, go back to one, read one back whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from

if TYPE_CHECKING:
    from rag.generations import DataLayout


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (generations, rollback, verify):
        app.command()(command)


def generations(
    difference: Annotated[
        str | None, typer.Option("--difference", metavar="ID", help="Show how this generation differs from another.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="ID", help="The other one; default: what was published when it was made."),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the index generations, newest first, or compare two; one of them is published."""
    from dataclasses import asdict

    from rag.errors import UsageError
    from rag.generations import DataLayout, list_generations
    from ui.cli_output import show_generations

    if difference is None and against is not None:
        raise UsageError("--against ID needs --difference ID: which generation is compared with it?")
    layout = DataLayout(settings_from(config, data).paths.data)
    if difference is not None:
        _show_difference(layout, difference, against, as_json=as_json)
        return
    listed = [asdict(info) for info in list_generations(layout)]
    if as_json:
        print_json({"generations": listed})
    else:
        show_generations(listed)


def _show_difference(layout: DataLayout, later: str, earlier: str | None, *, as_json: bool) -> None:
    from ingest.generation_difference import generation_difference
    from ui.cli_reports import show_difference

    found = generation_difference(layout, later, earlier)
    if as_json:
        print_json(found.to_json())
    else:
        show_difference(found.to_json())


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
