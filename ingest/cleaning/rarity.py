"""Sort characters by how ordinary they are in Chinese prose, from the structure of the national character set.

GB 2312-80 puts the 3,755 most used characters into rows 16-55 (level 1) and 3,008 less used ones into rows 56-87
(level 2); what it lacks is rare in modern text. Traditional characters are judged by their simplified form. Text
decoded with a wrong encoding falls mostly outside level 1, which is what makes the classes useful.
"""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
import numpy.typing as npt

from rag.folding import codes_of, simplify

COMMON = "c"
UNCOMMON = "u"
RARE = "r"
PUNCTUATION = "p"
ASCII = "a"
LATIN = "l"
FOREIGN = "f"
PRIVATE = "v"
BROKEN = "x"
OTHER = "o"

_FOREIGN_RANGES = (
    (0x0400, 0x04FF),  # Cyrillic
    (0x3041, 0x3096),
    (0x30A1, 0x30FA),
    (0x3105, 0x312F),  # Bopomofo
    (0xFF66, 0xFF9F),  # half-width katakana
)
"""Scripts that wrong decodings of Chinese produce; the scripts of China's minorities are not among them."""

_SYMBOLS_IN_PROSE = frozenset("\u00a0°±×÷·§µ²³¹½¼¾©®«»¥£¢ªº¬¶")
"""Latin-1 characters that policy texts use on purpose."""


def _hanzi_class(character: str) -> str:
    try:
        encoded = simplify(character).encode("gb2312")
    except UnicodeEncodeError:
        return RARE
    return COMMON if encoded[0] < 0xD8 else UNCOMMON


def _class_of(code: int) -> str:  # noqa: PLR0911 - a decision list reads best flat
    character = chr(code)
    if code < 0x80:
        return ASCII
    if code == 0xFFFD:
        return BROKEN
    if 0xE000 <= code <= 0xF8FF or code >= 0xF0000:
        return PRIVATE
    if 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF:
        return _hanzi_class(character)
    if code < 0x0250:
        return PUNCTUATION if character in _SYMBOLS_IN_PROSE else LATIN
    if any(first <= code <= last for first, last in _FOREIGN_RANGES):
        return FOREIGN
    if 0x2000 <= code <= 0x206F or 0x3000 <= code <= 0x303F or 0xFF00 <= code <= 0xFFEF or 0x2460 <= code <= 0x24FF:
        return PUNCTUATION
    return OTHER


@cache
def _known_classes() -> npt.NDArray[np.uint8]:
    """Return the class letter of every code point met so far, 0 for the others; filled in as texts are read."""
    return np.zeros(sys.maxunicode + 1, dtype=np.uint8)


def classes_of(text: str) -> str:
    """Return one class letter for each character of ``text``, in order."""
    known = _known_classes()
    codes = codes_of(text)
    classes = known[codes]
    if not classes.all():
        for code in np.unique(codes[classes == 0]):
            known[code] = ord(_class_of(int(code)))
        classes = known[codes]
    return classes.tobytes().decode("ascii")


_LIKENESS = {
    COMMON: 1.0,
    PUNCTUATION: 1.0,
    UNCOMMON: 0.3,
    OTHER: 0.0,
    RARE: -0.5,
    FOREIGN: -0.5,
    LATIN: -0.5,
    PRIVATE: -1.0,
    BROKEN: -2.0,
}


def likeness_to_chinese(text: str) -> float:
    """Return how much ``text`` reads like modern Chinese: -2..1, 1.0 for ASCII alone.

    The mean weight of its characters outside ASCII; a control character other than white space counts as broken.
    """
    classes = classes_of(text)
    controls = sum(1 for character in text if character < " " and character not in "\t\n\r\f\v")
    outside = len(classes) - classes.count(ASCII) + controls
    if not outside:
        return 1.0
    total = sum(classes.count(name) * weight for name, weight in _LIKENESS.items())
    return (total + controls * _LIKENESS[BROKEN]) / outside
