"""Read the tables of words that ship in ``rag/data``: lines of words, lines that begin with ``#`` are remarks."""

from __future__ import annotations

from importlib.resources import files


def table_lines(name: str) -> list[str]:
    """Return the lines of a table, empty ones and remarks left out."""
    text = files("rag").joinpath("data", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def table_words(name: str) -> list[str]:
    """Return the words of a table, in order."""
    return [word for line in table_lines(name) for word in line.split()]
