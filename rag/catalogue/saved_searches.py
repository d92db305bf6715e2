"""The searches that operators keep for themselves: a name, and the query of the page's address. Nobody sees another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.catalogue.accounts import folded
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schema_accounts import AccountRow
from rag.catalogue.schema_staff import SavedSearchRow
from rag.errors import UnknownIdError, UsageError

MAX_SEARCH_NAME_CHARS = 60
MAX_QUERY_CHARS = 4000
"""Of an address: every Chinese character of a question takes nine."""
MOST_SAVED = 50
"""Of one account: a longer list is searched through slower than the search is typed again."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that somebody keeps."""

    number: int
    name: str
    query: str
    """The query of the address, without ``?``."""
    saved: str
    """UTC, ISO 8601, to the second."""


class SavedSearches:
    """Saved searches by the account that owns them."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def of(self, user: str) -> tuple[SavedSearch, ...]:
        """Return the searches of an account by name; none of an account that is not known."""
        wanted = (
            select(SavedSearchRow.number, SavedSearchRow.name, SavedSearchRow.query, SavedSearchRow.saved)
            .join(AccountRow, AccountRow.number == SavedSearchRow.account)
            .where(AccountRow.folded == folded(user))
            .order_by(SavedSearchRow.name)
        )
        with self._database.reading() as connection:
            return tuple(SavedSearch(*row) for row in connection.execute(wanted))

    def put(self, user: str, name: str, query: str) -> SavedSearch:
        """Keep a search under a name of its owner; one that has the name already is replaced.

        Raises:
            UnknownIdError: nobody is called ``user``.
            UsageError: the name or the query is empty, too long or cannot be seen, or there are too many.
        """
        name = " ".join(name.split())
        if not name or len(name) > MAX_SEARCH_NAME_CHARS or not name.isprintable():
            raise UsageError(f"the name of a search has 1 to {MAX_SEARCH_NAME_CHARS} characters that can be seen")
        if not query or len(query) > MAX_QUERY_CHARS:
            raise UsageError(f"the query of a search has 1 to {MAX_QUERY_CHARS} characters")
        now = utc_text(self._clock())
        with self._database.writing() as connection:
            account = _number_of(connection, user)
            own = SavedSearchRow.account == account
            named = (own, SavedSearchRow.name == name)
            changed = update(SavedSearchRow).where(*named).values(query=query, saved=now)
            if not connection.execute(changed).rowcount:
                count = connection.execute(select(func.count()).select_from(SavedSearchRow).where(own)).scalar_one()
                if count >= MOST_SAVED:
                    raise UsageError(f"there are {count} saved searches, allowed are {MOST_SAVED}")
                row = {"account": account, "name": name, "query": query, "saved": now}
                connection.execute(insert(SavedSearchRow).values(row))
            number = connection.execute(select(SavedSearchRow.number).where(*named)).scalar_one()
        return SavedSearch(number, name, query, now)

    def remove(self, user: str, number: int) -> None:
        """Forget a search.

        Raises:
            UnknownIdError: this account has none with that number.
        """
        with self._database.writing() as connection:
            account = _number_of(connection, user)
            gone = delete(SavedSearchRow).where(SavedSearchRow.account == account, SavedSearchRow.number == number)
            if not connection.execute(gone).rowcount:
                raise UnknownIdError(f"no saved search {number} of this account")


def _number_of(connection: Connection, user: str) -> int:
    number = connection.execute(select(AccountRow.number).where(AccountRow.folded == folded(user))).scalar()
    if number is None:
        raise UnknownIdError(f"no account {user!r}")
    return int(number)
