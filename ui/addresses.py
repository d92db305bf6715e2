"""Write addresses of this site: a path with the prefix that the site is served under, if any.

A reverse proxy may serve the site below a path (``https://bureau.example/policy/``). The prefix is set once per request
by ``ui.prefix`` and read wherever a link is written, so that no renderer has to carry it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_PREFIX: ContextVar[str] = ContextVar("site_prefix", default="")


def at(path: str) -> str:
    """Return the address of a path of this site, ``/documents/…``, with the prefix before it."""
    return _PREFIX.get() + path


def site_prefix() -> str:
    """Return the prefix itself: ``""``, or ``/policy`` without a slash at its end."""
    return _PREFIX.get()


@contextmanager
def served_under(prefix: str) -> Iterator[None]:
    """Write addresses with this prefix inside the block."""
    token = _PREFIX.set(prefix)
    try:
        yield
    finally:
        _PREFIX.reset(token)
