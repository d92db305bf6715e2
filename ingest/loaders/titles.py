"""Judge the title that a file names in its metadata against what stands on the page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.blocks import Block, BlockKind
from rag.folding import fold

_SITE_SEPARATOR = re.compile(r"\s*(?:[_|｜]|\s[-–—]+\s|--+|——|\s*»\s*)\s*")
_LOOK_AT = 25
_MIN_CHARS = 6


def _key(text: str) -> str:
    return re.sub(r"\s+", "", fold(text))


def without_site_name(named: str, blocks: Sequence[Block]) -> str | None:
    """Return a page's title without the name of the site that many pages append (``title_site``).

    A heading or line of the page that the title begins with is the title; else the part before the separator.
    """
    named = " ".join(named.split())
    if not named:
        return None
    wanted = _key(named)
    for block in blocks[:_LOOK_AT]:
        line = _key(block.text)
        rest = wanted.removeprefix(line)
        if len(line) >= _MIN_CHARS and rest != wanted and (not rest or rest[0] in "-_|·"):
            return block.text
    first = _SITE_SEPARATOR.split(named)[0].strip()
    return first if len(first) >= _MIN_CHARS else named


def confirmed_title(named: str | None, blocks: Sequence[Block]) -> str | None:
    """Return a title from file properties only if the opening of the text repeats it.

    Word processors keep the title of the template or of the first document that a file was made from.
    """
    if not named or len(named.strip()) < 4:
        return None
    candidate = without_site_name(named, blocks)
    opening = _key("".join(block.text for block in blocks[:_LOOK_AT] if block.kind is not BlockKind.TABLE_ROW))
    if candidate is None or _key(candidate) not in opening[:400]:
        return None
    return candidate
