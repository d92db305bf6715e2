"""What every command shares: its options, its settings, and how it prints JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rag.bootstrap import PolicyAssistant
    from rag.settings import Settings

DEFAULT_CONFIG = Path("config.yaml")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Settings file; config.yaml in the current folder if it is there.")
]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder for generations and originals; default from the settings.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
RegionOption = Annotated[str | None, typer.Option("--region", help="The place asked about, for example 丹江口市.")]

QuestionsArgument = Annotated[
    Path,
    typer.Argument(
        metavar="DIR|SET.yaml",
        help="Question set: a folder in BEIR form, or our own questions as YAML (a folder of them, too).",
    ),
]
DocumentsOption = Annotated[
    list[Path] | None,
    typer.Option("--documents", help="Folder that answers questions of our own; may be given several times."),
]


def settings_from(config: Path | None, data: Path | None) -> Settings:
    """Return the settings that hold: the file's, with what admins changed. Raises ConfigError, NotAvailableError."""
    from rag.settings_changed import effective_settings

    return effective_settings(configured_from(config, data))


def configured_from(config: Path | None, data: Path | None) -> Settings:
    """Load the settings of the file that a command's options name, and nothing else. Raises ConfigError."""
    from rag.settings import load_settings

    if config is None and DEFAULT_CONFIG.is_file():
        config = DEFAULT_CONFIG
    return load_settings(config, data)


def check_unchanged(config: Path | None, data: Path | None, section: str, keys: Iterable[str]) -> None:
    """Raise UsageError where an admin changed one of these settings: what a command writes into the file would not hold."""
    from rag.errors import UsageError
    from rag.settings_changed import read_effective

    changed = read_effective(configured_from(config, data)).changed
    for key in (f"{section}.{key}" for key in keys):
        if key in changed:
            raise UsageError(
                f"{key} was changed over config.yaml, and what is written there would not hold; "
                f"'policychat settings reset {key}' first"
            )


def print_json(document: object) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def embedding_opener(settings: Settings) -> Callable[[], Any]:
    """Return a function that opens the configured embedding model when it is first needed."""

    def open_configured() -> Any:
        from rag.embedding import open_embedding

        return open_embedding(settings.embedding)

    return open_configured


def assistant_from(settings: Settings) -> PolicyAssistant:
    """Return the assistant over the data folder. Raises NoGenerationError if nothing is published there."""
    from rag.bootstrap import open_assistant
    from rag.errors import NoGenerationError

    assistant = open_assistant(settings)
    if assistant.published() is None:
        raise NoGenerationError(
            assistant.problem() or f"nothing is published in {settings.paths.data}; run 'policychat ingest PATH' first"
        )
    return assistant
