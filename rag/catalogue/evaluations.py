"""The history of evaluations: what was measured, with which settings, and what came of each question."""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, insert, select

from rag.catalogue.engine import Database
from rag.catalogue.records import EvaluationInfo, EvaluationRecord, utc_text
from rag.catalogue.schema import MAX_NAME_CHARS, EvaluationRow
from rag.errors import UnknownIdError, UsageError

_LISTED = select(
    EvaluationRow.evaluation_id,
    EvaluationRow.made_at,
    EvaluationRow.label,
    EvaluationRow.set_name,
    EvaluationRow.set_digest,
    EvaluationRow.settings_digest,
    EvaluationRow.settings,
    EvaluationRow.model,
    EvaluationRow.figures,
    EvaluationRow.generation,
)


class Evaluations:
    """The evaluations of one data folder. People start them one by one, so all of them are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        set_name: str,
        set_digest: str,
        settings: Mapping[str, Any],
        model: str,
        figures: Mapping[str, Any],
        questions: Mapping[str, Mapping[str, Any]],
        label: str | None = None,
        generation: str | None = None,
    ) -> str:
        """Keep one evaluation and return its id, which sorts by time.

        Raises:
            UsageError: the label or the set's name cannot be stored.
            ValueError, TypeError: settings, figures or questions are no JSON; nothing was stored.
        """
        check_label(label)
        kept = json.dumps(dict(settings), allow_nan=False, sort_keys=True)  # the same settings, the same digest
        evaluation_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
        row = {
            "evaluation_id": evaluation_id,
            "made_at": utc_text(),
            "label": label,
            # A folder's name may hold what no encoding takes, and PostgreSQL takes no NUL.
            "set_name": set_name.encode("utf-8", "replace").decode().replace("\0", "?")[:MAX_NAME_CHARS],
            "set_digest": set_digest,
            "settings_digest": hashlib.sha256(kept.encode("ascii")).hexdigest(),
            "settings": kept,
            "model": model,
            "figures": _to_json(figures),
            "questions": zlib.compress(_to_json(questions).encode("ascii")),
            "generation": generation,
        }
        with self._database.writing() as connection:
            connection.execute(insert(EvaluationRow).values(row))
        return evaluation_id

    def latest(
        self,
        limit: int,
        *,
        set_name: str | None = None,
        set_digest: str | None = None,
        generation: str | None = None,
        after: int = 0,
    ) -> tuple[EvaluationInfo, ...]:
        """Return the newest evaluations, newest first: of one set or generation where one is named.

        ``after`` as many newer ones.
        """
        wanted = _LISTED.order_by(EvaluationRow.number.desc()).limit(limit).offset(after)
        if set_name is not None:
            wanted = wanted.where(EvaluationRow.set_name == set_name)
        if set_digest is not None:
            wanted = wanted.where(EvaluationRow.set_digest == set_digest)
        if generation is not None:
            wanted = wanted.where(EvaluationRow.generation == generation)
        with self._database.reading() as connection:
            return tuple(_info(row) for row in connection.execute(wanted))

    def get(self, name: str) -> EvaluationRecord:
        """Return the evaluation with this id, else the newest with this label, else the only one whose id begins so.

        Raises:
            UnknownIdError: there is none, or several ids begin so.
        """
        wanted = _LISTED.add_columns(EvaluationRow.questions).order_by(EvaluationRow.number.desc())
        with self._database.reading() as connection:
            for condition in (EvaluationRow.evaluation_id == name, EvaluationRow.label == name):
                row = connection.execute(wanted.where(condition)).first()
                if row is not None:
                    return _record(row)
            begun = EvaluationRow.evaluation_id.startswith(name, autoescape=True)
            rows = connection.execute(wanted.where(begun).limit(2)).all() if name else []
        if len(rows) != 1:
            raise UnknownIdError(f"{'several evaluations begin with' if rows else 'no evaluation'} {name!r}")
        return _record(rows[0])


def check_label(label: str | None) -> None:
    """Raise UsageError where a label cannot be stored."""
    if label is None:
        return
    if not label.strip() or len(label) > MAX_NAME_CHARS:
        raise UsageError(f"a label has 1 to {MAX_NAME_CHARS} characters, this one has {len(label)}")
    if "\0" in label or any("\ud800" <= character <= "\udfff" for character in label):
        raise UsageError(f"the label holds characters that cannot be stored: {label!r}")


def _to_json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), allow_nan=False)


def _info(row: Row[*tuple[Any, ...]]) -> EvaluationInfo:
    return EvaluationInfo(
        evaluation_id=row.evaluation_id,
        made_at=row.made_at,
        label=row.label,
        set_name=row.set_name,
        set_digest=row.set_digest,
        settings_digest=row.settings_digest,
        settings=MappingProxyType(json.loads(row.settings)),
        model=row.model,
        figures=MappingProxyType(json.loads(row.figures)),
        generation=row.generation,
    )


def _record(row: Row[*tuple[Any, ...]]) -> EvaluationRecord:
    return EvaluationRecord(_info(row), MappingProxyType(json.loads(zlib.decompress(row.questions))))
