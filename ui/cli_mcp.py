"""The command that lets other assistants search and ask, over the Model Context Protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli_shared import ConfigOption, DataOption, assistant_from, settings_from


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mcp)


def mcp(
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=1,
            max=65535,
            help="Serve streamable HTTP at http://127.0.0.1:PORT/mcp instead of standard input and output.",
        ),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Offer search, questions and documents to other assistants as tools of the Model Context Protocol.

    Without --port it talks over standard input and output: an assistant's program starts it itself. With --port it
    listens on this machine alone.
    """
    settings = settings_from(config, data)
    assistant = assistant_from(settings)

    from ui.desk import Desk
    from ui.mcp_server import MAX_BODY_BYTES, build_mcp
    from ui.question_logging import question_logging

    desk = Desk(settings.server)
    log = question_logging(settings, assistant)
    try:
        server = build_mcp(assistant, desk, settings.help, log)
        if port is None:
            server.run()
        else:
            # Without sessions there is nothing that callers could fill the memory with.
            server.run(
                "streamable-http",
                port=port,
                stateless_http=True,
                json_response=True,
                max_request_body_size=MAX_BODY_BYTES,
            )
    finally:
        desk.close()
        log.close()
        assistant.close()
