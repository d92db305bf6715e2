"""Remove characters that no reader sees, and make every kind of gap an ordinary space."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.blocks import Block
from ingest.cleaning.repaired import Repaired, first_samples, joined

_UNSEEN_CHARS = (
    "\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f"  # controls that are not white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u3164\uffa0"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width and bidirectional controls
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffc"  # variation selectors, byte order mark, annotation and object marks
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef"  # tag characters and more variation selectors
)
_ODD_SPACES = "\t\r\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_UNSEEN = re.compile(f"[{_UNSEEN_CHARS}]")
_GAP = re.compile(rf"[ \n{_ODD_SPACES}](?:(?<! )[ \n{_ODD_SPACES}]*|[ \n{_ODD_SPACES}]+)")
"""Any run of white space but one ordinary space."""
_ODD = re.compile(f"[{_UNSEEN_CHARS}{_ODD_SPACES}]")
_AROUND = 8
_SHOWN = re.compile(
    rf".{{0,{_AROUND}}}[{_UNSEEN_CHARS}]+.{{0,{_AROUND}}}|.{{0,{_AROUND}}}(?:  +|[{_ODD_SPACES}][ {_ODD_SPACES}]*).{{0,{_AROUND}}}"
)


def clean_text(text: str) -> tuple[str, int]:
    """Return one line without unseen characters, gaps collapsed to single spaces, and the number of changes."""
    seen, removed = _UNSEEN.subn("", text)
    spaced, narrowed = _GAP.subn(" ", seen)
    return spaced.strip(), removed + narrowed


def _is_clean(text: str, lines: int) -> bool:
    """Tell by plain searches, which cost little, whether a text of so many lines needs no change at all."""
    return (
        text.count("\n") == lines - 1
        and not text.startswith((" ", "\n"))
        and not text.endswith((" ", "\n"))
        and not any(gap in text for gap in ("  ", " \n", "\n ", "\n\n"))
        and _ODD.search(text) is None
    )


def _shown(text: str) -> str:
    """Return the first change of a line with its characters named by their code points."""
    spots = (odd.start() if (odd := _ODD.search(text)) else -1, text.find("  "))
    first = min((at for at in spots if at >= 0), default=0)
    match = _SHOWN.search(text, max(0, first - _AROUND))
    place = match[0] if match else text
    return _ODD.sub(lambda odd: f"<U+{ord(odd[0]):04X}>", place)


def clean_characters(blocks: Sequence[Block]) -> Repaired:
    """Return the blocks with clean text and the number of changes; a block left empty is dropped.

    Private-use and replacement characters stay: they stand for something that was lost, and are marked later.
    """
    if not blocks or _is_clean(joined(blocks), len(blocks)):
        return Repaired(tuple(blocks))
    kept: list[Block] = []
    changed: list[str] = []
    total = 0
    for block in blocks:
        if _is_clean(block.text, 1) and block.text:
            kept.append(block)
            continue
        text, changes = clean_text(block.text)
        total += changes
        if changes:
            changed.append(block.text)
        if text:
            kept.append(replace(block, text=text))
    # Text that was taken out says more to a reader of the report than a gap that was narrowed.
    changed.sort(key=lambda text: _UNSEEN.search(text) is None)
    return Repaired(tuple(kept), total, first_samples(map(_shown, changed)))
