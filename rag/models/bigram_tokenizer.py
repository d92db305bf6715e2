"""Build a tokenizer whose tokens are overlapping character bigrams, in one ``tokenizer.json``.

A tokenizer cuts a text into pieces that do not overlap, yet bigrams overlap. The way round it: the normaliser
writes every Chinese character twice (医保卡 → 医医保保卡卡), and the pre-tokenizer cuts between the copies
(医 | 医保 | 保卡 | 卡). The same normaliser table carries the folding of ``rag.folding``, so traditional script,
full-width forms and capitals meet their plain forms although nothing but ``tokenizers`` is at work.

The table is SentencePiece's ``precompiled_charsmap``: a little-endian uint32 with the size of the trie in
bytes, the trie as a Darts-clone double array of uint32 units (https://github.com/s-yata/darts-clone), and the
replacements, each ended by a zero byte.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.folding import fold

HAN = "㐀-䶿一-鿿"
"""The Chinese characters that form bigrams, as a character class: extension A and the unified ideographs."""

UNKNOWN = "[UNK]"

_HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF))
_RUN = re.compile(f"[{HAN}]+|[a-z0-9]+")
_LEAF = 1 << 8
_VALUE = 1 << 31
_OFFSET_LIMIT = 1 << 21
_ROOT_UNITS = 256
_NODE_UNITS = 64


def build_tokenizer(vocabulary: Sequence[str]) -> Tokenizer:
    """Return a tokenizer that knows ``[UNK]`` (id 0) and the entries of ``vocabulary`` (ids from 1, in order).

    Entries are bigrams, single characters, and words of a-z and 0-9, all folded. A bigram that is not in the
    vocabulary falls back to its characters, a character that is not there either to ``[UNK]``.
    """
    # A piece is at most one bigram or one word, so it is enough that fewer tokens always cost less.
    pieces = [[UNKNOWN, 0.0], *([entry, -1.0] for entry in vocabulary)]
    table = base64.b64encode(charsmap(_doubled_and_folded())).decode("ascii")
    specification: dict[str, object] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": table},
        "pre_tokenizer": {
            "type": "Split",
            # In a run of doubled characters: the first copy alone, then pairs of neighbours, then the last copy.
            "pattern": {"Regex": f"(?<![{HAN}])[{HAN}]|[{HAN}]{{1,2}}|[a-z0-9]+"},
            "behavior": "Removed",
            "invert": True,
        },
        "post_processor": None,
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": pieces, "byte_fallback": False},
    }
    return Tokenizer.from_str(json.dumps(specification, ensure_ascii=False))


def choose_vocabulary(texts: Iterable[str], size: int) -> list[str]:
    """Return the ``size`` entries that stand in most texts, the most frequent first; once seen is too few.

    Every single character that is seen twice comes before any bigram, so that bigrams can fall back to it.
    """
    frequency: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for text in texts:
        folded = fold(text)
        entries: set[str] = set()
        for run in _RUN.findall(folded):
            if _is_han(run[0]):
                entries.update(run[i : i + 2] for i in range(len(run) - 1))
                characters.update(set(run))
            else:
                entries.add(run)
        frequency.update(entries)
    chosen = [entry for entry, count in sorted(characters.items(), key=_most_frequent_first) if count > 1]
    chosen += [entry for entry, count in sorted(frequency.items(), key=_most_frequent_first) if count > 1]
    return chosen[:size]


def _most_frequent_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def charsmap(replacements: Mapping[str, str]) -> bytes:
    """Return the ``precompiled_charsmap`` that replaces each key, a single character, by its value."""
    keys: dict[bytes, int] = {}
    texts = bytearray()
    starts: dict[str, int] = {}
    for character, replacement in sorted(replacements.items()):
        if replacement not in starts:
            starts[replacement] = len(texts)
            texts += replacement.encode() + b"\0"
        keys[character.encode()] = starts[replacement]
    trie = _double_array(keys)
    return trie.nbytes.to_bytes(4, "little") + trie.astype("<u4").tobytes() + bytes(texts)


def _doubled_and_folded() -> dict[str, str]:
    replacements = {}
    for character in _characters():
        plain = fold(character)
        replacement = plain * 2 if _is_han(plain) else plain
        if replacement != character:
            replacements[character] = replacement
    return replacements


def _characters() -> Iterator[str]:
    for code in range(1, 0x30000):
        if not 0xD800 <= code <= 0xDFFF:
            yield chr(code)


def _is_han(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _HAN_RANGES)


def _double_array(keys: Mapping[bytes, int]) -> NDArray[np.uint32]:
    """Return the units of a trie over ``keys``, each of them one character in UTF-8.

    A child sits at ``base XOR byte``. Continuation bytes are 0x80 to 0xBF, so a node that is not the root fills
    one block of 64 units; the root has the first 256, and behind the blocks follows one unit for each value.
    """
    prefixes = sorted({key[:length] for key in keys for length in range(1, len(key))})
    block = {prefix: _ROOT_UNITS + _NODE_UNITS * number for number, prefix in enumerate(prefixes)}
    first_value = _ROOT_UNITS + _NODE_UNITS * len(prefixes)
    # Readers look at base XOR byte unchecked: whole multiples of 256 keep every such place inside the array.
    units = np.zeros(-(-(first_value + len(keys)) // _ROOT_UNITS) * _ROOT_UNITS, dtype=np.uint32)
    if units.size >= _OFFSET_LIMIT:
        raise ValueError(f"{len(keys)} characters are too many for one table")

    def position(path: bytes) -> int:
        return (block[path[:-1]] ^ path[-1] & 0x3F) if len(path) > 1 else path[0]

    for prefix in prefixes:
        place = position(prefix)
        units[place] = (place ^ block[prefix] ^ 0x80) << 10 | prefix[-1]
    for value_place, (key, value) in enumerate(sorted(keys.items()), start=first_value):
        place = position(key)
        units[place] = (place ^ value_place) << 10 | _LEAF | key[-1]
        units[value_place] = _VALUE | value
    return units
