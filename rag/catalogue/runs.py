"""What every run of the ingest did, with its whole report."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from rag.catalogue.engine import Database
from rag.catalogue.records import RunInfo, RunOutcome, RunReport, utc_text
from rag.catalogue.schema import ReportRow, RunRow
from rag.errors import UnknownIdError

KEPT_REPORTS = 1000
"""How many whole reports are kept. One of 10,000 files takes some 200 KB compressed."""

_LISTED = select(
    RunRow.run_id,
    RunRow.kind,
    RunRow.arguments,
    RunRow.started,
    RunRow.finished,
    RunRow.outcome,
    RunRow.generation,
    RunRow.counts,
)


class Runs:
    """The runs of one data folder, oldest to newest; their number is not limited, that of their reports is."""

    def __init__(self, database: Database, kept_reports: int = KEPT_REPORTS) -> None:
        self._database = database
        self._kept_reports = kept_reports

    def begin(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Note that a run begins and return its id, which sorts by time.

        To be called by the holder of the data folder's write lock: whatever is still unfinished then belongs to a
        process that is gone, and is marked as interrupted.
        """
        run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
        row = {"run_id": run_id, "kind": kind, "arguments": _to_json(arguments), "started": utc_text(), "counts": "{}"}
        with self._database.writing() as connection:
            gone = update(RunRow).where(RunRow.outcome.is_(None)).values(outcome=RunOutcome.INTERRUPTED.value)
            connection.execute(gone)
            connection.execute(insert(RunRow).values(row))
        return run_id

    def finish(
        self,
        run_id: str,
        outcome: RunOutcome,
        *,
        generation: str | None = None,
        report: Mapping[str, Any] | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Note how a run ended, with its report (JSON) and the few figures that a list shows.

        Raises:
            UnknownIdError: there is no such run, or it has ended before.
            ValueError, TypeError: the report is no JSON; nothing was stored.
        """
        packed = None if report is None else zlib.compress(_to_json(report).encode("ascii"))
        ended = {
            "outcome": outcome.value,
            "finished": utc_text(),
            "generation": generation,
            "counts": _to_json(counts or {}),
        }
        with self._database.writing() as connection:
            unfinished = select(RunRow.number).where(RunRow.run_id == run_id, RunRow.outcome.is_(None))
            number = connection.execute(unfinished).scalar()
            if number is None:
                raise UnknownIdError(f"no unfinished run {run_id!r}")
            connection.execute(update(RunRow).where(RunRow.number == number).values(ended))
            if packed is not None:
                connection.execute(insert(ReportRow).values(number=number, report=packed))
                self._drop_old_reports(connection)

    def latest(self, limit: int, *, after: int = 0) -> tuple[RunInfo, ...]:
        """Return the newest runs, newest first, without touching their reports; ``after`` as many newer ones."""
        with self._database.reading() as connection:
            rows = connection.execute(_LISTED.order_by(RunRow.number.desc()).limit(limit).offset(after)).all()
        return tuple(_info(row) for row in rows)

    def count(self) -> int:
        """Return how many runs there were."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(RunRow)).scalar_one())

    def that_made(self, generations: Collection[str]) -> tuple[RunInfo, ...]:
        """Return the runs that made or published one of these generations, newest first.

        A rollback publishes one again; one that was held back was made by a run that did not publish it.
        """
        outcomes = (RunOutcome.PUBLISHED.value, RunOutcome.HELD.value)
        wanted = _LISTED.where(RunRow.outcome.in_(outcomes), RunRow.generation.in_(sorted(generations)))
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(RunRow.number.desc())).all()
        return tuple(_info(row) for row in rows)

    def get(self, run_id: str) -> RunReport:
        """Return one run with its report.

        Raises:
            UnknownIdError: there is no such run.
        """
        wanted = _LISTED.add_columns(ReportRow.report).outerjoin(ReportRow, ReportRow.number == RunRow.number)
        with self._database.reading() as connection:
            row = connection.execute(wanted.where(RunRow.run_id == run_id)).first()
        if row is None:
            raise UnknownIdError(f"no run {run_id!r}")
        packed: bytes | None = row.report
        return RunReport(_info(row), None if packed is None else MappingProxyType(json.loads(zlib.decompress(packed))))

    def _drop_old_reports(self, connection: Connection) -> None:
        newest_to_go = select(ReportRow.number).order_by(ReportRow.number.desc()).offset(self._kept_reports).limit(1)
        number = connection.execute(newest_to_go).scalar()
        if number is not None:
            connection.execute(delete(ReportRow).where(ReportRow.number <= number))


def _to_json(values: Mapping[str, Any]) -> str:
    # ASCII: a name of a file may hold what no encoding takes (half a surrogate pair), and PostgreSQL takes no NUL.
    return json.dumps(dict(values), allow_nan=False)


def _info(row: Row[*tuple[Any, ...]]) -> RunInfo:
    return RunInfo(
        run_id=row.run_id,
        kind=row.kind,
        arguments=MappingProxyType(json.loads(row.arguments)),
        started=row.started,
        finished=row.finished,
        outcome=None if row.outcome is None else RunOutcome(row.outcome),
        generation=row.generation,
        counts=MappingProxyType(json.loads(row.counts)),
    )
