"""Commands about index generations: list them, go back to one, read one back whole."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (generations, rollback, verify):
        app.command()(command)


def generations(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the index generations, newest first; one of them is published."""
    from dataclasses import asdict

    from rag.generations import DataLayout, list_generations
    from ui.cli_output import show_generations

    listed = [asdict(info) for info in list_generations(DataLayout(settings_from(config, data).paths.data))]
    if as_json:
        print_json({"generations": listed})
    else:
        show_generations(listed)


def rollback(
    generation: Annotated[str | None, typer.Argument(help="Generation to publish; default: the one before.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish an earlier generation again; a running server follows by itself."""
    from ingest.generation import rollback as run
    from rag.generations import DataLayout
    from ui.cli_output import say

    settings = settings_from(config, data)
    published = run(DataLayout(settings.paths.data), generation, settings.vectors)
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
