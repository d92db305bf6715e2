"""Commands that publish a new generation, and the records of what they did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import UsageError
from ui.cli_shared import ConfigOption, DataOption, JsonOption, embedding_opener, print_json, settings_from

if TYPE_CHECKING:
    from ingest.report import IngestReport
    from rag.catalogue import RunInfo


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (ingest, delete):
        app.command()(command)
    app.command("restore-document")(restore_document)
    app.command()(runs)


def ingest(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Files, folders, ZIP archives and web addresses to read; default: paths.corpus from the settings.",
        ),
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Drop documents that are no longer under PATH.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Read every document that is held again from its original, instead of PATH.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change, document by document; publish nothing.")
    ] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read files, folders and web pages and publish a new generation; the old one serves until it is verified.

    Where regression questions fail, the new one is held back and the exit code is 1; see `policychat generations publish`.
    """
    from ingest.pipeline import ingest as run
    from ingest.pipeline import rebuild

    settings = settings_from(config, data)
    if everything:
        if paths or prune:
            raise UsageError("--all reads what is held and takes neither PATH nor --prune")
        opener = embedding_opener(settings)
        report = _shown(
            lambda progress: rebuild(settings, opener, everything=True, dry_run=dry_run, progress=progress), as_json
        )
        if report.refused:
            raise typer.Exit(1)
        return
    addresses = [name for name in paths or () if name.startswith(("http://", "https://"))]
    files = [Path(name) for name in paths or [str(settings.paths.corpus)] if name not in addresses]
    report = _shown(
        lambda progress: run(
            files,
            settings,
            embedding_opener(settings),
            addresses=addresses,
            prune=prune,
            dry_run=dry_run,
            progress=progress,
        ),
        as_json,
    )
    if report.refused:
        raise typer.Exit(1)


def delete(
    documents: Annotated[list[str], typer.Argument(help="Ids or sources of documents.")],
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish a generation without some documents; their originals are kept and restore-document brings them back."""
    from ingest.pipeline import delete_documents

    settings = settings_from(config, data)
    opener = embedding_opener(settings)
    _shown(lambda progress: delete_documents(documents, settings, opener, progress=progress), as_json)


def restore_document(
    document: Annotated[str, typer.Argument(help="Id or source of a document, a removed one included.")],
    version: Annotated[
        int | None,
        typer.Option("--version", min=1, help="Which version; default: the one before, or the last of a removed one."),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish a generation in which a document is as it was in an earlier version; a removed one comes back."""
    from ingest.pipeline import restore_document as run

    settings = settings_from(config, data)
    opener = embedding_opener(settings)
    _shown(lambda progress: run(document, version, settings, opener, progress=progress), as_json)


def _shown(run: Callable[[Callable[[str, int, int], None]], IngestReport], as_json: bool) -> IngestReport:
    from ui.cli_output import progress_bars
    from ui.cli_reports import show_report

    with progress_bars() as progress:
        report = run(progress)
    if as_json:
        print_json(report.to_json())
    else:
        show_report(report)
    if report.held:
        raise typer.Exit(1)
    return report


def runs(
    run: Annotated[str | None, typer.Argument(help="Id of a run whose whole report is wanted.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many runs are listed.")] = 20,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was ingested, deleted and restored, newest first; or show the kept report of one run."""
    from rag.catalogue import open_catalogue
    from ui.cli_reports import show_run, show_runs

    with open_catalogue(settings_from(config, data)) as catalogue:
        if run is not None:
            found = catalogue.runs.get(run)
            values = {**_plain(found.info), "report": found.report and dict(found.report)}
            if as_json:
                print_json(values)
            else:
                show_run(values)
            return
        listed = [_plain(info) for info in catalogue.runs.latest(limit)]
    if as_json:
        print_json({"runs": listed})
    else:
        show_runs(listed)


def _plain(info: RunInfo) -> dict[str, Any]:
    return {
        "run_id": info.run_id,
        "kind": info.kind,
        "arguments": dict(info.arguments),
        "started": info.started,
        "finished": info.finished,
        "outcome": info.outcome and info.outcome.value,
        "generation": info.generation,
        "counts": dict(info.counts),
    }
