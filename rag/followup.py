"""Read a question that may go on with another: its places, and whether it says that it goes on."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from rag.asked_before import bare, place_run
from rag.folding import fold
from rag.followup_words import ASKS
from rag.regions import Gazetteer

_CUE = re.compile(
    r"^(?:那么?(?!里|边|儿|个|些|笔|项|种|次|天|年)|然后|所以|接着|再问一?下|另外|还有(?=[,，、])|而且|[\s,，、])+"
)
_ENDING = re.compile(r"呢[\s?？。!！]*$")
_END = re.compile(r"[\s,，。.!！?？;；:：]+$")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that may go on with another, without polite words."""

    text: str
    folded: str
    mentions: tuple[tuple[int, int], ...]
    """Where it names places."""
    cued: bool
    """It begins or ends like something that goes on (那…, …呢)."""

    @classmethod
    def of(cls, text: str, gazetteer: Gazetteer, prefer: Collection[str] = ()) -> FollowUp:
        """Read a follow-up; names that several places bear mean the one in ``prefer``."""
        plain = bare(text)
        cue = _CUE.match(fold(plain))
        start = cue.end() if cue else 0
        within = any(mention.start < start for mention in gazetteer.mentions(plain, prefer=prefer))  # 那曲市
        if within or not any(character.isalnum() for character in plain[start:]):
            start = 0
        body = plain[start:]
        folded = fold(body)
        ends = _ENDING.search(fold(text)) is not None and ASKS.search(folded) is None
        spans = tuple((mention.start, mention.end) for mention in gazetteer.mentions(body, prefer=prefer))
        return cls(body, folded, spans, start > 0 or ends)

    def part(self, start: int, end: int) -> FollowUp:
        """Return a stretch of it, said as something that goes on."""
        inside = tuple((a - start, b - start) for a, b in self.mentions if start <= a and b <= end)
        return FollowUp(self.text[start:end], self.folded[start:end], inside, True)

    @property
    def places(self) -> tuple[int, int] | None:
        """The stretch that names its place or places."""
        return place_run(self.folded, self.mentions)

    @property
    def place(self) -> str:
        """The words that name a place; empty without one."""
        return self.text[slice(*self.places)] if self.places else ""

    @property
    def rest(self) -> str:
        """The text without its place."""
        if self.places is None:
            return self.text
        return (self.text[: self.places[0]] + self.text[self.places[1] :]).strip()

    @property
    def blank(self) -> str:
        """The folded text with its place blanked out, offsets kept."""
        if self.places is None:
            return self.folded
        start, end = self.places
        return self.folded[:start] + " " * (end - start) + self.folded[end:]


def without_end(text: str) -> str:
    """Return text without the marks at its end."""
    return _END.sub("", text)


def concerning(matter: str, text: str) -> str:
    """Return a sentence that says what the words are about without being woven into them."""
    return f"关于{matter}，{text}"
