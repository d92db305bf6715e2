"""The commands for API tokens, with which programs speak for an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.catalogue.account_records import Scope, TokenInfo, scope_names
from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from
from ui.cli_users import operator

if TYPE_CHECKING:
    from rag.catalogue import Catalogue
    from rag.settings import Settings

tokens = typer.Typer(help="Tokens for programs that call the interface.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(tokens, name="tokens")


@tokens.command()
def add(
    user: Annotated[str, typer.Argument(metavar="NAME", help="The account that the program speaks for.")],
    scope: Annotated[list[Scope], typer.Option("--scope", help="What it may do; may be given several times.")],
    purpose: Annotated[str, typer.Option("--for", help="What it is for, as lists show it.")],
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="For how many days it holds.")] = 90,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token and print it, once: only a digest of it is kept."""
    with _opened(settings_from(config, data)) as catalogue:
        info, token = catalogue.tokens.add(user, purpose, frozenset(scope), days, by=operator())
    if as_json:
        print_json({**_to_json(info), "token": token})
        return
    _say(token)
    _say(f"number {info.number}, for {info.user}, scopes {scope_names(info.scopes)}, until {info.expires}")


@tokens.command("list")
def list_tokens(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show every token, those that ended included, without the tokens themselves."""
    with _opened(settings_from(config, data)) as catalogue:
        infos = catalogue.tokens.list()
    if as_json:
        print_json({"tokens": [_to_json(info) for info in infos]})
        return
    for info in infos:
        state = "revoked" if info.revoked else f"until {info.expires}"
        used = f"used {info.last_used}" if info.last_used else "never used"
        _say(f"{info.number}  {info.user}  {scope_names(info.scopes)}  {state}  {used}  {info.name}")


@tokens.command()
def revoke(
    number: Annotated[int, typer.Argument(min=1, help="The number of the token, as the list shows it.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """End a token at once."""
    with _opened(settings_from(config, data)) as catalogue:
        catalogue.tokens.revoke(number, by=operator())
    _say(f"token {number}: revoked")


def _opened(settings: Settings) -> Catalogue:
    from rag.catalogue import open_catalogue

    return open_catalogue(settings)


def _to_json(info: TokenInfo) -> dict[str, Any]:
    return {
        "number": info.number,
        "user": info.user,
        "name": info.name,
        "scopes": [scope.value for scope in Scope if scope in info.scopes],
        "created": info.created,
        "expires": info.expires,
        "last_used": info.last_used,
        "revoked": info.revoked,
    }


def _say(line: str) -> None:
    from ui.cli_output import say

    say(line)
