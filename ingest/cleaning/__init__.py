"""Repair what loaders hand on: one file per repair, ``clean`` is the list of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ingest.blocks import MAX_SAMPLES, Block, LoadedFile
from ingest.cleaning.boilerplate import remove_boilerplate
from ingest.cleaning.captions import remove_captions
from ingest.cleaning.characters import clean_characters
from ingest.cleaning.compatibility import replace_compatibility
from ingest.cleaning.garble import find_garble
from ingest.cleaning.pinyin import remove_pinyin
from ingest.cleaning.placeholders import find_placeholders
from ingest.cleaning.repaired import Repaired, first_samples
from ingest.cleaning.titles import find_title
from rag.domain import Mark, MarkKind


@dataclass(frozen=True, slots=True)
class CleanedFile:
    """The document's own text and what was done to it.

    ``repairs`` counts changes by the name of the repair, zero counts left out; ``samples`` shows some of them. ``removed_lines`` are the page's
    lines that were taken out, in order; date and source are read from them. ``doubts`` are closed codes.
    """

    blocks: tuple[Block, ...]
    title: str | None
    metadata: Mapping[str, str]
    media_type: str
    repairs: Mapping[str, int]
    removed_lines: tuple[str, ...]
    doubts: tuple[str, ...]
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    unread_pages: tuple[int, ...] = ()


def find_marks(text: str) -> tuple[Mark, ...]:
    """Return the garbled and redacted stretches of a final text, in order; garbled wins where both are found."""
    garbled = tuple(find_garble(text))
    taken = {at for mark in garbled for at in range(mark.start, mark.end)}
    redacted = tuple(mark for mark in find_placeholders(text) if taken.isdisjoint(range(mark.start, mark.end)))
    return tuple(sorted((*garbled, *redacted), key=lambda mark: mark.start))


def _doubts(blocks: tuple[Block, ...], loaded: LoadedFile) -> tuple[str, ...]:
    kinds = {mark.kind for mark in find_marks("\n".join(block.text for block in blocks))}
    found = [kind.value for kind in MarkKind if kind in kinds]
    return tuple(dict.fromkeys((*loaded.doubts, *found)))


def clean(loaded: LoadedFile) -> CleanedFile:
    """Return a file with only the document's own text; its script, wording and order stay as they are."""
    repairs = Counter(loaded.repairs)
    samples = dict(loaded.samples)

    def note(name: str, repaired: Repaired) -> tuple[Block, ...]:
        repairs[name] += repaired.changes
        if repaired.samples:
            samples[name] = (*samples.get(name, ()), *repaired.samples)[:MAX_SAMPLES]
        return repaired.blocks

    blocks = note("characters", clean_characters(loaded.blocks))
    blocks = note("compatibility", replace_compatibility(blocks))
    blocks = note("pinyin", remove_pinyin(blocks))
    blocks, removed_lines = remove_boilerplate(blocks)
    blocks = note("boilerplate", Repaired(blocks, len(removed_lines), first_samples(removed_lines)))
    title = find_title(blocks, loaded.title)
    blocks = note("captions", remove_captions(blocks, title))
    return CleanedFile(
        blocks=blocks,
        title=title,
        metadata=loaded.metadata,
        media_type=loaded.media_type,
        repairs=MappingProxyType({name: count for name, count in sorted(repairs.items()) if count}),
        removed_lines=removed_lines,
        doubts=_doubts(blocks, loaded),
        samples=MappingProxyType(dict(sorted(samples.items()))),
        unread_pages=loaded.unread_pages,
    )
