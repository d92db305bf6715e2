"""Make different spellings of the same words equal for searching, without moving a single offset.

``fold`` maps character to character: traditional script to simplified, full-width forms to ASCII,
compatibility forms to their plain character, capitals to small letters. Because the length never changes,
an offset found in folded text is the same offset in the original, which is what is shown and quoted.

Script data: OpenCC's character tables (Apache-2.0), read from the installed package. Phrase-level
conversion is left out on purpose: it changes lengths, and search needs equality, not good typography.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]

_CODES = 0x30000
"""Code points below this have an entry in the array; no table knows anything about the ones above."""
_LONG = 80
"""``str.translate`` looks every character up in a dictionary, about 80 ns each; an array indexed by code point takes
about 8 ns and some microseconds for the call."""

_VARIANT_TABLES = ("TWVariantsRev.txt", "HKVariantsRev.txt")
_TRADITIONAL_TABLE = "TSCharacters.txt"
_SIMPLIFIED_TABLE = "STCharacters.txt"
"""Regional variants first (衞 → 衛), then traditional to simplified (衛 → 卫). The variant tables know only traditional
text and would turn some plain simplified characters (么, 吃, 台) into rare ones, so those are left alone."""

_COMPATIBILITY_RANGES = (
    (0x2E80, 0x2FDF),  # radicals that browser-made PDFs contain in place of characters
    (0x3000, 0x303F),
    (0x3200, 0x33FF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
    (0x2460, 0x24FF),  # circled digits
    (0x2150, 0x218F),  # number forms
    (0x1D400, 0x1D7FF),  # mathematical letters
    (0x2F800, 0x2FA1F),
)

_EXTRA = {
    "“": '"', "”": '"', "„": '"', "「": '"', "」": '"', "『": '"', "』": '"',
    "‘": "'", "’": "'", "—": "-", "–": "-", "―": "-", "‐": "-", "‑": "-", "−": "-",
    "　": " ", "\u00a0": " ", "〇": "零", "﹪": "%", "％": "%", "⻓": "长", "⻔": "门", "⻋": "车", "⻅": "见",
    "⻚": "页", "⻛": "风", "⻜": "飞", "⻢": "马", "⻥": "鱼", "⻦": "鸟", "⻩": "黄", "⻬": "齐", "⻰": "龙",
    "⻉": "贝", "⻄": "西", "⺠": "民", "⻘": "青", "⻆": "角", "⻝": "食", "⻮": "齿", "⻳": "龟",
}  # fmt: skip
"""What Unicode's own compatibility mapping leaves alone. The ``⻓``-like radicals stand for whole characters in
text taken from browser-made PDFs, and NFKC does not repair them."""


def _lines(table: str) -> list[str]:
    return files("opencc").joinpath("dictionary", table).read_text(encoding="utf-8").splitlines()


def _single_character_mappings(table: str) -> dict[str, str]:
    mappings = {}
    for line in _lines(table):
        source, _, targets = line.partition("\t")
        target = targets.split(" ")[0].strip()
        if len(source) == 1 and len(target) == 1 and source != target:
            mappings[source] = target
    return mappings


@cache
def _table() -> dict[int, str]:
    simplified = {line.partition("\t")[0] for line in _lines(_SIMPLIFIED_TABLE)}
    steps = [
        {source: target for source, target in _single_character_mappings(name).items() if source not in simplified}
        for name in _VARIANT_TABLES
    ]
    steps.append(_single_character_mappings(_TRADITIONAL_TABLE))

    def through(character: str) -> str:
        for step in steps:
            character = step.get(character, character)
        return character

    table: dict[int, str] = {}
    for step in steps:
        for source in step:
            table[ord(source)] = through(source)
    for first, last in _COMPATIBILITY_RANGES:
        for code in range(first, last + 1):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and plain != chr(code):
                table[code] = through(plain).lower()
    for source, target in _EXTRA.items():
        table[ord(source)] = target
    for code in range(ord("A"), ord("Z") + 1):
        table[code] = chr(code + 32)
    for code in range(0xFF21, 0xFF3B):
        table[code] = chr(code - 0xFF21 + ord("a"))
    return table


@cache
def _folded_codes() -> Codes:
    return codes_of("".join(map(chr, range(_CODES))).translate(_table()))


def fold(text: str) -> str:
    """Return ``text`` in its search form; ``len(fold(text)) == len(text)`` always."""
    if len(text) >= _LONG:
        with suppress(
            IndexError
        ):  # of the characters without an entry; to look for them first would cost as much again
            return _text_of(_folded_codes()[codes_of(text)])
    return text.translate(_table())


def codes_of(text: str) -> Codes:
    """Return the code points of a text, (n_chars,) uint32."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _text_of(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _script_table() -> dict[int, str]:
    return {code: plain for code, plain in _table().items() if 0x3400 <= code < 0xF900 or code >= 0x20000}


@cache
def _simplified_codes() -> Codes:
    return codes_of("".join(map(chr, range(_CODES))).translate(_script_table()))


def simplify(text: str) -> str:
    """Return ``text`` with traditional characters replaced by simplified ones and nothing else changed."""
    if len(text) >= _LONG:
        with suppress(IndexError):
            return _text_of(_simplified_codes()[codes_of(text)])
    return text.translate(_script_table())
