"""Replace characters that only look different because of where they came from by the ordinary ones.

Full-width letters and digits of old input methods, radicals and compatibility ideographs that PDF fonts give for whole
characters, ligatures, and the letters of mathematics that posts use for bold type. A reader sees the same text
before and after. What carries meaning of its own stays: circled and Roman numbers, exponents, units in one
character (㎡), and the full-width punctuation of Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from ingest.blocks import Block
from ingest.cleaning.repaired import Repaired, change, first_samples, joined

_RADICALS_FROM = 0x2E80
_KEPT = "〓"
_RADICALS = (
    "〓厂乛乚乙亻冂〓刀刂卜㔾小小兀尣尢〓巳幺彑彐忄心扌攵〓旡日月歺母民氵氺灬爫爫丬牛犭王〓目示礻〓糹纟罓罒㓁冗〓羊〓〓耂肀聿肉〓艹艹艹虎衤覀西"
    "见角〓讠贝〓车辶辶辶邑钅長镸长门〓阝雨青韦页风飞食〓飠饣〓马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
"""The characters that the CJK Radicals Supplement (U+2E80-2EF3) stands for, after the ``Equivalent_Unified_Ideograph``
property of Unicode 14 (UAX 44), which normalisation does not use; 〓 where it names none or a bare component."""

_RANGES = (
    (0x2F00, 0x2FD5),  # Kangxi radicals
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFB00, 0xFB06),  # Latin ligatures
    (0xFE30, 0xFE4F),  # punctuation of vertical lines
    (0xFE50, 0xFE6B),  # small punctuation
    (0xFF10, 0xFF19),
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
    (0xFF61, 0xFF64),  # half-width punctuation
    (0x1D400, 0x1D7FF),  # mathematical letters
    (0x2F800, 0x2FA1D),  # more compatibility ideographs
)
_PRESENTATION = range(0xFE30, 0xFE6C)
_TO_FULL_WIDTH = 0xFEE0

_ANY = re.compile(f"[\u2e80-\u2ef3{''.join(f'{chr(first)}-{chr(last)}' for first, last in _RANGES)}]")
_INSIDE_FIGURE = re.compile(r"(?<=[0-9])[．](?=[0-9])|(?<=[A-Za-z0-9])[．＠](?=[A-Za-z0-9])")
"""Between letters and digits that were full-width, a full-width stop is a decimal point or part of an address."""


def _plain(code: int) -> str:
    character = chr(code)
    plain = unicodedata.normalize("NFKC", character)
    if code in _PRESENTATION:
        # Vertical and small forms are Chinese punctuation; NFKC would give the ASCII mark.
        if len(plain) > 1:
            return character
        return chr(ord(plain) + _TO_FULL_WIDTH) if "!" <= plain <= "~" else plain
    return plain


@cache
def _table() -> dict[int, str]:
    table = {_RADICALS_FROM + at: plain for at, plain in enumerate(_RADICALS) if plain != _KEPT}
    for first, last in _RANGES:
        for code in range(first, last + 1):
            plain = _plain(code)
            if plain != chr(code) and " " not in plain:
                table[code] = plain
    return table


def plain_text(text: str) -> tuple[str, int]:
    """Return a line in ordinary characters and how many were replaced."""
    table = _table()
    count = sum(ord(character) in table for character in _ANY.findall(text))
    if not count:
        return text, 0
    figures, more = _INSIDE_FIGURE.subn(lambda match: "." if match[0] == "．" else "@", text.translate(table))
    return figures, count + more


def replace_compatibility(blocks: Sequence[Block]) -> Repaired:
    """Return the blocks in ordinary characters and how many were replaced."""
    if not _ANY.search(joined(blocks)):
        return Repaired(tuple(blocks))
    changed: list[tuple[str, str]] = []
    total = 0

    def repaired() -> Iterator[Block]:
        nonlocal total
        for block in blocks:
            text, count = plain_text(block.text) if _ANY.search(block.text) else (block.text, 0)
            total += count
            if count:
                changed.append((block.text, text))
            yield replace(block, text=text) if count else block

    kept = tuple(repaired())
    return Repaired(kept, total, first_samples(change(before, after) for before, after in changed))
