"""Who may sign in. Every change ends the sessions it must end and is noted in the audit log, all in one transaction."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from rag.catalogue.account_records import Account, Role
from rag.catalogue.audit import note
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schema_accounts import AccountRow, SessionRow
from rag.errors import UnknownIdError, UsageError

MAX_ACCOUNT_NAME_CHARS = 80
_LOCK = 0x706F6C65
"""Any number will do that no other lock of the program has."""


class Accounts:
    """The accounts of one site, by name; two names that differ in case or width only are the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, role: Role, password_hash: str, *, by: str) -> Account:
        """Add an account.

        Raises:
            UsageError: the name is taken, empty, too long, or holds characters that no name has.
        """
        with self._database.writing() as connection:
            hold(self._database, connection)
            return add_account(connection, name, role, password_hash, by)

    def list(self) -> tuple[Account, ...]:
        """Return every account in the order they were added."""
        with self._database.reading() as connection:
            rows = connection.execute(select(AccountRow.__table__).order_by(AccountRow.number)).all()
        return tuple(account_of(row) for row in rows)

    def has_admin(self) -> bool:
        """Return whether somebody may administer the site; nobody may sign in before."""
        with self._database.reading() as connection:
            return _admins(connection) > 0

    def find(self, name: str) -> tuple[Account, str] | None:
        """Return an account and its password's hash, or None where nobody is called so."""
        with self._database.reading() as connection:
            row = _find(connection, name)
        return None if row is None else (account_of(row), str(row.password))

    def set_role(self, name: str, role: Role, *, by: str) -> None:
        """Give an account another role; whoever uses it must sign in again.

        Raises:
            UnknownIdError: nobody is called so.
            UsageError: no admin would be left.
        """
        self._change(name, by, "account.role", {"role": role.value})

    def set_disabled(self, name: str, disabled: bool, *, by: str) -> None:
        """Close an account, which ends its sessions, or open it again. Raises as :meth:`set_role` does."""
        self._change(name, by, "account.disable" if disabled else "account.enable", {"disabled": disabled})

    def set_password(self, name: str, password_hash: str, *, by: str) -> None:
        """Replace a password and end every session of the account.

        Raises:
            UnknownIdError: nobody is called so.
        """
        with self._database.writing() as connection:
            hold(self._database, connection)
            row = known(connection, name)
            connection.execute(update(AccountRow).where(AccountRow.number == row.number).values(password=password_hash))
            end_sessions(connection, row.number)
            note(connection, by, "account.password", row.name)

    def renew_hash(self, number: int, old: str, new: str) -> None:
        """Replace the hash of a password that stays as it is, unless it was changed meanwhile."""
        with self._database.writing() as connection:
            same = (AccountRow.number == number, AccountRow.password == old)
            connection.execute(update(AccountRow).where(*same).values(password=new))

    def _change(self, name: str, by: str, action: str, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            hold(self._database, connection)
            row = known(connection, name)
            before = {key: getattr(row, key) for key in values}
            if before == values:
                return
            connection.execute(update(AccountRow).where(AccountRow.number == row.number).values(values))
            if _admins(connection) == 0 and row.role == Role.ADMIN and not row.disabled:
                raise UsageError(f"{row.name!r} is the last admin; add another first")
            end_sessions(connection, row.number)
            note(connection, by, action, row.name, before, values)


def hold(database: Database, connection: Connection) -> None:
    """Let no other process change accounts at the same time: two admins could disable each other."""
    if database.file is None:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def add_account(connection: Connection, name: str, role: Role, password_hash: str, by: str) -> Account:
    """Add an account inside a transaction that holds the accounts (:func:`hold`). Raises as :meth:`Accounts.add` does."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    _check(name)
    if _find(connection, name) is not None:
        raise UsageError(f"there is an account {name!r} already")
    values = {
        "name": name,
        "folded": folded(name),
        "role": role.value,
        "password": password_hash,
        "disabled": False,
        "created": utc_text(),
    }
    connection.execute(insert(AccountRow).values(values))
    note(connection, by, "account.add", name, None, {"role": role.value})
    return account_of(known(connection, name))


def folded(name: str) -> str:
    """Return a name as it is compared: without differences of case, width and spacing."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def _check(name: str) -> None:
    if not name:
        raise UsageError("the name of an account is empty")
    if len(name) > MAX_ACCOUNT_NAME_CHARS or len(folded(name)) > MAX_ACCOUNT_NAME_CHARS * 3:
        raise UsageError(f"the name of an account has more than {MAX_ACCOUNT_NAME_CHARS} characters")
    # Controls, characters that reverse the writing, halves of pairs: two names could look the same.
    if any(unicodedata.category(character)[0] == "C" for character in name):
        raise UsageError(f"the name of an account holds characters that cannot be seen: {name!r}")


def _find(connection: Connection, name: str) -> Row[*tuple[Any, ...]] | None:
    # A name with NUL or half a pair is nobody's, and no driver takes it.
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return None
    return connection.execute(select(AccountRow.__table__).where(AccountRow.folded == folded(name))).first()


def known(connection: Connection, name: str) -> Row[*tuple[Any, ...]]:
    """Return the row of an account. Raises UnknownIdError where nobody is called so."""
    row = _find(connection, name)
    if row is None:
        raise UnknownIdError(f"no account {name!r}")
    return row


def _admins(connection: Connection) -> int:
    active = select(func.count()).where(AccountRow.role == Role.ADMIN.value, AccountRow.disabled.is_(False))
    return int(connection.execute(active).scalar_one())


def end_sessions(connection: Connection, number: int) -> None:
    """End every session of an account inside a transaction."""
    connection.execute(delete(SessionRow).where(SessionRow.account == number))


def account_of(row: Row[*tuple[Any, ...]]) -> Account:
    """Return the account of a row."""
    return Account(row.number, row.name, Role(row.role), bool(row.disabled), row.created)
