"""Read Chinese that was typed in pinyin: ``danjiangkou guihua`` is 丹江口规划.

Letters are cut into words, not into syllables first, so that ``xian`` may be 县 or 西安: of all ways to cut them into
words that the documents hold, the likeliest is taken (a unigram model over the chunks' words, found by dynamic
programming). English words and abbreviations that documents hold stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from math import inf, log

from rag.everyday import ASKING, everyday_phrases
from rag.latin_runs import MOST_LETTERS, LatinRun, chains, counted_units, latin_runs
from rag.lexicon import Lexicon, is_dictionary_word, own_words
from rag.sounds import blurred_letters, characters_read, readings, typed_forms
from rag.tokenizing import FUNCTION_WORDS

_HAN = re.compile("[\u3400-\u9fff]")
_LONGEST_WORD = 30
_WORDS_PER_KEY = 8
_PER_WORD = 4.0
"""Cost of every word, ln of the words in a chunk: fewer, longer words win."""
_BLURRED, _SINGLE, _UNUSUAL, _OURS = 4.0, 3.0, 1.2, -1.5
"""Further cost of a word that only sounds like what was typed, of a character alone that is no function word, of each
step down among a character's readings, and of a word of the domain."""
_NEIGHBOURS = 3.0
"""The most that the characters on both sides of a joint between two words count for or against it."""
_FUNCTION_SHARE, _QUESTION_SHARE, _OWN_SHARE = 1 / 5, 1 / 20, 1 / 2000
"""Share of the chunks that words which ask and words of the domain count as at least: documents hardly ask."""
_LEFT, _LEFT_ALONE = 6.2, 12.5
"""Cost of leaving a run as it was typed, for each of its syllables, and for a run of one: dearer words are improbable."""
_DEAREST = 6.5
"""Cost for each character from which on a word is not read, however well its neighbours fit."""
_ENGLISH = frozenset("the and of for with how is are do does what where when who which i in on at my it to not".split())
"""Who writes these words writes English, place names and all; those that pinyin knows are left out."""
_CLOSE = 1.2
"""Cost within which another reading is searched for as well."""
_LONG_FOREIGN = 4
_MOST_AROUND = 3
_LONGEST_READ = 8
_OF_HEALTH = re.compile("[病医药癌疫孕胎疗诊症护]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was typed in ``text[start:end]`` in letters, what it reads, and words that it may read as well."""

    start: int
    end: int
    meant: str
    others: tuple[str, ...] = ()


_Word = tuple[str, float, tuple[str, ...], int]
"""A word, or letters left as they are; its cost; the words that it may be as well; how many letters were typed."""


class PinyinReader:
    """Reads pinyin in questions put to one generation."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def prepare(self) -> None:
        """Make what is made at first need."""
        _ = self._index

    def may_hold(self, text: str) -> bool:
        """Tell whether any run of Latin letters in a text could be pinyin, without the documents."""
        return any(run.syllables for run in latin_runs(text)) or any(counted_units(text))

    def decoded(self, text: str) -> list[Decoded]:
        """Return the stretches of a text that are pinyin, in order."""
        found = [Decoded(start, end, unit) for start, end, unit in counted_units(text)]
        found += [found for chain in chains(latin_runs(text), text) for found in self._in_chain(chain, text)]
        return sorted(found, key=lambda decoded: decoded.start)

    def _in_chain(self, chain: Sequence[LatinRun], text: str) -> Iterator[Decoded]:
        if len(chain) == 1 and chain[0].syllables == 1:
            found = self._between(chain[0], text)
            if found is not None:
                yield found
            return
        held = self._lexicon.held([run.letters for run in chain])
        # Longer words that are no pinyin: somebody may write another language. Abbreviations (HPV) show nothing.
        foreign = any(not run.syllables and len(run.letters) >= _LONG_FOREIGN for run in chain)
        if any(run.letters in _ENGLISH for run in chain):
            return
        part: list[LatinRun] = []
        for run in [*chain, None]:
            if run is not None and run.syllables:
                part.append(run)
            elif part:
                yield from self._read(part, held, foreign)
                part = []

    def _read(self, runs: Sequence[LatinRun], held: Mapping[str, int], foreign: bool) -> Iterator[Decoded]:
        starts = list(accumulate((len(run.letters) for run in runs), initial=0))
        part: list[_Word] = []
        at = begun = 0
        for word in [*self._cut("".join(run.letters for run in runs), runs), None]:
            if word is not None and _HAN.match(word[0]):
                part.append(word)
            else:
                # What is left as letters is whole runs, so what is read between begins and ends with one, too.
                if part:
                    within = runs[starts.index(begun) : starts.index(at)]
                    yield from self._accepted(part, within, held, foreign)
                part = []
                begun = at + (word[3] if word else 0)
            at += word[3] if word else 0

    def _accepted(
        self, words: Sequence[_Word], runs: Sequence[LatinRun], held: Mapping[str, int], foreign: bool
    ) -> Iterator[Decoded]:
        meant = [word for word, _, _, _ in words]
        content = [word for word in meant if word not in ASKING]
        alone = sum(len(word) == 1 for word in content)
        if all(len(word) == 1 for word in meant) or 3 * alone > len(meant):
            return
        if foreign and not any(_is_ours(word) for word in content):
            return
        count = min(self._count(word) for word in meant)
        if all(held.get(run.letters, 0) >= max(count, 1.0) for run in runs):
            return  # an English word that documents hold more often than what it would read as
        others = tuple(other for _, _, more, _ in words for other in more)
        yield Decoded(runs[0].start, runs[-1].end, "".join(meant), others)

    def _cut(self, letters: str, runs: Sequence[LatinRun]) -> list[_Word]:
        """Return the likeliest words for letters, or runs left as they are; empty if there are too many letters."""
        if len(letters) > MOST_LETTERS:
            return []
        breaks = set(accumulate(len(run.letters) for run in runs[:-1]))
        spans: dict[tuple[int, int], list[_Word]] = {}
        reached = {0, *breaks}
        for start in range(len(letters)):
            if start in reached:
                for end in range(start + 1, min(len(letters), start + _LONGEST_WORD) + 1):
                    inside = [each - start for each in breaks if start < each < end]
                    spans[start, end] = self._words(letters[start:end], inside)
                    if spans[start, end]:
                        reached.add(end)
        joints = self._joints(spans)
        edges = list(accumulate((len(run.letters) for run in runs), initial=0))
        for (start, end), run in zip(pairwise(edges), runs, strict=True):
            cost = _LEFT_ALONE if run.syllables == 1 else _LEFT * run.syllables
            spans.setdefault((start, end), []).append((run.letters, cost, (), end - start))
        best: list[dict[str, tuple[float, int, _Word | None, str]]] = [{"": (0.0, 0, None, "")}]
        for end in range(1, len(letters) + 1):
            # By last character: only that decides how well the next word joins on.
            here: dict[str, tuple[float, int, _Word | None, str]] = {}
            for start in range(end):
                for word in spans.get((start, end), ()):
                    for last, (cost, _, _, _) in best[start].items():
                        whole = cost + word[1] - joints.get(last + word[0][0], 0.0)
                        if whole < here.get(word[0][-1], (inf,))[0]:
                            here[word[0][-1]] = (whole, start, word, last)
            best.append(here)
        return _best_path(best)

    def _joints(self, spans: Mapping[tuple[int, int], Sequence[_Word]]) -> dict[str, float]:
        """Return how much oftener than by chance two characters that would meet at a joint stand side by side."""
        ends: dict[int, set[str]] = {}
        starts: dict[int, set[str]] = {}
        for (start, end), words in spans.items():
            ends.setdefault(end, set()).update(word[0][-1] for word in words)
            starts.setdefault(start, set()).update(word[0][0] for word in words)
        pairs = list({one + other for at, ones in ends.items() for one in ones for other in starts.get(at, ())})
        held, size, common = self._lexicon.held_pairs(pairs), self._lexicon.size, self._lexicon.common
        found = {}
        for pair in pairs:
            by_chance = (common.get(pair[0], 0) + 5.0) * (common.get(pair[1], 0) + 5.0) / size
            joint = log((held.get(pair, 0) + 0.5) / (by_chance + 0.5))
            found[pair] = max(-_NEIGHBOURS, min(_NEIGHBOURS, joint))
        return found

    def _words(self, letters: str, breaks: Sequence[int]) -> list[_Word]:
        costs: dict[str, float] = {}
        for word in self._index.get(_key(letters), ()):
            fit = _fit(letters, word, breaks)
            if fit is not None:
                lone = _SINGLE if len(word) == 1 and word not in ASKING else 0.0
                costs[word] = _PER_WORD + log((self._lexicon.size + 1) / self._count(word)) + lone + fit
                costs[word] += _OURS if _is_ours(word) else 0.0
        ordered = sorted(
            (word for word in costs if len(word) == 1 or costs[word] <= _DEAREST * len(word)),
            key=lambda word: (costs[word], word),
        )
        return [
            (
                word,
                costs[word],
                tuple(o for o in ordered if o != word and len(o) > 1 and costs[o] < costs[word] + _CLOSE)[:2],
                len(letters),
            )
            for word in ordered
        ]

    def _count(self, word: str) -> float:
        """Return in how many chunks a word stands, at least what words of its sort count as."""
        lexicon = self._lexicon
        share = (
            _FUNCTION_SHARE
            if word in FUNCTION_WORDS
            else _QUESTION_SHARE
            if word in ASKING or word in everyday_phrases()
            else _OWN_SHARE
            if word in own_words()
            else 0.0
        )
        return max(lexicon.common.get(word, 0), lexicon.places.get(word, 0.0), share * lexicon.size, 0.5)

    @cached_property
    def _index(self) -> Mapping[str, tuple[str, ...]]:
        """The likeliest words for letters, by their blurred form."""
        words = {word for word in ASKING | own_words() if _HAN.match(word) and len(word) <= _LONGEST_READ}
        words |= everyday_phrases() | set(self._lexicon.places)
        # What the segmenter only guessed to be a word (六是) is none to be read.
        words |= {word for word in self._lexicon.common if len(word) == 1 or is_dictionary_word(word)}
        by_key: dict[str, list[str]] = {}
        for word in words:
            for key in {_key(form) for reading, _ in readings(word) for form in typed_forms(reading)}:
                by_key.setdefault(key, []).append(word)
        return {
            key: tuple(sorted(found, key=lambda word: (-self._count(word), word))[:_WORDS_PER_KEY])
            for key, found in by_key.items()
        }

    def _between(self, run: LatinRun, text: str) -> Decoded | None:
        """Read one syllable between Chinese characters: 丹江kou."""
        found: dict[tuple[int, int, str], float] = {}
        for before in range(_MOST_AROUND + 1):
            for after in range(_MOST_AROUND + 1):
                left, right = text[max(0, run.start - before) : run.start], text[run.end : run.end + after]
                if (
                    not before + after
                    or len(left + right) < before + after
                    or not re.fullmatch("[\u3400-\u9fff]+", left + right)
                ):
                    continue
                for character in characters_read(run.letters):
                    word = left + character + right
                    count = max(self._lexicon.common.get(word, 0), self._lexicon.places.get(word, 0.0))
                    if count and (word in self._lexicon.places or is_dictionary_word(word)):
                        found[before + after, before, character] = count
        if not found:
            return None
        best = max(found, key=lambda fit: (fit[0], found[fit], fit[2]))
        return Decoded(run.start, run.end, best[2])


def _best_path(best: Sequence[Mapping[str, tuple[float, int, _Word | None, str]]]) -> list[_Word]:
    """Follow the cheapest way back from the end."""
    words: list[_Word] = []
    end, last = len(best) - 1, min(best[-1], key=lambda last: best[-1][last][0], default="")
    while end and best[end]:
        _, end, found, last = best[end][last]
        words += [found] if found else []
    return words[::-1]


def _key(letters: str) -> str:
    return blurred_letters(letters).replace("v", "u")


def _fit(letters: str, word: str, breaks: Sequence[int]) -> float | None:
    """Return the further cost of reading letters as a word, None where a break would cut one of its syllables."""
    least: float | None = None
    for reading, unusual in readings(word):
        if letters in typed_forms(reading):
            ends, at = set(), 0
            for syllable in reading:
                at += len(syllable)
                ends.add(at)
            if ends.issuperset(breaks):
                least = min(_UNUSUAL * unusual, inf if least is None else least)
        elif not breaks and _key(letters) in map(_key, typed_forms(reading)):
            least = min(_BLURRED + _UNUSUAL * unusual, inf if least is None else least)
    return least


def _is_ours(word: str) -> bool:
    return len(word) > 1 and (word in own_words() or bool(_OF_HEALTH.search(word)))
