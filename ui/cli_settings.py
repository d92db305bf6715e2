"""The commands for settings that are changed without touching the file: the same code as the console's page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_shared import ConfigOption, DataOption, JsonOption, configured_from, print_json

if TYPE_CHECKING:
    from rag.catalogue.settings_changes import SettingChange

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The setting, for example answering.min_confidence.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept with the change.")]

settings_app = typer.Typer(
    help="Settings changed over config.yaml: list, set, take back. A running server follows within moments.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(settings_app, name="settings")


@settings_app.command("list")
def list_settings(
    everything: Annotated[bool, typer.Option("--all", help="Also what was not changed.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the settings that were changed: what holds, and what config.yaml says."""
    from rag.setting_fields import plain_value, setting_fields
    from rag.settings_changed import read_effective

    configured = configured_from(config, data)
    held = read_effective(configured)
    file, now = configured.model_dump(mode="json"), held.settings.model_dump(mode="json")
    rows = [
        {
            "key": key,
            "value": plain_value(now, key),
            "configured": plain_value(file, key),
            "changed": key in held.changed,
        }
        for key in setting_fields()
        if everything or key in held.changed
    ]
    if as_json:
        print_json({"settings": rows, "ignored": dict(held.ignored)})
        return
    for row in rows:
        aside = f"  (config.yaml: {_written(row['configured'])})" if row["changed"] else ""
        _say(f"{row['key']} = {_written(row['value'])}{aside}")
    for key, reason in held.ignored.items():
        _say(f"{key}: the change is not used: {reason}")
    if not rows:
        _say("nothing was changed; config.yaml holds")


@settings_app.command("set")
def set_setting(
    key: KeyArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The value; a list has one entry a line.")],
    reason: ReasonOption,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a setting; a value that is not allowed is refused with what is."""
    from rag.setting_fields import setting_fields, typed_value

    field = setting_fields().get(key)
    _change(key, value if field is None else typed_value(field, value), reason, config, data, as_json)


@settings_app.command()
def reset(
    key: KeyArgument,
    reason: ReasonOption = "back to config.yaml",
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a change back: what config.yaml says holds again."""
    from rag.catalogue.settings_changes import WITHDRAWN

    _change(key, WITHDRAWN, reason, config, data, as_json)


@settings_app.command()
def changes(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many, newest first.")] = 50,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who changed which setting, when and why, newest first."""
    from rag.catalogue import open_catalogue

    with open_catalogue(configured_from(config, data)) as catalogue:
        found = catalogue.settings.history(limit=limit)
    if as_json:
        print_json({"changes": [_to_json(change) for change in found]})
        return
    for change in found:
        _say(f"{change.at}  {change.who}  {_line(change)}  ({change.reason})")


def _change(key: str, value: Any, reason: str, config: ConfigOption, data: DataOption, as_json: bool) -> None:
    from rag.catalogue import open_catalogue
    from rag.settings_changed import change_settings
    from ui.cli_users import operator

    configured = configured_from(config, data)
    with open_catalogue(configured) as catalogue:
        made = change_settings(configured, catalogue, {key: value}, by=operator(), reason=reason)
    if as_json:
        print_json({"changes": [_to_json(change) for change in made]})
        return
    for change in made:
        _say(_line(change))
    if not made:
        _say(f"{key}: this is what holds already")


def _line(change: SettingChange) -> str:
    from rag.catalogue.settings_changes import Withdrawn

    after = "config.yaml" if isinstance(change.after, Withdrawn) else _written(change.after)
    return f"{change.key}: {_written(change.before)} -> {after}"


def _to_json(change: SettingChange) -> dict[str, Any]:
    from rag.catalogue.settings_changes import Withdrawn

    withdrawn = isinstance(change.after, Withdrawn)
    return {
        "number": change.number,
        "at": change.at,
        "who": change.who,
        "key": change.key,
        "before": change.before,
        "after": None if withdrawn else change.after,
        "withdrawn": withdrawn,
        "reason": change.reason,
    }


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _say(line: str) -> None:
    from ui.cli_output import say

    say(line)
