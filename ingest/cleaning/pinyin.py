"""Take out pinyin that a converter pushed into the text behind single characters: ``進(jìn)`` becomes ``進``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from ingest.blocks import Block
from ingest.cleaning.repaired import Repaired, first_samples, joined
from rag.folding import simplify

_ANNOTATION = re.compile(
    r"(?<=([\u3400-\u9fff\uf900-\ufaff]))[(（]\s?([a-zA-ZüÜêÊ\u00c0-\u01dc\u0300-\u030cɡ]{1,8})\s?[)）]"
)
_TONED = re.compile("[\u00c0-\u01dc\u0300-\u030c]")
"""A document without any such letter holds no toned syllable, so nothing else has to be looked at."""
_TONES = {"\u0304", "\u0301", "\u030c", "\u0300"}


def _letters(syllable: str) -> tuple[str, bool]:
    """Return a syllable without its tone mark, ``ü`` written ``v``, and whether it had one."""
    plain: list[str] = []
    toned = False
    for character in unicodedata.normalize("NFD", syllable.lower().replace("ɡ", "g")):
        if character in _TONES:
            toned = True
        elif character == "\u0308":
            plain[-1] = "v"
        elif character != "\u0302":
            plain.append(character)
    return "".join(plain), toned


@cache
def _readings(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    found: set[str] = set()
    for form in {character, simplify(character)}:
        for reading in pinyin(form, style=Style.NORMAL, heteronym=True, errors="ignore"):
            found.update(_letters(syllable)[0] for syllable in reading)
    return frozenset(found)


def _has_toned(text: str) -> bool:
    for match in _ANNOTATION.finditer(text):
        letters, toned = _letters(match[2])
        if toned and letters in _readings(match[1]):
            return True
    return False


def remove_pinyin(blocks: Sequence[Block]) -> Repaired:
    """Return the blocks without injected annotations and how many there were.

    An annotation is one syllable in parentheses that is a reading of the character before it. Tone marks make it
    certain. Without any, ``甲(jia)`` could be meant, so those go only where the document has toned ones as well.
    """
    if not _TONED.search(joined(blocks)) or not any(_has_toned(block.text) for block in blocks):
        return Repaired(tuple(blocks))
    taken: list[str] = []

    def take_out(match: re.Match[str]) -> str:
        if _letters(match[2])[0] in _readings(match[1]):
            taken.append(f"{match[1]}{match[0]} → {match[1]}")
            return ""
        return match[0]

    cleaned = []
    for block in blocks:
        text = _ANNOTATION.sub(take_out, block.text)
        cleaned.append(block if text == block.text else replace(block, text=text))
    return Repaired(tuple(cleaned), len(taken), first_samples(taken))
