"""Who of a single sign-on signs in to which account: by issuer and subject, never by a name or an address of mail.

Names and addresses change hands; the pair of issuer and subject does not (OpenID Connect Core 1.0, section 5.7).
"""

from __future__ import annotations

import unicodedata
from itertools import count

from sqlalchemy import Connection, delete, insert, select

from rag.catalogue.account_records import Account, AccountLink, Role
from rag.catalogue.accounts import MAX_ACCOUNT_NAME_CHARS, account_of, add_account, end_sessions, folded, hold, known
from rag.catalogue.audit import note
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schema_accounts import MAX_ISSUER_CHARS, MAX_SUBJECT_CHARS, AccountLinkRow, AccountRow
from rag.errors import UsageError

NO_PASSWORD = ""
"""The hash of an account that has no password: nothing fits it."""
_ROOM_FOR_NUMBER = 10


class Links:
    """The people of single sign-ons who have accounts here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, issuer: str, subject: str) -> tuple[Account, str] | None:
        """Return the account that a person signs in to with its password's hash, None where there is none."""
        of_person = (AccountLinkRow.issuer == issuer, AccountLinkRow.subject == subject)
        found = select(AccountRow.__table__).join(AccountLinkRow, AccountLinkRow.account == AccountRow.number)
        with self._database.reading() as connection:
            row = connection.execute(found.where(*of_person)).first()
        return None if row is None else (account_of(row), str(row.password))

    def of(self, name: str) -> tuple[AccountLink, ...]:
        """Return who signs in to an account, the first linked first.

        Raises:
            UnknownIdError: nobody is called so.
        """
        with self._database.reading() as connection:
            number = known(connection, name).number
            wanted = select(AccountLinkRow).where(AccountLinkRow.account == number)
            rows = connection.execute(wanted.order_by(AccountLinkRow.linked, AccountLinkRow.subject)).all()
        return tuple(AccountLink(row.issuer, row.subject, row.linked) for row in rows)

    def add(self, name: str, issuer: str, subject: str, *, by: str) -> None:
        """Let a person sign in to an account; saying it twice is fine.

        Raises:
            UnknownIdError: nobody is called so.
            UsageError: the person signs in to another account already, or issuer or subject cannot be one.
        """
        _check(issuer, subject)
        with self._database.writing() as connection:
            hold(self._database, connection)
            row = known(connection, name)
            if not _is_new(connection, issuer, subject, row.number):
                return
            _insert(connection, row.number, issuer, subject)
            note(connection, by, "account.link", row.name, None, {"issuer": issuer, "subject": subject})

    def add_account(self, name: str, role: Role, issuer: str, subject: str, *, by: str) -> Account:
        """Add an account without a password for a person who has none; a name that is taken gets a number.

        Raises:
            UsageError: the person signs in to an account already, or name, issuer or subject cannot be one.
        """
        _check(issuer, subject)
        with self._database.writing() as connection:
            hold(self._database, connection)
            _is_new(connection, issuer, subject, None)
            account = add_account(connection, _free(connection, name), role, NO_PASSWORD, by)
            _insert(connection, account.number, issuer, subject)
            after = {"issuer": issuer, "subject": subject}
            note(connection, by, "account.link", account.name, None, after)
        return account

    def remove(self, name: str, *, by: str) -> int:
        """Let nobody of a single sign-on in to an account any more, end its sessions, and return how many there were.

        Raises:
            UnknownIdError: nobody is called so.
        """
        with self._database.writing() as connection:
            hold(self._database, connection)
            row = known(connection, name)
            gone = delete(AccountLinkRow).where(AccountLinkRow.account == row.number)
            removed = connection.execute(gone.returning(AccountLinkRow.issuer, AccountLinkRow.subject)).all()
            for issuer, subject in removed:
                note(connection, by, "account.unlink", row.name, {"issuer": issuer, "subject": subject})
            if removed:
                end_sessions(connection, row.number)
        return len(removed)


def _insert(connection: Connection, account: int, issuer: str, subject: str) -> None:
    row = {"issuer": issuer, "subject": subject, "account": account, "linked": utc_text()}
    connection.execute(insert(AccountLinkRow).values(row))


def _is_new(connection: Connection, issuer: str, subject: str, account: int | None) -> bool:
    """Return whether a person has no link yet; raise UsageError where it is to another account than ``account``."""
    of_person = (AccountLinkRow.issuer == issuer, AccountLinkRow.subject == subject)
    linked = connection.execute(select(AccountLinkRow.account).where(*of_person)).scalar()
    if linked is not None and linked != account:
        raise UsageError("this person of the single sign-on signs in to another account already")
    return linked is None


def _free(connection: Connection, wanted: str) -> str:
    """Return a name that nobody has: the one wanted without what no name may hold, with a number where it is taken."""
    seen = "".join(character for character in wanted if unicodedata.category(character)[0] != "C")
    name = " ".join(seen.split())[: MAX_ACCOUNT_NAME_CHARS - _ROOM_FOR_NUMBER].strip() or "person"
    for number in count(2):
        taken = select(AccountRow.number).where(AccountRow.folded == folded(name))
        if connection.execute(taken).first() is None:
            break
        base = name.rsplit(" ", 1)[0] if number > 2 else name
        name = f"{base} {number}"
    return name


def _check(issuer: str, subject: str) -> None:
    for what, text, longest in (("issuer", issuer, MAX_ISSUER_CHARS), ("subject", subject, MAX_SUBJECT_CHARS)):
        if not text or len(text) > longest or not text.isascii() or not text.isprintable():
            raise UsageError(f"the {what} of a single sign-on has 1 to {longest} printable ASCII characters: {text!r}")
