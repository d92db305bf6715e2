"""The command that ranks passages and answers nothing, for staff who look things up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from rag.domain import Authority, DocumentType, Validity
from rag.errors import UsageError
from ui.cli_shared import (
    ConfigOption,
    DataOption,
    JsonOption,
    RegionOption,
    assistant_from,
    print_json,
    settings_from,
)

_DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(search)


def search(  # noqa: PLR0913, PLR0917 each option is one of the command line
    question: Annotated[
        str, typer.Argument(help="What to look for; may be left out with --phrase, --number or --issuer.")
    ] = "",
    region: RegionOption = None,
    top: Annotated[int, typer.Option("--top", min=1, max=200, help="How many passages.")] = 10,
    within: Annotated[
        str | None, typer.Option("--within", help="Only documents of this place and of the places in it.")
    ] = None,
    published_from: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="Only documents published on this day or later.")
    ] = None,
    published_until: Annotated[
        datetime | None, typer.Option("--until", formats=_DAY, help="Only documents published on this day or earlier.")
    ] = None,
    issuer: Annotated[str | None, typer.Option("--issuer", help="Part of the issuer's name.")] = None,
    types: Annotated[list[DocumentType] | None, typer.Option("--type", help="Kind of text; may be repeated.")] = None,
    authorities: Annotated[
        list[Authority] | None, typer.Option("--authority", help="Who published the page; may be repeated.")
    ] = None,
    validities: Annotated[
        list[Validity] | None, typer.Option("--validity", help="Whether it still holds; may be repeated.")
    ] = None,
    number: Annotated[
        str | None, typer.Option("--number", help="Whole or part of a document number, for example 卫发〔2024〕8号.")
    ] = None,
    phrase: Annotated[
        str | None, typer.Option("--phrase", help="Words that must stand in the passage exactly so.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show ranked passages and the parts of their scores."""
    from rag.domain import Question, SearchFilter
    from ui.cli_output import show_hits
    from ui.serialise import search_to_json

    settings = settings_from(config, data)
    try:
        wanted = SearchFilter(
            region=within,
            published_from=published_from and published_from.date(),
            published_until=published_until and published_until.date(),
            issuer=issuer,
            types=tuple(types or ()),
            authorities=tuple(authorities or ()),
            validities=tuple(validities or ()),
            document_number=number,
            phrase=phrase,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    values = search_to_json(assistant_from(settings).search(Question(question, region), top, wanted))
    if as_json:
        print_json(values)
    else:
        show_hits(values)
