"""Write a generation's lexical indexes, in a second process while the first one writes the vectors.

Segmenting holds Python's lock as Chroma does, so threads would wait for each other.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.generation import Progress
from rag.lexical import LexicalIndex, LexicalWriter
from rag.term_counts import Vocabularies
from rag.tokenizing import terms

_WORTH_A_PROCESS = 2000
"""New documents; a process needs a second to begin, and reads some thousand documents in it."""


@dataclass(frozen=True, slots=True)
class LexicalBuild:
    """Where the indexes go, their BM25 constants, and the parent's indexes that kept units are taken from."""

    folder: Path
    k1: float
    b: float
    before: Path | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A document: its title and, for each chunk, its place in the parent's index, its headings and its text.

    A place is None where the parent does not have it. Where the whole document stays, no text is needed.
    """

    title: str
    kept: int | None
    chunks: tuple[tuple[int | None, str, str], ...]


@contextmanager
def lexical_build(build: LexicalBuild, units: Sequence[Unit], progress: Progress) -> Iterator[None]:
    """Write the indexes while the block runs; they are complete when it is left.

    Raises:
        IndexDamagedError: the parent's indexes cannot be read.
        OSError: a file cannot be written.
    """
    fresh = sum(unit.kept is None for unit in units)
    if fresh < _WORTH_A_PROCESS or (os.cpu_count() or 1) < 2:
        yield
        write_indexes(build, units, progress)
        return
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        writing = pool.submit(write_indexes, build, units)
        yield
        try:
            writing.result()
        except BrokenProcessPool:
            # A program without an importable main module cannot have such children.
            write_indexes(build, units)
        progress("index", len(units), len(units))


def _no_progress(stage: str, done: int, total: int) -> None:
    """Show nothing: another process would not see it."""


def write_indexes(build: LexicalBuild, units: Sequence[Unit], progress: Progress = _no_progress) -> None:
    """Write the index of chunks and the index of documents, in the order of ``units``."""
    before = {name: LexicalIndex(build.before / name) for name in ("chunks", "documents")} if build.before else {}
    # Without a parent both indexes number terms alike, so that a text is numbered once.
    shared = None if before else Vocabularies()
    vocabularies = {name: shared or Vocabularies(before[name].vocabulary()) for name in ("chunks", "documents")}
    writers = {name: LexicalWriter(vocabularies[name]) for name in ("chunks", "documents")}
    for n, unit in enumerate(units, start=1):
        body = []
        for kept, heading, text in unit.chunks:
            if unit.kept is None:
                found = terms(text)
                numbers = vocabularies["chunks"].numbers(found)
                body.append(numbers if shared else vocabularies["documents"].numbers(found))
            if kept is None:
                writers["chunks"].add_numbers([vocabularies["chunks"].numbers(terms(heading)), numbers])
            else:
                writers["chunks"].keep(kept)
        if unit.kept is None:
            writers["documents"].add_numbers([vocabularies["documents"].numbers(terms(unit.title)), *body])
        else:
            writers["documents"].keep(unit.kept)
        progress("index", n, len(units))
    for name, writer in writers.items():
        (build.folder / name).mkdir(parents=True, exist_ok=True)
        writer.save(build.folder / name, build.k1, build.b, before.get(name))
