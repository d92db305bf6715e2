"""Read a question as it was meant: pinyin typed for characters, and words in which one character slipped.

Only what the documents do not know is looked at, and only what they do know is read instead; a question that is typed
well stays as it is. What was changed is told, so that the reader can be shown it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass

from rag.folding import fold
from rag.lexicon import Lexicon, TermCounts
from rag.pinyin import PinyinReader
from rag.regions import Gazetteer
from rag.slips import SlipFinder

_LONGEST_TEXT = 300
"""Characters up to which a question is read over; whole documents that are pasted in are not typed by hand."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was typed in ``text[start:end]`` of the question, and what it was read as."""

    start: int
    end: int
    typed: str
    read: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was read. ``others`` are words that the changed parts may mean as well."""

    text: str
    changes: tuple[Change, ...] = ()
    others: tuple[str, ...] = ()


class Spelling:
    """Reads questions over, with the words of one generation. Safe to use from several threads."""

    def __init__(self, counts: TermCounts, gazetteer: Gazetteer, with_documents: Collection[str]) -> None:
        """Begin with a generation's terms and the codes of the places that have documents; nothing is read yet."""
        self._lexicon = Lexicon(counts, gazetteer, with_documents)
        self._slips = SlipFinder(self._lexicon)
        self._pinyin = PinyinReader(self._lexicon)
        # What the parts hold is made at first need; two threads would make it twice, so one at a time.
        self._making = threading.Lock()
        self._ready = {"slips": False, "pinyin": False}

    def prepare(self, *, pinyin: bool = False) -> None:
        """Read the vocabulary now rather than at the first question that needs it, for pinyin only where asked to."""
        with self._making:
            if not self._ready["slips"]:
                self._slips.prepare()
                self._ready["slips"] = True
            if pinyin and not self._ready["pinyin"]:
                self._pinyin.prepare()
                self._ready["pinyin"] = True

    def read(self, text: str, places: Collection[tuple[int, int]]) -> Reading:
        """Return a question as it was meant; with no changes, ``text`` is the very text that came in.

        ``places`` are the stretches of the text that name places; they stay as they are.
        """
        if len(text) > _LONGEST_TEXT:
            return Reading(text)
        changes: list[Change] = []
        others: list[str] = []
        folded = fold(text)  # full-width letters are letters
        if self._pinyin.may_hold(folded):
            self.prepare(pinyin=True)
            for decoded in self._pinyin.decoded(folded):
                changes.append(Change(decoded.start, decoded.end, text[decoded.start : decoded.end], decoded.meant))
                others += decoded.others
        certain = [*places, *((change.start, change.end) for change in changes)]
        suspects = self._slips.suspects(folded, certain)
        if suspects:
            self.prepare()
            for slip in self._slips.slips(folded, suspects):
                changes.append(Change(slip.start, slip.end, text[slip.start : slip.end], slip.meant))
        changes.sort(key=lambda change: change.start)
        return Reading(_applied(text, changes), tuple(changes), tuple(dict.fromkeys(others)))


def _applied(text: str, changes: Collection[Change]) -> str:
    read, at = "", 0
    for change in changes:
        read += text[at : change.start] + change.read
        at = change.end
    return read + text[at:] if changes else text
