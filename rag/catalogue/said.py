"""Keep what people type about callers: storable characters, no personal numbers, not too long, and once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from rag.catalogue.engine import Database
from rag.catalogue.schema_calls import CallRow, CaseRow
from rag.domain import PersonalData
from rag.errors import UsageError
from rag.folding import fold
from rag.personal_data import mask


class Said:
    """Collects the kinds of personal numbers that were masked in the texts of one form."""

    def __init__(self) -> None:
        self._kinds: dict[PersonalData, None] = {}

    @property
    def masked(self) -> tuple[PersonalData, ...]:
        """The kinds found so far, each once."""
        return tuple(self._kinds)

    def text(self, name: str, text: str, longest: int, *, required: bool = False) -> str:
        """Return a text as it may be kept; line ends are single.

        Raises:
            UsageError: it has more than ``longest`` characters, or is empty though ``required``.
        """
        # PostgreSQL takes no NUL, and no encoding takes half a pair of surrogates.
        plain = text.replace("\0", "").encode("utf-8", "replace").decode().replace("\r\n", "\n").strip()
        if len(plain) > longest:
            raise UsageError(f"the {name} has {len(plain)} characters, allowed are {longest}")
        if required and not plain:
            raise UsageError(f"the {name} is empty")
        masked = mask(plain)
        self._kinds |= dict.fromkeys(masked.kinds)
        return masked.text

    def line(self, name: str, text: str, longest: int, *, required: bool = False) -> str:
        """Return the same on one line. Raises as :meth:`text` does."""
        return " ".join(self.text(name, text, longest, required=required).split())


def search_form(*texts: str | None) -> str:
    """Return texts as they are searched."""
    return "\n".join(fold(text) for text in texts if text)


def words_of(searched: str | None) -> tuple[str, ...]:
    """Return the words that were searched for, in their search form; at most ten are looked for."""
    return tuple(fold(searched or "").replace("\0", "").split()[:10])


def insert_once(
    database: Database, connection: Connection, table: type[CallRow | CaseRow], values: Mapping[str, Any]
) -> int | None:
    """Insert a row and return its number, or None where one with its mark is there: the form was sent twice."""
    dialect = sqlite if database.file is not None else postgresql
    wanted = dialect.insert(table).values(dict(values)).on_conflict_do_nothing(index_elements=["mark"])
    made = connection.execute(wanted.returning(table.number)).scalar()
    return None if made is None else int(made)


def number_of_mark(
    connection: Connection, table: type[CallRow | CaseRow], mark: str, of_maker: ColumnElement[bool]
) -> int:
    """Return the number of the row that a form made before. Raises UsageError where somebody else made it."""
    found = connection.execute(select(table.number).where(table.mark == mark, of_maker)).scalar()
    if found is None:
        raise UsageError("the mark of the form belongs to somebody else")
    return int(found)
