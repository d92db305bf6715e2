"""What the command line shows of ingest runs and of the versions of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ui.cli_dry_run import show_dry_run

if TYPE_CHECKING:
    from ingest.report import IngestReport

_MOST_ROWS = 200
_MOST_REFUSED = 50
_MOST_FAILURES = 50
_WORTH_A_LOOK = ("hidden_text", "garbled", "redacted")
"""Whose samples an admin should see without asking for them."""
_LONGEST_LINE = 160
_LONGEST_ANSWER = 300


def show_report(report: IngestReport) -> None:
    """Print what an ingest did."""
    show_report_values(report.to_json())


def show_report_values(report: Mapping[str, Any]) -> None:
    """Print a report in plain types, as the catalogue keeps it."""
    console = Console()
    told = [file for file in report["files"] if file["status"] != "unchanged"]
    if "difference" in report:
        show_dry_run(report["difference"], report["chunks"])
        return
    console.print(f"Generation {report['generation']}", highlight=False)
    for file in told[:_MOST_ROWS]:
        _print_file(console, file)
    statuses = Counter(file["status"] for file in report["files"])
    counted = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    more = f" ({len(told) - _MOST_ROWS} more rows with --json)" if len(told) > _MOST_ROWS else ""
    console.print(f"Files: {counted}.{more}", highlight=False)
    _print_doubts(console, told)
    chunks = report["chunks"]
    console.print(
        f"{chunks['total']} chunks: {chunks['added']} added, {chunks['changed']} changed, {chunks['removed']} removed, "
        f"{chunks['unchanged']} unchanged, {chunks['embedded']} embedded. {report['seconds']:.1f} s, "
        f"peak memory {report['peak_rss_mb']:.0f} MB, of a reading process {report['child_rss_mb']:.0f} MB.",
        highlight=False,
    )
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report["stages"].items() if seconds >= 0.1)
    if stages:
        console.print(f"Time: {stages}.", highlight=False)
    show_gate(report.get("gate"), report["generation"])
    for file in [file for file in report["files"] if file["status"] == "refused"][:_MOST_REFUSED]:
        Console(stderr=True).print(
            f"refused: {escape(file['source'])}: {escape(file['reason'] or '')}", highlight=False, soft_wrap=True
        )


def show_gate(gate: Mapping[str, Any] | None, generation: str | None) -> None:
    """Print what came of the check before the publication; nothing where nothing was to be published."""
    if gate is None:
        return
    console = Console()
    if not gate["checked"]:
        console.print("Published without a check: no question set is marked as a regression set.", highlight=False)
        return
    counted = (
        f"{gate['passing']} of {gate['questions']} regression questions as expected, {gate['newly_failing']} newly "
        f"failing, {gate['changed']} answered otherwise"
    )
    if gate["passed"]:
        console.print(f"Checked: {counted}.", highlight=False)
        return
    told = gate["detail"] or counted
    errors = Console(stderr=True)
    errors.print(f"held: {', '.join(gate['reasons'])}: {escape(told)}", highlight=False, soft_wrap=True)
    for sentence in gate["missed"]:
        errors.print(f"  {escape(sentence)}", highlight=False, soft_wrap=True)
    for failed in gate["failures"][:_MOST_FAILURES]:
        newly = "newly failing" if failed["newly"] else "failing before, too"
        line = f"  {failed['question_id']} ({newly})  {failed['question']}: {'; '.join(failed['problems'])}"
        errors.print(escape(line), highlight=False, soft_wrap=True)
    errors.print(
        f"Nothing was published; what was there serves on. 'policychat generations publish {generation} --reason WHY' "
        "publishes it all the same.",
        highlight=False,
        soft_wrap=True,
    )


def _print_file(console: Console, file: Mapping[str, Any]) -> None:
    """Print a file as a line of facts and, below it, what an admin should know: a table would fold long names."""
    facts = {name: fact["value"] for name, fact in file["facts"].items()}
    known = " · ".join(
        facts[name] for name in ("region", "published", "type", "authority", "validity") if name in facts
    )
    style = "red" if file["status"] == "refused" else "bold"
    console.print(
        f"[{style}]{file['status']}[/{style}]  {escape(file['source'])}  [dim]{escape(known)}[/dim]",
        highlight=False,
        soft_wrap=True,
    )
    details = {
        "repaired": ", ".join(f"{name} {count}" for name, count in file["repairs"].items()),
        "doubts": ", ".join(file["doubts"]),
        "copy of": facts.get("duplicate_of", ""),
        "replaced by": facts.get("superseded_by", ""),
        "why": file["reason"] or "",
    }
    for name, words in details.items():
        if words:
            console.print(f"    {name}: {escape(words)}", highlight=False, soft_wrap=True)


def _print_doubts(console: Console, files: Iterable[Mapping[str, Any]]) -> None:
    for name in _WORTH_A_LOOK:
        for file in files:
            some = file["samples"].get(name)
            if some:
                shown = escape(" ｜ ".join(some)[:_LONGEST_LINE])
                console.print(f"{name}: {escape(file['source'])}: {shown}", highlight=False, soft_wrap=True)


def show_runs(runs: Sequence[Mapping[str, Any]]) -> None:
    """Print what was done, newest first, a line each: ids must not be folded, they are copied."""
    console = Console()
    for run in runs:
        counts = ", ".join(f"{count} {name}" for name, count in run["counts"].items() if count)
        outcome = run["outcome"] or "running"
        line = " · ".join(part for part in (run["kind"], outcome, counts) if part)
        console.print(f"{run['run_id']}  {run['started']}  {escape(line)}", highlight=False, soft_wrap=True)
    if not runs:
        console.print("Nothing was done yet.")


def show_run(run: Mapping[str, Any]) -> None:
    """Print the kept report of one run."""
    console = Console()
    console.print(
        f"{run['kind']} {run['run_id']}: {run['outcome'] or 'running'}, started {run['started']}", highlight=False
    )
    for name, value in run["arguments"].items():
        console.print(f"  {escape(name)}: {escape(str(value))}", highlight=False, soft_wrap=True)
    report = run["report"]
    if report is None:
        console.print("No report is kept of this run.")
    elif "error" in report:
        console.print(escape(str(report["error"])), highlight=False, soft_wrap=True)
    else:
        show_report_values(report)


def show_versions(values: Mapping[str, Any]) -> None:
    """Print a document's versions and what changed, section by section."""
    console = Console()
    table = Table(title=escape(values["source"]), title_justify="left")
    for heading in ("Version", "Ingested", "Original", ""):
        table.add_column(heading)
    for version in values["versions"]:
        mark = "current" if version["version"] == values["current"] else ""
        table.add_row(str(version["version"]), version["ingested"], version["sha256"][:12], mark)
    console.print(table)
    if values["removed"]:
        console.print("This document was removed; restore-document brings it back.")
    if values["since"] is None:
        return
    console.print(f"Since version {values['since']}:", highlight=False)
    for fact in values["facts"]:
        console.print(
            f"  {escape(fact['name'])}: {escape(str(fact['before']))} → {escape(str(fact['after']))}", highlight=False
        )
    for section in values["sections"]:
        heading = " › ".join(section["section"]) or "(above the first heading)"
        console.print(f"  [bold]{section['status']}[/bold]: {escape(heading)}", highlight=False, soft_wrap=True)
        for line in section["lines"]:
            console.print(f"    {_line_change(line)}", highlight=False, soft_wrap=True)
    if not (values["facts"] or values["sections"]):
        console.print("  nothing that a reader would see")


_PIECE_STYLES = {"removed": "red strike", "added": "green", "same": ""}


def _line_change(line: Mapping[str, Any]) -> str:
    """Return one changed line with what went struck out and what came in another colour."""
    shown = []
    for piece in line["excerpt"]:
        text, style = piece["text"], _PIECE_STYLES[piece["status"]]
        # Signs beside the colours: colours are lost in a file, and not everybody sees them.
        sign = {"removed": "[-", "added": "[+"}.get(piece["status"])
        marked = escape(f"{sign}{text}{sign[1]}]" if sign else text)
        shown.append(f"[{style}]{marked}[/{style}]" if style else marked)
    return "".join(shown)


def show_corrections(values: Mapping[str, Any]) -> None:
    """Print the corrections of a document and who made them."""
    console = Console()
    console.print(escape(values["source"]), highlight=False)
    for field, value in values["corrections"].items():
        console.print(f"  {escape(field)}: {escape(value)}", highlight=False)
    for change in values["history"]:
        before, after = (escape(change[side] or "–") for side in ("old", "new"))
        console.print(
            f"  [dim]{change['at']} {escape(change['by'])}: {escape(change['field'])} {before} → {after}[/dim]",
            highlight=False,
        )


def show_difference(values: Mapping[str, Any]) -> None:
    """Print how two generations differ: a line for each document, what changed in it below, then the sums."""
    console = Console()
    console.print(f"{values['later']} compared with {values['earlier'] or 'nothing'}:", highlight=False)
    for change in values["documents"]:
        line = f"[bold]{change['status']}[/bold]  {escape(change['source'])}  [dim]{escape(change['title'])}[/dim]"
        console.print(line, highlight=False, soft_wrap=True)
        if change["text_changed"]:
            console.print("    the text", highlight=False)
        for fact in change["facts"]:
            before, after = (fact[name] if fact[name] is not None else "–" for name in ("before", "after"))
            console.print(f"    {fact['name']}: {escape(before)} → {escape(after)}", highlight=False, soft_wrap=True)
    for what in ("counts", "chunks"):
        counted = ", ".join(f"{count} {name}" for name, count in values[what].items() if name != "total")
        console.print(f"{'Documents' if what == 'counts' else 'Chunks'}: {counted}.", highlight=False)
    if values["model_before"] not in (None, values["model_after"]):
        console.print(f"Model: {escape(values['model_before'])} → {escape(values['model_after'])}", highlight=False)


def show_answer_changes(changes: Sequence[Mapping[str, Any]] | None) -> None:
    """Print which answers differ between two generations, both texts one below the other."""
    console = Console()
    if changes is None:
        console.print("Answers: the two were not asked the same questions; --ask does that.", highlight=False)
        return
    console.print(f"Answers: {len(changes)} differ.", highlight=False)
    for change in changes[:_MOST_ROWS]:
        head = f"[bold]{change['kind']}[/bold]  {escape(change['question_id'])}  {escape(change['question'])}"
        console.print(head, highlight=False, soft_wrap=True)
        for side in ("before", "after"):
            seen = change[side]
            told = f"    {side} ({seen['status']}): {(seen['shown'] or '–')[:_LONGEST_ANSWER]}"
            console.print(escape(told), highlight=False, soft_wrap=True)
