"""What readers say of answers: useful or not, why, and in their own words, kept with the whole answer."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.dialects import postgresql, sqlite

from rag.catalogue.engine import Database
from rag.catalogue.records import MAX_COMMENT_CHARS, FeedbackCounts, FeedbackGiven, FeedbackReason, utc_text
from rag.catalogue.schema import RECEIPT_ID_CHARS, FeedbackRow
from rag.errors import UsageError
from rag.personal_data import mask


class Feedback:
    """Feedback by the answer it is about; kept for ``retention.feedback_days``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self,
        receipt_id: str,
        record: Mapping[str, Any],
        *,
        useful: bool,
        reason: FeedbackReason | None = None,
        comment: str | None = None,
        generation: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Keep what a reader says of an answer, in the place of what was said of it before.

        Personal numbers in the comment are masked first. ``at`` (now, if none is given) says its time zone.

        Raises:
            UsageError: the comment is longer than :data:`~rag.catalogue.records.MAX_COMMENT_CHARS`, or the receipt's id is none.
            TypeError, ValueError: the record is no JSON; nothing was stored.
        """
        check_receipt_id(receipt_id)
        values = {
            "receipt_id": receipt_id,
            "given_at": utc_text(at),
            "useful": useful,
            "reason": reason and reason.value,
            "comment": _checked_comment(comment),
            "generation": generation,
            "record": packed(record),
        }
        changed = {name: value for name, value in values.items() if name != "receipt_id"}
        dialect = sqlite if self._database.file is not None else postgresql
        # One statement: of two windows that send at once the later one holds, and none fails.
        kept = dialect.insert(FeedbackRow).values(values)
        with self._database.writing() as connection:
            connection.execute(kept.on_conflict_do_update(index_elements=["receipt_id"], set_=changed))

    def latest(
        self, limit: int, *, useful: bool | None = None, reason: FeedbackReason | None = None, after: int = 0
    ) -> tuple[FeedbackGiven, ...]:
        """Return the newest feedback, newest first; only the useful or the useless, or that with one reason.

        ``after`` as many newer ones that fit.
        """
        wanted = select(FeedbackRow.__table__).order_by(FeedbackRow.given_at.desc(), FeedbackRow.number.desc())
        if useful is not None:
            wanted = wanted.where(FeedbackRow.useful.is_(useful))
        if reason is not None:
            wanted = wanted.where(FeedbackRow.reason == reason.value)
        with self._database.reading() as connection:
            return tuple(_given(row) for row in connection.execute(wanted.limit(limit).offset(after)))

    def counts(
        self, since: datetime | None = None, *, verdict: bool | None = None, reason: FeedbackReason | None = None
    ) -> FeedbackCounts:
        """Return how many readers said what: all, those ``since`` a moment that says its time zone, those of one kind.

        ``verdict`` is whether the answer was useful.
        """
        count = func.count()
        fits = [FeedbackRow.given_at >= utc_text(since)] if since is not None else []
        fits += [FeedbackRow.useful.is_(verdict)] if verdict is not None else []
        fits += [FeedbackRow.reason == reason.value] if reason is not None else []
        by_use = select(FeedbackRow.useful, count).where(*fits).group_by(FeedbackRow.useful)
        by_reason = select(FeedbackRow.reason, count).where(FeedbackRow.reason.is_not(None), *fits)
        by_reason = by_reason.group_by(FeedbackRow.reason).order_by(count.desc(), FeedbackRow.reason)
        with self._database.reading() as connection:
            uses = {bool(useful): number for useful, number in connection.execute(by_use)}
            reasons = {FeedbackReason(str(name)): number for name, number in connection.execute(by_reason)}
        return FeedbackCounts(uses.get(True, 0), uses.get(False, 0), MappingProxyType(reasons))


def packed(record: Mapping[str, Any]) -> bytes:
    """Return a record as it is stored. Raises TypeError or ValueError where it is no JSON."""
    return zlib.compress(json.dumps(dict(record), allow_nan=False).encode("ascii"))


def unpacked(stored: bytes) -> Mapping[str, Any]:
    """Return a record that was stored."""
    return MappingProxyType(json.loads(zlib.decompress(stored)))


def check_receipt_id(receipt_id: str) -> None:
    """Raise UsageError where this cannot be the id of a receipt."""
    if len(receipt_id) != RECEIPT_ID_CHARS or not all(character in "0123456789abcdef" for character in receipt_id):
        raise UsageError(f"{receipt_id[:40]!r} is no id of a receipt")


def _checked_comment(comment: str | None) -> str | None:
    if comment is None or not comment.strip():
        return None
    if len(comment) > MAX_COMMENT_CHARS:
        raise UsageError(f"the comment has {len(comment)} characters, allowed are {MAX_COMMENT_CHARS}")
    # PostgreSQL takes no NUL, and no encoding takes half a pair of surrogates.
    plain = comment.strip().replace("\0", "").encode("utf-8", "replace").decode()
    return mask(plain).text


def _given(row: Row[*tuple[Any, ...]]) -> FeedbackGiven:
    return FeedbackGiven(
        receipt_id=row.receipt_id,
        given_at=row.given_at,
        useful=row.useful,
        reason=FeedbackReason(row.reason) if row.reason is not None else None,
        comment=row.comment,
        generation=row.generation,
        record=unpacked(row.record),
    )
