"""Find words in which one character slipped, and the one word that was meant.

A slip breaks a word: what the dictionary knew as one word falls into single characters. Only such places are looked at,
and only where the documents practically never hold the characters side by side. What may have been meant is tried out:
characters of the same or a similar sound or shape in each place, neighbours swapped, and for names of places a character
missing or doubled. It is taken if the documents hold it, its neighbours fit it better than what was typed, and nothing
else fits nearly as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import log

from rag.everyday import GENERAL_WORDS, everyday_phrases, single_words
from rag.lexicon import Lexicon, is_dictionary_word, own_words, stands_in_own_word
from rag.slip_windows import HAN, LONGEST, SHORTEST, Window, joints_of, pairs_of, windows_of
from rag.sounds import same_shape, same_sound, similar_sound
from rag.tokenizing import focus_words
from rag.word_slips import WordSlips

_SIMILAR, _BOTH = 0.3, 6.0
"""How often a character is mistaken for one that sounds much alike, beside one that sounds the same or looks alike; and for
one that does both (地止 for 地址), which is hardly ever chance."""
_SWAP = 0.5
_CLEARLY = 4.0
"""How many times better the best correction must fit than the second."""
_RARELY = 40.0
"""How many times more chunks must hold the word than hold the characters that were typed side by side."""
_LEAST_CHUNKS, _LEAST_SHARE = 2, 1 / 1500
"""A word in fewer of the chunks is hardly more likely to be meant than one that no chunk holds."""
_ODDS, _ODDS_OF_FREE = 2.5, 4.5
"""Logarithm of how many times better the neighbours must fit the characters meant than the ones typed; more is asked of
a character that stands alone in good sentences as often as in words (中, 要)."""
_ALL_THERE_IS = 0.9
_BORNE_OUT = 0.02
"""Share of a word's chunks in which it must stand beside what it stands beside in the question, where that is asked."""
_FREE_SHARE = 1 / 12
"""A character that is a word of its own in more of the chunks than this is one in questions, too."""
_LONG_NAME = 4
"""Characters from which on a name of a place can lose one and still be told."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What was typed in ``text[start:end]``, and what was meant; ``gain`` compares corrections that overlap."""

    start: int
    end: int
    meant: str
    gain: float


@dataclass(frozen=True, slots=True)
class Suspects:
    """Where a text may hold a slip: stretches with odd characters, and words with their places that no chunk holds."""

    windows: Sequence[Window]
    unheld: Sequence[tuple[int, str]]

    def __bool__(self) -> bool:
        return bool(self.windows or self.unheld)


@dataclass(frozen=True, slots=True)
class _Guess:
    likely: float
    changed: tuple[int, ...]
    """Places in the window; empty where a whole name shows what was meant."""


class SlipFinder:
    """Finds slips in questions put to one generation."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._least = max(_LEAST_CHUNKS, _LEAST_SHARE * lexicon.size)
        self._words = WordSlips(lexicon, self._least)

    def prepare(self) -> None:
        """Make what is made at first need."""
        _ = self._by_pattern, self._by_rest

    def suspects(self, folded: str, certain: Sequence[tuple[int, int]]) -> Suspects:
        """Return what is worth a look, without what ``prepare`` makes; ``certain`` are stretches that are left alone."""
        return Suspects(self._odd_windows(folded, certain), self._unheld(folded, certain))

    def slips(self, folded: str, suspects: Suspects) -> list[Slip]:
        """Return the slips of a folded text in order."""
        windows = suspects.windows
        known = self._lexicon.held(list({window.typed for window in windows}))
        pairs = self._lexicon.held_pairs(list({pair for window in windows for pair in pairs_of(window.typed)}))
        guesses = {window: self._guesses(window, pairs) for window in windows if window.typed not in known}
        best = {window: self._best(window, guessed, pairs) for window, guessed in guesses.items()}
        found = list(self._convincing({window: one for window, one in best.items() if one}))
        found += self._typed_for_others(folded, suspects.unheld)
        chosen: list[Slip] = []
        for slip in sorted(found, key=lambda slip: (-slip.gain, slip.start)):
            if all(slip.end <= other.start or slip.start >= other.end for other in chosen):
                chosen.append(slip)
        return sorted(chosen, key=lambda slip: slip.start)

    def _unheld(self, folded: str, certain: Sequence[tuple[int, int]]) -> list[tuple[int, str]]:
        """Return the places and words that no chunk holds."""
        unheld = (
            (run.start() + at, typed) for run in HAN.finditer(folded) for at, typed in self._words.unheld(run.group())
        )
        return [
            (start, typed)
            for start, typed in unheld
            if not any(start < stop and first < start + len(typed) for first, stop in certain)
        ]

    def _typed_for_others(self, folded: str, unheld: Sequence[tuple[int, str]]) -> Iterator[Slip]:
        """Yield the words of the dictionary that were typed for others."""
        for start, typed in unheld:
            found = self._words.meant(typed, lambda text, n: self._by_pattern.get(_pattern(text, n), ()), self._targets)
            if not found or not self._can_be_meant(found[0]):
                continue
            joints = joints_of(folded[max(start - 1, 0) : start], found[0], folded[start + len(typed) :][:1])
            if len(typed) > SHORTEST or self._borne_out(joints, found[1], self._lexicon.held_pairs(joints)):
                yield Slip(start, start + len(typed), found[0], len(typed) * log(2.0 + found[1]))

    def _odd_windows(self, folded: str, certain: Sequence[tuple[int, int]]) -> list[Window]:
        windows = (window for run in HAN.finditer(folded) for window in windows_of(run, certain))
        return [window for window in windows if self._is_odd(window, folded)]

    def _is_odd(self, window: Window, folded: str) -> bool:
        """Tell whether nothing that is known without the documents explains what was typed."""
        typed = window.typed
        # What somebody writes twice is meant as it stands.
        return folded.count(typed) == 1 and not (
            stands_in_own_word(typed) or is_dictionary_word(typed) or self._lexicon.is_place(typed)
        )

    def _free(self, window: Window) -> frozenset[int]:
        """Return the places of the characters that are words of their own more often than not."""
        limit, counts = _FREE_SHARE * self._lexicon.size, self._lexicon.common
        return frozenset(n for n, c in enumerate(window.typed) if c in single_words() or counts.get(c, 0) > limit)

    def _guesses(self, window: Window, pairs: Mapping[str, int]) -> dict[str, _Guess]:
        """Return words that may have been meant."""
        typed, singles = window.typed, window.singles
        limit = self._lexicon.size / _RARELY
        found: dict[str, _Guess] = {}
        for n in singles:
            if (
                n in window.explained
                or _typed_so(typed, (n,), pairs) > limit
                or (len(typed) == SHORTEST and GENERAL_WORDS.issuperset(typed))
            ):
                continue
            for word in self._by_pattern.get(_pattern(typed, n), ()):
                likely = _likely(typed[n], word[n])
                if likely and self._can_be_meant(word):
                    found[word] = _Guess(likely, (n,))
        for one, other in pairwise(singles):
            word = f"{typed[:one]}{typed[other]}{typed[one]}{typed[other + 1 :]}"
            if (
                other == one + 1
                and self._can_swap(window, one)
                and (word in self._targets or word in self._lexicon.places)
            ):
                found.setdefault(word, _Guess(_SWAP, (one, other)))
        for n in range(1, len(typed)):
            word = typed[:n] + typed[n + 1 :]
            if typed[n] == typed[n - 1] and len(typed) >= _LONG_NAME and word in self._lexicon.places:
                found[word] = _Guess(1.0, ())
        return found | {name: _Guess(1.0, ()) for name in self._by_rest.get(typed, ())}

    def _can_swap(self, window: Window, n: int) -> bool:
        """Tell whether the characters at two places may have changed places: words of their own stand where they do."""
        pair = window.typed[n : n + 2]
        return not (GENERAL_WORDS & set(pair) or single_words().issuperset(pair))

    def _can_be_meant(self, word: str) -> bool:
        """Tell whether a word is a name or has a meaning of its own, or is asked with: others are no slip's aim."""
        return (
            word in self._lexicon.places
            or word in own_words()
            or word in everyday_phrases()
            or word in focus_words(word)
        )

    def _best(
        self, window: Window, guesses: Mapping[str, _Guess], pairs: Mapping[str, int]
    ) -> tuple[str, _Guess, float] | None:
        """Return the guess that fits best, with its weight, if it does so clearly."""
        fits: dict[str, float] = {}
        for word, guess in guesses.items():
            count = max(self._lexicon.places.get(word, 0.0), self._targets.get(word, 0))
            if not guess.changed or count >= _RARELY * _typed_so(window.typed, guess.changed, pairs):
                fits[word] = guess.likely * count
        ordered = sorted(fits, key=lambda word: (-fits[word], word))
        if not ordered or (len(ordered) > 1 and fits[ordered[0]] < _CLEARLY * fits[ordered[1]]):
            return None
        return ordered[0], guesses[ordered[0]], fits[ordered[0]]

    def _convincing(self, best: Mapping[Window, tuple[str, _Guess, float]]) -> Iterator[Slip]:
        """Yield the guesses that their neighbours bear out."""
        changed = {
            window: window.changed_pairs(word) if guess.changed else [] for window, (word, guess, _) in best.items()
        }
        asked = {pair for pairs in changed.values() for both in pairs for pair in both}
        joints = {joint for window, (word, _, _) in best.items() for joint in window.joints(word)}
        held = self._lexicon.held_pairs(list(asked | joints)) if best else {}
        for window, (word, guess, weight) in best.items():
            odds = [log((held.get(meant, 0) + 0.5) / (held.get(typed, 0) + 0.5)) for typed, meant in changed[window]]
            free = self._free(window)
            needed = _ODDS_OF_FREE if free & set(guess.changed) or (free and len(word) == SHORTEST) else _ODDS
            # In few texts even what they always say stands there a few times only.
            most = max((log(2 * held.get(meant, 0) + 1) for _, meant in changed[window]), default=0.0)
            # Where both of two characters can be words, only what is beside them can tell that another was meant.
            if len(free) == len(word) == SHORTEST and not self._borne_out(
                window.joints(word), self._targets.get(word, 0), held
            ):
                continue
            if not guess.changed or (sum(odds) >= min(needed, _ALL_THERE_IS * most) and min(odds) > -needed and most):
                yield Slip(window.start, window.end, word, len(word) * log(2.0 + weight))

    def _borne_out(self, joints: Sequence[str], count: int, held: Mapping[str, int]) -> bool:
        """Tell whether the documents hold a word beside what it stands beside in the question."""
        return any(held.get(joint, 0) >= max(self._least, _BORNE_OUT * count) for joint in joints)

    @cached_property
    def _targets(self) -> Mapping[str, int]:
        """The words that can have been meant: of the dictionary or our own, and not rare in the documents."""
        common = self._lexicon.common
        # The segmenter makes no word of what its dictionary does not know; the rarest pair tells how often it stands.
        unknown = [word for word in own_words() if len(word) > SHORTEST and word not in common]
        pairs = self._lexicon.held_pairs([pair for word in unknown for pair in pairs_of(word)])
        ours = {word: min(pairs.get(pair, 0) for pair in pairs_of(word)) for word in unknown}
        return {
            word: count
            for word, count in {**common, **ours}.items()
            if count >= (1 if word in ours else self._least)
            and SHORTEST <= len(word) <= LONGEST
            and (word in own_words() or is_dictionary_word(word))
        }

    @cached_property
    def _by_pattern(self) -> Mapping[str, Sequence[str]]:
        """What is left of each word and name when one character is left open."""
        found: dict[str, list[str]] = {}
        for word in {*self._targets, *(name for name in self._lexicon.places if len(name) <= LONGEST)}:
            for n in range(len(word)):
                found.setdefault(_pattern(word, n), []).append(word)
        return found

    @cached_property
    def _by_rest(self) -> dict[str, list[str]]:
        """What is left of a long name when one character inside is missing, with the names."""
        found: dict[str, list[str]] = {}
        for name in self._lexicon.places:
            if _LONG_NAME <= len(name) <= LONGEST + 1:
                for rest in {name[:n] + name[n + 1 :] for n in range(1, len(name) - 1)}:
                    found.setdefault(rest, []).append(name)
        return found


def _likely(typed: str, meant: str) -> float:
    """Return how likely a character is to be typed for another beside one of the same sound; 0 where it is not."""
    if meant in same_sound(typed):
        return _BOTH if meant in same_shape(typed) else 1.0
    if meant in same_shape(typed):
        return 1.0
    return _SIMILAR if meant in similar_sound(typed) else 0.0


def _pattern(word: str, n: int) -> str:
    return f"{word[:n]}*{word[n + 1 :]}"


def _typed_so(typed: str, changed: Sequence[int], pairs: Mapping[str, int]) -> int:
    """Return in how many chunks the rarest pair around the changed characters stands."""
    around = {typed[n : n + 2] for place in changed for n in (place - 1, place) if 0 <= n < len(typed) - 1}
    return min((pairs.get(pair, 0) for pair in around), default=0)
