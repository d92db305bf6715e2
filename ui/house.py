"""What outlives an application: when settings change, a new one is built and these are handed on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from rag.settings import Settings
from ui.console.work import Work
from ui.standing import Standing


@dataclass(frozen=True, slots=True)
class Applied:
    """How far the server is with changed settings."""

    number: int
    """The newest change that it has looked at."""
    problem: str | None = None
    """Why what it serves with is not what the settings say; None where it is."""


class Following(Protocol):
    """Puts changed settings in place while it serves."""

    def applied(self) -> Applied:
        """Return how far it is."""
        ...

    async def arrive(self, number: int, seconds: float) -> None:
        """Look now, and wait until this change was looked at, at most so long."""
        ...


@dataclass(frozen=True)
class House:
    """The file's settings, what holds at once, what is under way; ``following`` is None where nothing is replaced."""

    configured: Settings
    standing: Standing
    work: Work = field(default_factory=Work)
    following: Following | None = None
