"""Read facts out of a few invented lines, as the tests of metadata do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ingest.blocks import Block, BlockKind, LoadedFile
from ingest.metadata import Metadata, extract_metadata
from rag.regions import Gazetteer

TODAY = date(2026, 3, 1)
PROSE = "为了让居民就近得到服务，现将有关事项通知如下，请各单位结合实际认真落实，并及时反馈工作中遇到的问题。"


def read(
    gazetteer: Gazetteer,
    *lines: str,
    removed: Sequence[str] = (),
    source: str = "page.txt",
    media_type: str = "text/plain",
    title: str | None = None,
    property_title: str | None = None,
    **metadata: str,
) -> Metadata:
    """Return the facts of a file of these lines; ``property_title`` is the title among the properties of an office file."""
    if property_title is not None:
        metadata["title"] = property_title
    blocks = tuple(Block(BlockKind.PARAGRAPH, line) for line in lines)
    loaded = LoadedFile(media_type, blocks, title=title, metadata=metadata)
    return extract_metadata(loaded, blocks, removed, source, gazetteer, TODAY)
