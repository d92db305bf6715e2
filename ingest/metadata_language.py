"""Tell language and script of a text: simplified or traditional Chinese, or English."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from ingest.metadata_page import Page
from rag.folding import codes_of, simplify

_SAMPLE_CHARS = 1500
_MIN_CHARS = 20
_LATIN, _CHINESE, _TRADITIONAL, _SIMPLIFIED = 1, 2, 4, 8
"""What a character is, as bits; a character of one script only is Chinese as well."""
_CLEAR = 10
"""One script counts as clear where it has ten times as many characters of its own as the other has."""
_CHINESE_SHARE = 0.2
"""An English text may quote Chinese names; a Chinese one rarely has four Latin letters for each of its characters."""

_TAGS = {
    "zh-hans": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-hans-cn": "zh-Hans",
    "zh-hant": "zh-Hant", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant", "zh-hant-tw": "zh-Hant",
    "zh-hant-hk": "zh-Hant", "en": "en", "en-us": "en", "en-gb": "en",
}  # fmt: skip
LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def normal_language(tag: str) -> str | None:
    """Return the tag of `LANGUAGES` that another one stands for (zh-CN is zh-Hans), ``None`` for other languages."""
    return _TAGS.get(tag.strip().replace("_", "-").lower())


@cache
def _scripts() -> tuple[frozenset[str], frozenset[str]]:
    """Return the characters that only traditional and only simplified text contains, by OpenCC's tables."""
    every = [chr(code) for code in range(0x4E00, 0xA000)]
    plain = [simplify(character) for character in every]
    traditional = frozenset(character for character, simple in zip(every, plain, strict=True) if character != simple)
    return traditional, frozenset(simple for simple in plain if simple not in traditional) & frozenset(
        simple for character, simple in zip(every, plain, strict=True) if character != simple
    )


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """Return the bits of every code point."""
    kinds = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    kinds[ord("A") : ord("Z") + 1] = kinds[ord("a") : ord("z") + 1] = _LATIN
    kinds[0x3400:0xA000] = _CHINESE
    for bit, characters in zip((_TRADITIONAL, _SIMPLIFIED), _scripts(), strict=True):
        kinds[[ord(character) for character in characters]] |= bit
    return kinds


def language_of(page: Page) -> tuple[str, str, float] | None:
    """Return the BCP 47 tag, where it was read and how sure that is in 0..1; ``None`` for a text too short to tell.

    A few characters (后, 里, 台) belong to both scripts, so the more frequent side decides and not the mere presence.
    """
    declared = normal_language(page.declared.get("language", ""))
    if declared is not None:
        return declared, page.declared_origin, 1.0
    text = _sample(page.lines)
    seen = np.bincount(_kinds()[codes_of(text)], minlength=2 * _SIMPLIFIED).tolist()
    chinese, latin, traditional, simplified = (
        sum(count for bits, count in enumerate(seen) if bits & kind)
        for kind in (_CHINESE, _LATIN, _TRADITIONAL, _SIMPLIFIED)
    )
    if chinese + latin < _MIN_CHARS:
        return None
    if chinese < _CHINESE_SHARE * latin:
        return "en", "body", 0.8
    tag = "zh-Hant" if traditional > simplified else "zh-Hans"
    more, fewer = max(traditional, simplified), min(traditional, simplified)
    return tag, "body", 0.95 if more > _CLEAR * max(fewer, 1) or (more and not fewer) else 0.7


def _sample(lines: Sequence[str]) -> str:
    taken: list[str] = []
    size = 0
    for line in lines:
        taken.append(line)
        size += len(line)
        if size >= _SAMPLE_CHARS:
            break
    return "".join(taken)[:_SAMPLE_CHARS]
