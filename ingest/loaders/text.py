"""Read plain text: each line that is not empty is a paragraph."""

from __future__ import annotations

from ingest.blocks import Block, BlockKind, LoadedFile
from ingest.loaders.encoding import decoded

MEDIA_TYPE = "text/plain"


def load_text(name: str, data: bytes) -> LoadedFile:
    """Return the lines of a plain text file; ``name`` is used in error messages only.

    Raises:
        SourceError: the bytes are not text.
    """
    read = decoded(name, data)
    lines = (line.strip() for line in read.text.splitlines())
    blocks = tuple(Block(BlockKind.PARAGRAPH, line) for line in lines if line)
    return LoadedFile(MEDIA_TYPE, blocks, repairs=read.repairs, samples=read.samples)
