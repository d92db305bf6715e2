"""The command line: the same code as the web application, for people and for programs.

Every command takes ``--config`` and ``--data``; with ``--json`` it prints one JSON document on standard output and
nothing else there. Heavy libraries are imported inside the commands that need them, so ``--help`` is instant.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import PolicychatError, QuestionError, UsageError
from ui import (
    cli_approved,
    cli_audit,
    cli_calls,
    cli_documents,
    cli_evaluate,
    cli_feedback,
    cli_generations,
    cli_ingest,
    cli_mcp,
    cli_models,
    cli_schedules,
    cli_search,
    cli_settings,
    cli_tokens,
    cli_usage,
    cli_use,
    cli_users,
)
from ui.cli_shared import (
    ConfigOption,
    DataOption,
    JsonOption,
    RegionOption,
    assistant_from,
    configured_from,
    print_json,
    settings_from,
)

app = typer.Typer(
    help="Answers questions about local health policy, with a quote from the source for every statement.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (
    cli_search,
    cli_ingest,
    cli_documents,
    cli_generations,
    cli_models,
    cli_evaluate,
    cli_usage,
    cli_use,
    cli_feedback,
    cli_users,
    cli_tokens,
    cli_audit,
    cli_calls,
    cli_schedules,
    cli_approved,
    cli_settings,
    cli_mcp,
):
    commands.register(app)


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


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    region: RegionOption = None,
    history: Annotated[
        Path | None, typer.Option("--history", help="JSON list of earlier questions, oldest first.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Ask the documents, also where an answer that people approved fits.")
    ] = False,
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
    answer = assistant.answer(Question(question, region, _history(history), anew))
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
    configured = configured_from(config, data)
    changed = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    configured = configured.model_copy(update={"server": configured.server.model_copy(update=changed)})

    from ui.app import claim_address

    claimed = claim_address(configured.server)

    from functools import partial

    from rag.bootstrap import open_assistant
    from ui.accounts.first_admin import warn_without_admin
    from ui.app import build_app
    from ui.app import serve as run
    from ui.live import Live

    warn_without_admin(configured, sys.stderr.write)
    live = Live(configured, partial(open_assistant, prepared=True), build_app)
    try:
        run(live, configured.server, claimed)
    finally:
        live.close()


@app.command()
def doctor(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Check that everything that is needed is there, and say what to do where it is not."""
    from ui.cli_output import show_checks
    from ui.doctor import run_checks

    checks = run_checks(configured_from(config, data))
    if as_json:
        print_json({"checks": [check.to_json() for check in checks]})
    else:
        show_checks(checks)
    if not all(check.passed for check in checks):
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
