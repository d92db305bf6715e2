"""What the command line shows to people: progress, tables, answers. Programs ask for ``--json`` instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.doctor import Check

_STAGES = {
    "fetch": "Downloading",
    "unpack": "Unpacking",
    "scan": "Looking for changes",
    "read": "Reading files",
    "recognise": "Recognising pages",
    "read again": "Reading again by new rules",
    "link": "Linking versions and copies",
    "embed": "Embedding new chunks",
    "index": "Indexing words",
    "store": "Storing chunks",
    "rebuild": "Building from nothing",
    "verify": "Verifying",
    "evaluate": "Asking questions",
}


class _Rate(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        """Return the rate, or nothing before there is one."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed and speed >= 10 else f"{speed:.1f}/s" if speed else "")


def say(line: str) -> None:
    """Print one line of result to standard output."""
    Console().print(escape(line), highlight=False, soft_wrap=True)


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Show one bar per stage on standard error while the block runs; nothing where that is no terminal."""
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}
    plain = None if console.is_terminal else console
    with bars:

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_STAGES.get(stage, stage), total=total)
                if plain is not None:
                    plain.print(f"{_STAGES.get(stage, stage)}: {total}", highlight=False)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


def show_documents(documents: Sequence[Mapping[str, Any]]) -> None:
    """Print the catalogue."""
    table = Table(title=f"{len(documents)} documents", title_justify="left")
    for heading in ("Id", "Title", "Place", "Issuer", "Published", "Authority", "Validity", "Chunks"):
        table.add_column(heading, overflow="fold")
    for row in documents:
        cells = (
            row[key]
            for key in ("document_id", "title", "region", "issuer", "published", "authority", "validity", "chunks")
        )
        table.add_row(*(escape(str(cell)) if cell is not None else "–" for cell in cells))
    Console().print(table)


_FACTS = (
    "document_id",
    "source",
    "region",
    "issuer",
    "document_number",
    "published",
    "effective",
    "valid_until",
    "type",
    "language",
    "authority",
    "validity",
    "superseded_by",
    "duplicate_of",
    "version",
    "url",
)


def show_document(values: Mapping[str, Any]) -> None:
    """Print one document's facts with where each was read and how surely, its repairs and doubts, and its text."""
    console = Console()
    console.print(f"[bold]{escape(values['title'])}[/bold]", highlight=False)
    for key in _FACTS:
        if values[key] is None:
            continue
        origin, certainty = values["origins"].get(key), values["certainty"].get(key)
        how = " ".join(part for part in (origin, f"{certainty:.0%}" if certainty is not None else "") if part)
        console.print(
            f"{key}: {escape(str(values[key]))}" + (f"  [dim]{escape(how)}[/dim]" if how else ""), highlight=False
        )
    for name, count in values["repairs"].items():
        shown = " ｜ ".join(values["samples"].get(name, ()))
        console.print(f"repaired {escape(name)}: {count}  [dim]{escape(shown)}[/dim]", highlight=False, soft_wrap=True)
    if values["doubts"]:
        console.print(f"doubts: {escape(', '.join(values['doubts']))}", highlight=False)
    console.print()
    console.print(escape(values["text"]), highlight=False, soft_wrap=True)


def show_generations(generations: Sequence[Mapping[str, Any]]) -> None:
    """Print the generations."""
    table = Table(title=f"{len(generations)} generations", title_justify="left")
    for heading in ("", "Generation", "Created", "Documents", "Chunks", "Model"):
        table.add_column(heading)
    for row in generations:
        mark = "published" if row["published"] else "held" if row["held"] else ""
        table.add_row(mark, row["generation"], row["created"], str(row["documents"]), str(row["chunks"]), row["model"])
    Console().print(table)


def show_answer(values: Mapping[str, Any]) -> None:
    """Print an answer, then its sources with their quotes, then what to know about them."""
    console = Console()
    if values["status"] == "invalid":
        return  # the message goes to standard error with the exit code
    read = values["rewritten"] or values["read_as"]
    if read:
        console.print(f"[dim]Read as: {escape(read)}[/dim]", highlight=False, soft_wrap=True)
    if values["premise"]:
        console.print(f"[dim]No source says: {escape(values['premise'])}[/dim]", highlight=False, soft_wrap=True)
    if values["approved"]:
        console.print(f"[bold]{escape(values['label'])}[/bold]", highlight=False, soft_wrap=True)
    console.print(escape(values["answer"]), highlight=False, soft_wrap=True)
    if values["clarification"]:
        for option in values["clarification"]["options"]:
            console.print(f"  --region {escape(option)}", highlight=False)
    for citation in values["citations"]:
        console.print()
        page = f"第{citation['page']}页" if citation["page"] is not None else None
        parts = (citation["region"], citation["published"], page, *citation["section"])
        where = " · ".join(part for part in parts if part)
        console.print(
            rf"\[{citation['number']}] [bold]{escape(citation['title'])}[/bold]  {escape(where)}",
            highlight=False,
            soft_wrap=True,
        )
        console.print(f"    「{escape(citation['quote'])}」", highlight=False, soft_wrap=True)
        console.print(
            f"    {escape(citation['source'])}  {citation['start']}–{citation['end']}",
            style="dim",
            highlight=False,
            soft_wrap=True,
        )
    for notice in values["notices"]:
        console.print(f"※ {escape(notice['text'])}", highlight=False, soft_wrap=True)
    if values["silent_places"]:
        places = escape("、".join(values["silent_places"]))
        console.print(f"[dim]Nothing in the sources for: {places}[/dim]", highlight=False, soft_wrap=True)


def show_hits(values: Mapping[str, Any]) -> None:
    """Print ranked passages with the parts of their scores."""
    console = Console()
    if values["read_as"]:
        console.print(f"Read as: {escape(values['read_as'])}", highlight=False)
    if not values["hits"]:
        console.print("Nothing is found.", highlight=False)
    for rank, hit in enumerate(values["hits"], start=1):
        parts = "  ".join(f"{name} {value:+.3f}" for name, value in hit["parts"].items())
        where = " › ".join((hit["title"], *hit["section"]))
        console.print(
            f"[bold]{rank}. {escape(where)}[/bold]  {escape(hit['region'] or '–')}  {hit['score']:.3f}",
            highlight=False,
            soft_wrap=True,
        )
        console.print(f"   {parts}", style="dim", highlight=False)
        console.print(f"   {escape(' '.join(hit['text'].split()))}", highlight=False, soft_wrap=True)


def show_models(values: Mapping[str, Any]) -> None:
    """Print the models that can be used, those on this machine first."""
    console = Console()
    for model in sorted(values["models"], key=lambda model: not model["here"]):
        marks = [name for name in ("configured", "served") if model[name]]
        facts = [
            model["role"],
            "here" if model["here"] else "not here",
            *marks,
            f"{model['dimension']} dimensions" if model["dimension"] else "",
            f"{model['size_mb']} MB" if model["size_mb"] else "",
            model["licence"] or "",
        ]
        style = "bold" if model["here"] else "dim"
        console.print(
            f"[{style}]{escape(model['name'])}[/{style}]  {escape(' · '.join(filter(None, facts)))}",
            highlight=False,
            soft_wrap=True,
        )


def show_checks(checks: Sequence[Check]) -> None:
    """Print what ``doctor`` found."""
    console = Console()
    for check in checks:
        mark = "[green]ok[/green]  " if check.passed else "[red]FAIL[/red]"
        console.print(f"{mark}  {check.name}: {escape(check.finding)}", highlight=False, soft_wrap=True)
