"""Compare a short text with a long one, character by character. All lengths are in characters."""

from __future__ import annotations

from collections.abc import Iterable


def longest_run(question: str, text: str) -> int:
    """Return the length of the longest stretch of ``question`` that stands in ``text``."""
    best = start = 0
    while start < len(question) - best:
        end = start + best + 1
        while end <= len(question) and question[start:end] in text:
            best, end = end - start, end + 1
        start += 1
    return best


def longest_common(question: str, text: str) -> int:
    """Return the length of the longest common subsequence.

    By the bits of one number, a step for each character of ``text``: Hyyrö, "Bit-Parallel LCS-length Computation
    Revisited", 2004.
    """
    places: dict[str, int] = {}
    for n, character in enumerate(question):
        places[character] = places.get(character, 0) | 1 << n
    full = (1 << len(question)) - 1
    unmatched = full
    for character in text:
        met = unmatched & places.get(character, 0)
        unmatched = ((unmatched + met) | (unmatched - met)) & full
    return len(question) - unmatched.bit_count()


def longest_lack(runs: Iterable[str], text: str) -> int:
    """Return how many neighbouring pairs of characters, at most, are missing in ``text`` one after the other."""
    most = 0
    for run in runs:
        lacking = 0
        for n in range(len(run) - 1):
            lacking = 0 if run[n : n + 2] in text else lacking + 1
            most = max(most, lacking)
    return most
