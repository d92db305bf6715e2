"""Make words whole that were broken at the end of a line with a hyphen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.blocks import Block

BREAK = "\x02"
"""A hyphen at the end of a line, with what follows it joined on: PDFium's own mark, and ours for recognised text."""

_HALVES = re.compile(rf"([A-Za-z]*)[ \u00ad]*[{BREAK}\ufffe]\s*([A-Za-z]*)")
_COMPOUND = re.compile(r"[A-Za-z]+-[A-Za-z]+")


def joined_words(blocks: Sequence[Block]) -> tuple[list[Block], list[str]]:
    """Return blocks without break marks, and what was joined as ``infor- mation → information``.

    The hyphen goes only between small letters, and not where the text elsewhere writes the word with it, so that
    ``COVID-19``, ``2020-2030`` and ``well-known`` keep theirs.
    """
    compounds = {word.lower() for block in blocks for word in _COMPOUND.findall(block.text)}
    joined: list[str] = []

    def whole(match: re.Match[str]) -> str:
        first, second = match[1], match[2]
        if first[-1:].islower() and second[:1].islower() and f"{first}-{second}".lower() not in compounds:
            joined.append(f"{first}- {second} → {first}{second}")
            return first + second
        return f"{first}-{second}"

    return [
        replace(block, text=_HALVES.sub(whole, block.text)) if BREAK in block.text or "\ufffe" in block.text else block
        for block in blocks
    ], joined
