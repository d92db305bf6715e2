"""The commands for accounts: who may sign in. The first admin is made here; passwords are never arguments."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.catalogue.account_records import Account, Role
from rag.errors import UsageError
from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from

if TYPE_CHECKING:
    from rag.catalogue import Catalogue
    from rag.settings import Settings

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name of the account.")]
RoleOption = Annotated[Role, typer.Option("--role", help="What the account may do.")]

users = typer.Typer(help="Accounts of those who work with the site.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(users, name="users")


@users.command()
def add(name: NameArgument, role: RoleOption, config: ConfigOption = None, data: DataOption = None) -> None:
    """Add an account; its password is asked for, or read from the first line of standard input."""
    from ui.accounts.passwords import Passwords

    settings = settings_from(config, data)
    made = Passwords().hash(_new_password(name))
    with _opened(settings) as catalogue:
        account = catalogue.accounts.add(name, role, made, by=operator())
    _say(f"{account.name}: {account.role} added")


@users.command("list")
def list_users(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show every account."""
    with _opened(settings_from(config, data)) as catalogue:
        accounts = catalogue.accounts.list()
    if as_json:
        print_json({"users": [_to_json(account) for account in accounts]})
        return
    for account in accounts:
        state = "disabled" if account.disabled else "may sign in"
        _say(f"{account.name}  {account.role}  {state}  since {account.created}")


@users.command()
def disable(name: NameArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Close an account and end its sessions; its API tokens stop as well."""
    with _opened(settings_from(config, data)) as catalogue:
        catalogue.accounts.set_disabled(name, True, by=operator())
    _say(f"{name}: disabled")


@users.command()
def enable(name: NameArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Open a closed account again."""
    with _opened(settings_from(config, data)) as catalogue:
        catalogue.accounts.set_disabled(name, False, by=operator())
    _say(f"{name}: enabled")


@users.command()
def role(
    name: NameArgument,
    role: Annotated[Role, typer.Argument(help="What the account may do from now on.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Give an account another role; whoever uses it must sign in again."""
    with _opened(settings_from(config, data)) as catalogue:
        catalogue.accounts.set_role(name, role, by=operator())
    _say(f"{name}: {role}")


@users.command()
def password(name: NameArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Give an account another password, which ends its sessions; asked for, or read from standard input."""
    from ui.accounts.passwords import Passwords

    settings = settings_from(config, data)
    made = Passwords().hash(_new_password(name))
    with _opened(settings) as catalogue:
        catalogue.accounts.set_password(name, made, by=operator())
    _say(f"{name}: password changed")


@users.command()
def link(
    name: NameArgument,
    subject: Annotated[str, typer.Argument(help="What the provider calls the person (the claim `sub`); no name.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Let somebody of the single sign-on sign in to an account; `oidc.issuer` must be set."""
    settings = settings_from(config, data)
    if settings.oidc.issuer is None:
        raise UsageError("there is no single sign-on: the setting oidc.issuer is empty")
    with _opened(settings) as catalogue:
        catalogue.links.add(name, settings.oidc.issuer, subject, by=operator())
    _say(f"{name}: linked")


@users.command()
def unlink(name: NameArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Let nobody of the single sign-on in to an account any more; its sessions end."""
    with _opened(settings_from(config, data)) as catalogue:
        removed = catalogue.links.remove(name, by=operator())
    _say(f"{name}: {removed} unlinked")


@users.command()
def unlock(config: ConfigOption = None, data: DataOption = None) -> None:
    """Let everybody who has to wait after failures to sign in try again at once."""
    with _opened(settings_from(config, data)) as catalogue:
        catalogue.attempts.forget()
        catalogue.audit.add(operator(), "account.unlock", "everybody")
    _say("everybody may try again")


def operator() -> str:
    """Return who runs a command, for the audit log."""
    try:
        return f"command line ({getpass.getuser()})"
    except (OSError, KeyError, ImportError):
        return "command line"  # a user without a name, as in some containers


def _new_password(name: str) -> str:
    """Ask for a new password, twice; where nobody sits in front of it, take the first line of standard input."""
    from ui.accounts.passwords import MAX_PASSWORD_CHARS, check_new_password

    if sys.stdin.isatty():
        written = getpass.getpass("New password: ")
        if getpass.getpass("Again: ") != written:
            raise UsageError("the two passwords differ")
    else:
        # One character more than is allowed: enough to see that it is too long.
        written = sys.stdin.readline(MAX_PASSWORD_CHARS + 3).rstrip("\r\n")
    check_new_password(written, name)
    return written


def _opened(settings: Settings) -> Catalogue:
    from rag.catalogue import open_catalogue

    return open_catalogue(settings)


def _to_json(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role.value,
        "disabled": account.disabled,
        "created": account.created,
    }


def _say(line: str) -> None:
    from ui.cli_output import say

    say(line)
