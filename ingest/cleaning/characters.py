"""Remove characters that no reader sees, and make every kind of gap an ordinary space."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.blocks import Block

_UNSEEN = re.compile(
    "["
    "\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f"  # controls that are not white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u3164\uffa0"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width and bidirectional controls
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffc"  # variation selectors, byte order mark, annotation and object marks
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef"  # tag characters and more variation selectors
    "]"
)
_GAP = re.compile(r"[\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def clean_text(text: str) -> tuple[str, int]:
    """Return one line without unseen characters, gaps collapsed to single spaces, and the number of changes."""
    seen, removed = _UNSEEN.subn("", text)
    changed = 0

    def gap(match: re.Match[str]) -> str:
        nonlocal changed
        changed += match[0] != " "
        return " "

    spaced = _GAP.sub(gap, seen)
    return spaced.strip(), removed + changed


def clean_characters(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], int]:
    """Return the blocks with clean text and the number of changes; a block left empty is dropped.

    Private-use and replacement characters stay: they stand for something that was lost, and are marked later.
    """
    kept: list[Block] = []
    total = 0
    for block in blocks:
        text, changes = clean_text(block.text)
        total += changes
        if text == block.text:
            kept.append(block)
        elif text:
            kept.append(replace(block, text=text))
    return tuple(kept), total
