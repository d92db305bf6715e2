"""What the command line shows of a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

_MOST_ROWS = 200
_LONGEST_LINE = 160


def show_dry_run(found: Mapping[str, Any], chunks: Mapping[str, int]) -> None:
    """Print what a dry run found, document by document, old beside new."""
    console = Console()

    def told(line: str) -> None:
        console.print(escape(line), highlight=False, soft_wrap=True)

    for change in found["documents"][:_MOST_ROWS]:
        before, after = change["chunks_before"], change["chunks_after"]
        told(f"{change['status']}: {change['source']}  {change['title'][:_LONGEST_LINE]}  chunks {before} -> {after}")
        for fact in change["facts"]:
            told(f"    {fact['name']}: {fact['before']} -> {fact['after']}")
        for line in change["lines"]:
            told(f"    - {line['before'][:_LONGEST_LINE]}" if line["before"] else "    -")
            told(f"    + {line['after'][:_LONGEST_LINE]}" if line["after"] else "    +")
        if change["more_lines"]:
            told(f"    ({change['more_lines']} more lines)")
    more = len(found["documents"]) - _MOST_ROWS + found["more_documents"]
    if more > 0:
        told(f"({more} more documents; --json has them)")
    counts = ", ".join(f"{count} {name}" for name, count in found["counts"].items())
    told(f"Would be: {counts}. {found['text_changed']} change in their text, {found['facts_changed']} in their facts.")
    told(
        f"{chunks['total']} chunks: {chunks['added']} added, {chunks['changed']} changed, {chunks['removed']} removed, "
        f"{chunks['embedded']} to embed."
    )
    if found["model_before"] not in (None, found["model_after"]):
        told(f"Embedding model: {found['model_before']} -> {found['model_after']}")
    told("Nothing was published." if found["rebuilt"] else "Nothing would change, and nothing was published.")
