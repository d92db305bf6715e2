"""The command line: the same code as the web application, for people and for programs.

Every command takes ``--config`` and ``--data``; with ``--json`` it prints one JSON document on standard output and
nothing else there. Heavy libraries are imported inside the commands that need them, so ``--help`` is instant.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import PolicychatError, QuestionError, UsageError

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

app = typer.Typer(
    help="Answers questions about local health policy, with a quote from the source for every statement.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
evaluate_app = typer.Typer(help="Measure quality on a question set.", no_args_is_help=True)
app.add_typer(evaluate_app, name="evaluate")


def main() -> None:
    """Run the command line; expected errors become one line on standard error and the exit code they stand for."""
    try:
        app()
    except PolicychatError as error:
        sys.stderr.write(f"policychat: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("policychat: interrupted; what was published before is unchanged\n")
        sys.exit(130)


def settings_from(config: Path | None, data: Path | None) -> Settings:
    """Load the settings that a command's options name. Raises ConfigError."""
    from rag.settings import load_settings

    if config is None and DEFAULT_CONFIG.is_file():
        config = DEFAULT_CONFIG
    return load_settings(config, data)


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


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders to read; default: paths.corpus from the settings.")
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Drop documents that are no longer under PATH.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read files and folders and publish a new generation; the old one serves until the new one is verified."""
    from ingest.pipeline import ingest as run
    from ui.cli_output import progress_bars, show_report

    settings = settings_from(config, data)
    with progress_bars() as progress:
        report = run(
            paths or [settings.paths.corpus], settings, embedding_opener(settings), prune=prune, progress=progress
        )
    if as_json:
        print_json(report.to_json())
    else:
        show_report(report)
    if report.refused:
        raise typer.Exit(1)


@app.command()
def delete(
    documents: Annotated[list[str], typer.Argument(help="Ids or sources of documents.")],
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish a generation without some documents; their originals are kept and rollback brings them back."""
    from ingest.pipeline import delete_documents
    from ui.cli_output import progress_bars, show_report

    settings = settings_from(config, data)
    with progress_bars() as progress:
        report = delete_documents(documents, settings, embedding_opener(settings), progress=progress)
    if as_json:
        print_json(report.to_json())
    else:
        show_report(report)


@app.command()
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


@app.command()
def show(
    document: Annotated[str, typer.Argument(help="Id or source of a document.")],
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one document: what is known about it, its sections and its cleaned text."""
    from rag.errors import UnknownIdError
    from ui.cli_output import show_document
    from ui.serialise import document_to_json

    assistant = assistant_from(settings_from(config, data))
    wanted = next((d for d in assistant.documents() if document in (d.document_id, d.source)), None)
    if wanted is None:
        raise UnknownIdError(f"no document {document!r}")
    values = document_to_json(wanted, assistant.chunk_counts()[wanted.document_id])
    if as_json:
        print_json(values)
    else:
        show_document(values)


@app.command()
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


@app.command()
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

    published = run(DataLayout(settings_from(config, data).paths.data), generation)
    if as_json:
        print_json({"generation": published, "published": True})
    else:
        say(f"Published: {published}")


@app.command()
def verify(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Read the published generation back whole and check that every chunk and document can be found."""
    from ingest.generation import verify_generation
    from rag.errors import NoGenerationError
    from rag.generations import DataLayout, published_id
    from ui.cli_output import progress_bars, say

    layout = DataLayout(settings_from(config, data).paths.data)
    generation = published_id(layout)
    if generation is None:
        raise NoGenerationError(f"nothing is published in {layout.root}; run 'policychat ingest PATH' first")
    with progress_bars() as progress:
        verify_generation(layout.generation(generation), progress)
    if as_json:
        print_json({"generation": generation, "verified": True})
    else:
        say(f"Verified: {generation}")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    region: RegionOption = None,
    history: Annotated[
        Path | None, typer.Option("--history", help="JSON list of earlier questions, oldest first.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer one question from the published documents."""
    from rag.domain import AnswerStatus, Question
    from ui.cli_output import show_answer
    from ui.serialise import answer_to_json
    from ui.wording import Language

    settings = settings_from(config, data)
    assistant = assistant_from(settings)
    answer = assistant.answer(Question(question, region, _history(history)))
    values = answer_to_json(answer, Language.ZH_HANS, settings.help)
    if as_json:
        print_json(values)
    else:
        show_answer(values)
    if answer.status is AnswerStatus.INVALID:
        raise QuestionError(values["answer"])


def _history(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        earlier = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"--history {path}: cannot be read as JSON: {error}") from error
    if not isinstance(earlier, list) or not all(isinstance(turn, str) for turn in earlier):
        raise UsageError(f"--history {path}: expected a JSON list of questions")
    return tuple(earlier)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    region: RegionOption = None,
    top: Annotated[int, typer.Option("--top", min=1, max=200, help="How many passages.")] = 10,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show ranked passages and the parts of their scores."""
    from rag.domain import Question
    from ui.cli_output import show_hits
    from ui.serialise import search_to_json

    settings = settings_from(config, data)
    values = search_to_json(assistant_from(settings).search(Question(question, region), top))
    if as_json:
        print_json(values)
    else:
        show_hits(values)


@evaluate_app.command("retrieval")
def evaluate_retrieval(
    folder: Annotated[Path, typer.Argument(help="Question set in BEIR form.")],
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build an index of a question set in a temporary place and measure the ranking; what is served is not touched."""
    import tempfile
    import time

    from ingest.question_set import build_from_question_set
    from rag.evaluation.beir import read_beir
    from rag.evaluation.retrieval import evaluate_retrieval as run
    from rag.regions import Gazetteer
    from rag.retrieval import HybridRetriever
    from ui.cli_output import progress_bars, show_evaluation

    settings = settings_from(config, data)
    questions = read_beir(folder)
    embedding = embedding_opener(settings)()
    with tempfile.TemporaryDirectory(prefix="policychat-") as place, progress_bars() as progress:
        began = time.monotonic()
        generation = build_from_question_set(questions, settings, embedding, Path(place) / "data", progress)
        build_s = time.monotonic() - began
        retriever = HybridRetriever(generation, embedding, Gazetteer.load(), settings.retrieval)
        evaluation = run(retriever, questions, progress)
        values = evaluation.to_json(generation.manifest.documents, generation.manifest.chunks, build_s)
        generation.close()
    if as_json:
        print_json(values)
    else:
        show_evaluation(values)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; default from the settings.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Port; default from the settings.")
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Processes; one is what this version serves with.")
    ] = 1,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Serve the page and the interface for programs until interrupted."""
    if workers > 1:
        raise UsageError(
            f"--workers {workers}: the page keeps a visit in one process; start several servers on ports of their own "
            "behind a proxy that sends a visitor to the same one"
        )
    settings = settings_from(config, data)
    changed = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update={"server": settings.server.model_copy(update=changed)})

    from ui.app import claim_address

    claimed = claim_address(settings.server)

    from rag.bootstrap import open_assistant
    from ui.app import build_app
    from ui.app import serve as run

    assistant = open_assistant(settings)
    try:
        run(build_app(assistant, settings), settings.server, claimed)
    finally:
        assistant.close()


@app.command()
def doctor(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Check that everything that is needed is there, and say what to do where it is not."""
    from ui.cli_output import show_checks
    from ui.doctor import run_checks

    checks = run_checks(settings_from(config, data))
    if as_json:
        print_json({"checks": [check.to_json() for check in checks]})
    else:
        show_checks(checks)
    if not all(check.passed for check in checks):
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
