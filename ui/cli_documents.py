"""Commands about documents: what is known about each, its versions, its original, and an admin's word on it."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import UnknownIdError, UsageError
from ui.cli_shared import (
    ConfigOption,
    DataOption,
    JsonOption,
    assistant_from,
    embedding_opener,
    print_json,
    settings_from,
)

if TYPE_CHECKING:
    from rag.domain import Document
    from rag.settings import Settings

DocumentArgument = Annotated[str, typer.Argument(help="Id or source of a document.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (documents, show, versions, original, correct):
        app.command()(command)


def _find(settings: Settings, name: str) -> tuple[Document, int]:
    """Return a published document by id or source, and how many chunks it has. Raises UnknownIdError."""
    assistant = assistant_from(settings)
    wanted = next((d for d in assistant.documents() if name in (d.document_id, d.source)), None)
    if wanted is None:
        raise UnknownIdError(f"no document {name!r}")
    return wanted, assistant.chunk_counts()[wanted.document_id]


def documents(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the documents of the published generation."""
    from ui.cli_output import show_documents
    from ui.serialise import documents_to_json

    assistant = assistant_from(settings_from(config, data))
    listed = documents_to_json(assistant.documents(), assistant.chunk_counts())
    if as_json:
        print_json(listed)
    else:
        show_documents(listed["documents"])


def show(
    document: DocumentArgument,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one document: what is known about it and how surely, its repairs, its sections and its cleaned text."""
    from ui.cli_output import show_document
    from ui.serialise import document_to_json

    values = document_to_json(*_find(settings_from(config, data), document))
    if as_json:
        print_json(values)
    else:
        show_document(values)


def versions(
    document: DocumentArgument,
    since: Annotated[
        int | None,
        typer.Option("--since", min=1, help="Show what changed since this version; default: the one before."),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a document's versions, removed documents included, and show by section what changed since an earlier one."""
    from ingest.stored_versions import document_versions
    from ui.cli_reports import show_versions

    values = document_versions(settings_from(config, data), document, since)
    if as_json:
        print_json(values)
    else:
        show_versions(values)


def original(
    document: DocumentArgument,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Which version; default: the current one.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; default: standard output.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Write the bytes a document was read from, exactly as they came in."""
    from ingest.stored_versions import original_bytes

    content = original_bytes(settings_from(config, data), document, version)
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        with output.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"--output {output}: {error.strerror or error}") from error


def correct(
    document: DocumentArgument,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...", help="What is right, e.g. region=云溪县.")
    ] = None,
    withdraw: Annotated[
        list[str] | None, typer.Option("--withdraw", help="Field whose correction is taken back; may be repeated.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who says so; default: the user of this machine.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; it is kept with the correction.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is right about a document; it wins over what was detected, now and after every later ingest.

    Without values it lists the corrections of the document and who made them.
    """
    from ingest.correcting import correct_document, corrections_of
    from ui.cli_output import progress_bars
    from ui.cli_reports import show_corrections, show_report

    settings = settings_from(config, data)
    if not (values or withdraw):
        listed = corrections_of(settings, document)
        if as_json:
            print_json(listed)
        else:
            show_corrections(listed)
        return
    changes: dict[str, str | None] = dict.fromkeys(withdraw or ())
    changes.update(_parsed(values or ()))
    with progress_bars() as progress:
        report = correct_document(
            document,
            changes,
            by or getpass.getuser(),
            settings,
            embedding_opener(settings),
            reason=reason,
            progress=progress,
        )
    if as_json:
        print_json(report.to_json())
    else:
        show_report(report)
    if report.held:
        raise typer.Exit(1)


def _parsed(values: Any) -> dict[str, str]:
    found = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{value!r}: expected FIELD=VALUE, for example region=云溪县")
        found[name.strip()] = text.strip()
    return found
