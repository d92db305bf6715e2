"""What the language model took, day by day: the count that the daily cap is held against."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from rag.catalogue.engine import Database
from rag.catalogue.records import UsageDay
from rag.catalogue.schema import MAX_NAME_CHARS, UsageRow
from rag.domain import ModelUsage

_MILLIONTHS = 1_000_000
"""Costs are kept as whole millionths of the currency: sums of many small floats would drift."""
_USAGE_LOCK = 0x706F6C64
"""Any number will do that no other lock of the program has."""


class Usage:
    """Tokens and cost by day, model and currency. Rows are few and kept for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(
        self, day: date, most: ModelUsage, currency: str, daily_tokens: int | None, daily_cost: float | None
    ) -> bool:
        """Count one call with the most that it can take; False, and nothing is counted, where that passes a cap.

        The cap on tokens is held over all models, that on cost over those in the same currency.
        """
        cost = _millionths(most.cost)
        with self._database.writing() as connection:
            self._hold(connection)
            tokens_of_day, cost_of_day = _sums(connection, day, currency)
            if daily_tokens is not None and tokens_of_day + _tokens(most) > daily_tokens:
                return False
            if daily_cost is not None and cost_of_day + cost > _millionths(daily_cost):
                return False
            _add(connection, day, most, currency, calls=1)
        return True

    def settle(self, day: date, most: ModelUsage, taken: ModelUsage, currency: str, *, failed: bool) -> None:
        """Put what a call took in the place of what was reserved for it."""
        with self._database.writing() as connection:
            self._hold(connection)
            _add(connection, day, taken, currency, failed=failed, estimated=taken.estimated, instead_of=most)

    def of_day(self, day: date, currency: str) -> tuple[int, float]:
        """Return the tokens of a day, and its cost in ``currency``, what is still reserved included."""
        with self._database.reading() as connection:
            tokens, cost = _sums(connection, day, currency)
        return tokens, cost / _MILLIONTHS

    def days(self, limit: int) -> tuple[UsageDay, ...]:
        """Return the newest ``limit`` days on which a model was asked, newest first, one entry for each model."""
        newest = select(UsageRow.day).distinct().order_by(UsageRow.day.desc()).limit(limit)
        wanted = select(UsageRow.__table__).where(UsageRow.day.in_(newest))
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        # Databases differ in how they sort words, so that is done here.
        named = sorted(rows, key=lambda row: (row.model, row.currency))
        return tuple(_day(row) for row in sorted(named, key=lambda row: row.day, reverse=True))

    def _hold(self, connection: Connection) -> None:
        """Let no other process count at the same time; SQLite has one writer anyway."""
        if self._database.file is None:
            connection.execute(select(func.pg_advisory_xact_lock(_USAGE_LOCK)))


def _add(
    connection: Connection,
    day: date,
    usage: ModelUsage,
    currency: str,
    *,
    calls: int = 0,
    failed: bool = False,
    estimated: bool = False,
    instead_of: ModelUsage | None = None,
) -> None:
    key = {"day": day.isoformat(), "model": usage.model[:MAX_NAME_CHARS], "currency": currency}
    more = {
        "calls": calls,
        "failed": int(failed),
        "estimated": int(estimated),
        "prompt_tokens": usage.prompt_tokens - (instead_of.prompt_tokens if instead_of else 0),
        "completion_tokens": usage.completion_tokens - (instead_of.completion_tokens if instead_of else 0),
        "cost_millionths": _millionths(usage.cost) - (_millionths(instead_of.cost) if instead_of else 0),
    }
    columns = UsageRow.__table__.columns
    here = [columns[name] == value for name, value in key.items()]
    values = {name: columns[name] + value for name, value in more.items()}
    if not connection.execute(update(UsageRow).where(*here).values(values)).rowcount:
        connection.execute(insert(UsageRow).values(key | more))


def _sums(connection: Connection, day: date, currency: str) -> tuple[int, int]:
    of_day = UsageRow.day == day.isoformat()
    tokens = select(func.sum(UsageRow.prompt_tokens + UsageRow.completion_tokens)).where(of_day)
    cost = select(func.sum(UsageRow.cost_millionths)).where(of_day, UsageRow.currency == currency)
    return int(connection.execute(tokens).scalar() or 0), int(connection.execute(cost).scalar() or 0)


def _tokens(usage: ModelUsage) -> int:
    return usage.prompt_tokens + usage.completion_tokens


def _millionths(cost: float | None) -> int:
    return round((cost or 0.0) * _MILLIONTHS)


def _day(row: Row[*tuple[Any, ...]]) -> UsageDay:
    return UsageDay(
        day=row.day,
        model=row.model,
        currency=row.currency,
        calls=row.calls,
        failed=row.failed,
        estimated=row.estimated,
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        cost=row.cost_millionths / _MILLIONTHS,
    )
