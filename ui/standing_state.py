"""How things stand for the reader of one request: set once by ``ui.standing``, read wherever a page is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from rag.settings import BannerSettings


@dataclass(frozen=True, slots=True)
class Stand:
    """How things stand for the reader of one request."""

    banner: BannerSettings
    closed: bool = False
    """No question of a resident is answered."""
    shown_anyway: bool = False
    """It is closed, and the page is shown all the same, because whoever asks for it works here."""


_NOW: ContextVar[Stand] = ContextVar("stand", default=Stand(BannerSettings()))  # noqa: B039 frozen


def stand_now() -> Stand:
    """Return how things stand for the request that is being answered."""
    return _NOW.get()


@contextmanager
def standing_at(stand: Stand) -> Iterator[None]:
    """Let things stand so inside the block."""
    token = _NOW.set(stand)
    try:
        yield
    finally:
        _NOW.reset(token)
