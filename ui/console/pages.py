"""Cut a long list into pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")


def page_of(rows: Sequence[Row], page: int, size: int) -> tuple[Sequence[Row], int, int]:
    """Return the rows of a page, counted from 1, its number, and how many pages there are.

    A page that is not there is the nearest one.
    """
    pages = pages_of(len(rows), size)
    page = min(max(page, 1), pages)
    return rows[(page - 1) * size : page * size], page, pages


def pages_of(count: int, size: int) -> int:
    """Return how many pages so many rows fill; an empty list has one page."""
    return max(1, -(-count // size))
