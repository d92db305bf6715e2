"""Read plain text: each line that is not empty is a paragraph."""

from __future__ import annotations

from ingest.blocks import Block, BlockKind, LoadedFile
from ingest.loaders.encoding import decode

MEDIA_TYPE = "text/plain"


def load_text(name: str, data: bytes) -> LoadedFile:
    """Return the lines of a plain text file; ``name`` is used in error messages only.

    Raises:
        SourceError: the bytes are not text.
    """
    lines = (line.strip() for line in decode(name, data).splitlines())
    return LoadedFile(MEDIA_TYPE, tuple(Block(BlockKind.PARAGRAPH, line) for line in lines if line))
