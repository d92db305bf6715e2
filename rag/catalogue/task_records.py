"""What the catalogue knows of a task: plain facts, on the standard library alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """Something that somebody has to look at. Times are UTC, ISO 8601, to the second."""

    number: int
    kind: str
    """A closed code, such as ``approval_withdrawn``; ``staff.task.kind.<kind>`` in the words."""
    owner: str
    """The name of the account that has to look."""
    object_: str
    """What it is about, as the audit log names it: ``approved answer 3``."""
    note: str
    """What happened, for whoever looks: codes and names, no personal data."""
    created: str
    done_at: str | None = None
    done_by: str | None = None
    outcome: str = ""
    """What whoever did it said of it."""
