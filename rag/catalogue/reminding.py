"""Give people tasks when a day comes, once for that day: who says that it is done is not asked again for the same day."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from rag.catalogue.engine import Database
from rag.catalogue.schema_approved import TaskRow
from rag.catalogue.tasks import add_task


def remind(database: Database, kind: str, due: Collection[tuple[str, str, str]]) -> int:
    """Give a task for each (object, owner, day it was due) that has none since that day; return how many were given."""
    if not due:
        return 0
    newest = (
        select(TaskRow.object, func.max(TaskRow.created))
        .where(TaskRow.kind == kind, TaskRow.object.in_([object_ for object_, _, _ in due]))
        .group_by(TaskRow.object)
    )
    with database.reading() as connection:
        reminded = {str(object_): str(created) for object_, created in connection.execute(newest)}
    missing = [(object_, owner) for object_, owner, day in due if reminded.get(object_, "") < day]
    if missing:
        with database.writing() as connection:
            for object_, owner in missing:
                add_task(connection, kind, owner, object_)
    return len(missing)
