"""Answers behind a link: whoever has the link can read them, and nobody can guess one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from rag.catalogue.engine import Database
from rag.catalogue.feedback import check_receipt_id, packed, unpacked
from rag.catalogue.records import SharedAnswer, utc_text
from rag.catalogue.schema import TOKEN_CHARS, SharedAnswerRow
from rag.errors import UnknownIdError

_TOKEN_BYTES = 18
"""144 bits, 24 characters: at a million guesses a second, the first hit among a million links takes 10^23 years."""


class SharedAnswers:
    """Shared answers by their token; kept for ``retention.shared_days``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, record: Mapping[str, Any], receipt_id: str, *, at: datetime | None = None) -> str:
        """Keep an answer and return the token of its link: letters, digits, ``-`` and ``_``.

        The same answer shared again keeps its token, and its time begins anew. ``at`` is now, if none is given.

        Raises:
            UsageError: the receipt's id is none.
            TypeError, ValueError: the record is no JSON; nothing was stored.
        """
        check_receipt_id(receipt_id)
        moment = utc_text(at)
        dialect = sqlite if self._database.file is not None else postgresql
        kept = dialect.insert(SharedAnswerRow).values(
            token=secrets.token_urlsafe(_TOKEN_BYTES), receipt_id=receipt_id, shared_at=moment, record=packed(record)
        )
        # In one statement, so that two who share at once get the same token.
        kept = kept.on_conflict_do_update(index_elements=["receipt_id"], set_={"shared_at": moment})
        with self._database.writing() as connection:
            return str(connection.execute(kept.returning(SharedAnswerRow.token)).scalar_one())

    def get(self, token: str) -> SharedAnswer:
        """Return a shared answer. Raises UnknownIdError where there is none, or none any more."""
        if len(token) <= TOKEN_CHARS and "\0" not in token and token.isascii():
            wanted = select(SharedAnswerRow.__table__).where(SharedAnswerRow.token == token)
            with self._database.reading() as connection:
                row = connection.execute(wanted).first()
            if row is not None:
                return SharedAnswer(row.receipt_id, row.shared_at, unpacked(row.record))
        raise UnknownIdError("no answer is shared under this token")
