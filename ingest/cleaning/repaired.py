"""What every repair returns, and how a change is shown in a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from ingest.blocks import MAX_SAMPLES, Block, sample

_CONTEXT_CHARS = 6


class Repaired(NamedTuple):
    """The blocks after a repair, how many changes it made, and the first of them in readable form."""

    blocks: tuple[Block, ...]
    changes: int = 0
    samples: tuple[str, ...] = ()


def joined(blocks: Sequence[Block]) -> str:
    """Return the blocks' lines as one text, so that one search can tell that a repair has nothing to do."""
    return "\n".join(block.text for block in blocks)


def first_samples(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the first distinct texts, each short enough to be shown."""
    return tuple(islice(dict.fromkeys(map(sample, texts)), MAX_SAMPLES))


def change(before: str, after: str) -> str:
    """Return ``before → after`` for the place where two versions of a line differ, with a little around it."""
    start = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), 0)
    start = max(0, start - _CONTEXT_CHARS)
    end = 0
    longest = min(len(before), len(after)) - start
    while end < longest and before[-1 - end] == after[-1 - end]:
        end += 1
    keep = max(0, end - _CONTEXT_CHARS)
    return f"{before[start : len(before) - keep]} → {after[start : len(after) - keep]}"
