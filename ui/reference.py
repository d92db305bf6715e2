"""Write the reference pages that come from the code: settings, commands, the HTTP interface.

``make docs`` rewrites them, and a test fails while they differ from the code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from rag.settings import Settings

if TYPE_CHECKING:
    from rag.ports import Assistant

_BOUNDS = {
    "ge": "≥",
    "gt": ">",
    "le": "≤",
    "lt": "<",
    "min_length": "at least characters:",
    "max_length": "at most characters:",
}


def configuration_page() -> str:
    """Return ``docs/configuration.md``."""
    lines = [
        "# Configuration",
        "",
        "<!-- Written by `make docs` from rag/settings.py; edit there. -->",
        "",
        "Settings live in `config.yaml` (or the file named by `--config`). Every key may be left out. A wrong key or value is",
        "refused before anything starts, with its name, its value and what is allowed. Secrets never stand in the file: the",
        "key of a language model is read from the environment variable that `llm.api_key_env` names.",
    ]
    for name, section in Settings.model_fields.items():
        lines += ["", f"## `{name}`", "", str(section.description), ""]
        lines += ["| key | default | allowed | meaning |", "| --- | --- | --- | --- |"]
        model = section.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            lines += _rows(name, model)
    return "\n".join(lines) + "\n"


def _rows(name: str, model: type[BaseModel]) -> Iterator[str]:
    """Yield a row for each setting, those of a group of settings one by one."""
    for key, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _rows(f"{name}.{key}", inner)
        else:
            yield _row(f"{name}.{key}", field)


def _row(key: str, field: FieldInfo) -> str:
    default = field.default if field.default is not PydanticUndefined else "–"
    shown = "none" if default is None else str(list(default) if isinstance(default, tuple) else default)
    return f"| `{key}` | `{shown or '(empty)'}` | {_allowed(field)} | {field.description} |"


def _allowed(field: FieldInfo) -> str:
    bounds = [
        f"{sign} {value}"
        for constraint in field.metadata
        for name, sign in _BOUNDS.items()
        if (value := getattr(constraint, name, None)) is not None
    ]
    kind = _kind(field.annotation)
    return f"{kind}, {', '.join(bounds)}" if bounds else kind


def _kind(annotation: Any) -> str:
    choices = getattr(annotation, "__args__", ())
    if choices and all(isinstance(choice, str) for choice in choices):
        return " or ".join(f"`{choice}`" for choice in choices)
    names = {int: "whole number", float: "number", bool: "`true` or `false`", Path: "path"}
    if annotation in names:
        return names[annotation]
    return "list of texts" if getattr(annotation, "__origin__", None) is tuple else "text"


def commands_page() -> str:
    """Return ``docs/commands.md``: the help text of every command, as typer prints it."""
    from typer.main import get_command

    from ui.cli import app

    lines = [
        "# Commands",
        "",
        "<!-- Written by `make docs` from ui/cli.py; edit there. -->",
        "",
        "Exit codes: 0 done; 1 done with problems that the report names; 2 bad usage or bad input, nothing changed;",
        "3 not available (no generation, locked, model missing, port in use).",
    ]
    lines += _command_lines(get_command(app), "policychat")
    return "\n".join(lines) + "\n"


def _command_lines(command: Any, name: str) -> list[str]:
    inner = getattr(command, "commands", None) or {}
    below = [line for key in sorted(inner) for line in _command_lines(inner[key], f"{name} {key}")]
    if inner and not command.invoke_without_command:
        return below
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [
        parameter for parameter in command.params if parameter.param_type_name == "option" and parameter.name != "help"
    ]
    usage = " ".join([name, *map(_argument, arguments)])
    lines = ["", f"## `{usage}`", "", (command.help or "").strip(), ""]
    lines += [f"- `{', '.join(option.opts)}` — {option.help}" for option in options]
    return [*lines, *below]


def _argument(argument: Any) -> str:
    shown = f"{argument.name.upper()}…" if argument.nargs != 1 else argument.name.upper()
    return shown if argument.required else f"[{shown}]"


def interface_page() -> str:
    """Return ``docs/http-reference.md``: every route, as the OpenAPI description tells it."""
    from fastapi import FastAPI

    from rag.settings import HelpSettings, ServerSettings
    from ui.api import build_api
    from ui.api_descriptions import describe
    from ui.desk import Desk
    from ui.interface import routes_of
    from ui.openai_api import build_openai
    from ui.page_feedback import build_feedback
    from ui.receipts import passing_receipts
    from ui.shared_answers import SharedAnswers

    # The routes are described and never called, so nobody has to stand behind them.
    nobody = cast("Assistant", None)
    desk = Desk(ServerSettings())
    app = FastAPI()
    describe(app)
    nothing, receipts = Settings(), passing_receipts()
    app.include_router(build_api(nobody, desk, HelpSettings(), receipts))
    app.include_router(build_openai(nobody, desk, HelpSettings()))
    app.include_router(build_feedback(nothing, receipts, SharedAnswers(nothing, nobody, receipts)))
    lines = [
        "# HTTP reference",
        "",
        "<!-- Written by `make docs` from ui/api.py, ui/openai_api.py and ui/page_feedback.py; edit there. -->",
    ]
    lines += [
        "",
        app.description.strip(),
        "",
        "`/docs` of a running server shows the same; [http.md](http.md) tells how to use it.",
    ]
    for route in routes_of(app.openapi()):
        lines += ["", f"## `{route.method} {route.path}`", "", f"**{route.summary}.** {route.description.strip()}"]
        if route.taken:
            lines += ["", "| takes | in | type | required | meaning |", "| --- | --- | --- | --- | --- |"]
            lines += [
                f"| `{one.name}` | {one.place} | {one.kind} | {'yes' if one.required else ''} | {one.meaning} |"
                for one in route.taken
            ]
        if route.given:
            lines += ["", "| gives | type | meaning |", "| --- | --- | --- |"]
            lines += [f"| `{one.name}` | {one.kind} | {one.meaning} |" for one in route.given]
        for heading, example in (("Request", route.request), ("Answer", route.response)):
            lines += ["", f"{heading}, for example:", "", "```json", example, "```"] if example else []
        lines += ["", "| HTTP status | means |", "| --- | --- |"]
        lines += [f"| {outcome.status} | {' '.join(outcome.meaning.split())} |" for outcome in route.outcomes]
    return "\n".join(lines) + "\n"


PAGES = {
    "configuration.md": configuration_page,
    "commands.md": commands_page,
    "http-reference.md": interface_page,
}
"""The generated pages by file name."""


def main(folder: Path) -> None:
    """Write every generated page into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
