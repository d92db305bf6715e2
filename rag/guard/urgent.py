"""Tell whether somebody is in danger now, from what a question says happens, to whom, and when.

A word such as 中风 is an emergency when somebody has it and an ordinary word in 中风筛查. So every place where an alarming
word stands is judged on its own: what stands right beside it (预防…, …患者), whether it is said of the past, of somebody
already in care, or denied, and whether somebody is named. Words about rules elsewhere in the question do not
take a danger back; where both are there, both are served.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from rag.guard.phrases import lists, pattern
from rag.guard.reading import Reading, sound_of

_ALONE = 6
"""Characters up to which a question is the alarming word and hardly more."""
_SHORT = 20
"""Characters of a question up to which nobody named means the one who asks."""
_STORY = 60
"""Characters above which a question tells a story, in which two words that are far apart are no sign together."""
_MOST_COMPARED = 20
_BEFORE, _AFTER = 6, 8
"""Characters beside an alarming word in which it can be made a name: 关于自杀的…, …中毒事件."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alarming word stands: ``clauses[index][start:end]``."""

    index: int
    start: int
    end: int


class Said:
    """What a question says around its alarming words.

    Every list is looked for once, so that long repetitive text takes no longer than other text of its length.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._found: dict[str, tuple[Place, ...]] = {}

    def places(self, name: str) -> tuple[Place, ...]:
        """Return where the words of a list stand, in order."""
        if name not in self._found:
            self._found[name] = tuple(
                Place(index, match.start(), match.end())
                for index, clause in enumerate(self.reading.clauses)
                for match in pattern(name).finditer(clause)
            )
        return self._found[name]

    def has(self, name: str) -> bool:
        """Tell whether the question has a word of a list."""
        return bool(self.places(name))

    def clause(self, place: Place) -> str:
        """Return the clause of a place."""
        return self.reading.clauses[place.index]

    def in_clause(self, name: str, place: Place) -> bool:
        """Tell whether a word of a list stands in the clause of a place."""
        found = self.places(name)
        first = bisect_left(found, place.index, key=_index)
        return first < len(found) and found[first].index == place.index

    def follows(self, name: str, place: Place) -> bool:
        """Tell whether a word of a list stands in the clause of a place or in a later one."""
        found = self.places(name)
        return bool(found) and found[-1].index >= place.index

    def precedes(self, name: str, place: Place) -> bool:
        """Tell whether a word of a list stands in a clause before the one of a place."""
        found = self.places(name)
        return bool(found) and found[0].index < place.index

    def named_after(self, place: Place) -> bool:
        """Tell whether the alarming word is only part of a name, such as 中风筛查 or 自杀的预防."""
        return bool(_named().match(self.clause(place)[place.end : place.end + _AFTER]))

    def named_before(self, place: Place) -> bool:
        """Tell whether what stands in front makes the alarming word the matter of a rule, as in 预防溺水."""
        return bool(_led().search(self.clause(place)[max(0, place.start - _BEFORE) : place.start]))

    def denied(self, place: Place) -> bool:
        """Tell whether the alarming word is denied; "不想自杀但是控制不住" denies nothing."""
        before = self.clause(place)[max(0, place.start - _BEFORE) : place.start]
        if not _denial().search(pattern("asked_both").sub("", before)):
            return False
        turns = self.places("but")
        return not turns or (turns[-1].index, turns[-1].start) < (place.index, place.end)

    def over(self, place: Place) -> bool:
        """Tell whether the alarming word is said of what is past or already in a hospital's care."""
        if self.follows("cared", place) or self.in_clause("past", place):
            return True
        if self.has("past_near") and self.has("rules"):
            return True
        before = self.precedes("past", place) or self.precedes("cared", place)
        return before and not self.in_clause("now", place) and self.has("rules")


def _index(place: Place) -> int:
    return place.index


@cache
def _named() -> re.Pattern[str]:
    link, noun = pattern("link").pattern, pattern("noun").pattern
    return re.compile(f"(?:、.{{1,5}})?(?:{link})?(?:{link})?(?:{link})?(?:{noun})")


@cache
def _led() -> re.Pattern[str]:
    return re.compile(
        f"(?:{pattern('before').pattern})(?:和|与|、|儿童|学生|青少年|老年人|人员|群众|居民|重大|突发|急性|的|of)?$"
    )


@cache
def _denial() -> re.Pattern[str]:
    return re.compile(
        f"(?:{pattern('not').pattern})(?:要|想|是|有|打算|真的|真|说|想要|想过|过|我|他|她|人){{0,3}}\\s*$"
    )


def is_emergency(reading: Reading) -> bool:
    """Tell whether a question speaks of somebody whose life may be in danger now."""
    said = Said(reading)
    if any(_happens(said, place) for place in said.places("happening")):
        return True
    if any(_befalls(said, place) for place in said.places("condition")):
        return True
    return _together(
        said, "ailing", "grave", ("rules", "past", "cared", "slow", "told", "past_near", "supposed")
    ) or _sounds_like("by_sound", said)


def _happens(said: Said, place: Place) -> bool:
    if said.named_after(place) or said.named_before(place) or said.denied(place) or said.over(place):
        return False
    if (said.has("told") or said.has("supposed")) and not said.in_clause("now", place):
        return False
    if said.has("slow") and said.has("rules") and not said.has("help"):
        return False
    return said.has("who") or said.has("help") or said.has("now") or not said.has("rules")


def _befalls(said: Said, place: Place) -> bool:
    if (
        said.named_after(place)
        or said.named_before(place)
        or said.denied(place)
        or said.over(place)
        or said.has("told")
        or said.has("supposed")
    ):
        return False
    word = said.clause(place)[place.start : place.end]
    clause = said.clause(place)
    at_once = said.in_clause("now", place) or clause[place.end : place.end + 1] == "了"
    help_asked = said.has("help")
    somebody = said.has("who")
    if pattern("weak").fullmatch(word):
        return somebody and at_once and not said.has("rules")
    if at_once:
        return somebody or help_asked
    if help_asked:
        return True
    return somebody and not said.has("rules") and not said.has("slow") and said.in_clause("who", place)


def is_crisis(reading: Reading) -> bool:
    """Tell whether a question speaks of somebody who may take or harm their own life."""
    said = Said(reading)
    told = not said.has("who") and (said.has("told") or said.has("past"))
    if not told and any(not _only_a_matter(said, place) for place in said.places("wish")):
        return True
    for place in said.places("act"):
        if _only_a_matter(said, place) or said.over(place) or said.has("told"):
            continue
        alone = len(reading.text) <= _ALONE
        theirs = said.has("who") and (said.has("now") or not said.has("rules"))
        if theirs or said.has("help") or alone:
            return True
    return _together(said, "despair", "end", ("rules", "told")) or _sounds_like("crisis_by_sound", said)


def _together(said: Said, first: str, second: str, unless: tuple[str, ...]) -> bool:
    """Tell whether two kinds of words that alarm only together are said of somebody, and nothing else is asked.

    This is for wordings that no list of phrases holds: 肚子疼 and 打滚, 熬不住 and 想走.
    """
    if len(said.reading.text) > _STORY or any(said.has(name) for name in unless):
        return False
    if not (said.has("who") or len(said.reading.text) <= _SHORT):
        return False
    firsts, seconds = (
        [place for place in said.places(name)[:_MOST_COMPARED] if not _only_a_matter(said, place)]
        for name in (first, second)
    )
    # One stretch of text is no second witness for itself.
    return any(
        one.index != other.index or one.end <= other.start or other.end <= one.start
        for one in firsts
        for other in seconds
    )


def _only_a_matter(said: Said, place: Place) -> bool:
    return said.named_after(place) or said.named_before(place) or said.denied(place)


def taken_to_die(reading: Reading) -> bool:
    """Tell whether somebody has already harmed themselves, so that an ambulance comes before anything else."""
    said = Said(reading)
    return any(not _only_a_matter(said, place) and not said.over(place) for place in said.places("overdose_wish"))


def asks_of_rules(reading: Reading) -> bool:
    """Tell whether a question asks about rules and services, whatever else it says."""
    return bool(pattern("rules").search(reading.text))


@cache
def _sounds(name: str) -> tuple[tuple[str, str], ...]:
    return tuple((phrase, sound_of(phrase)) for phrase in lists()[name])


def _sounds_like(name: str, said: Said) -> bool:
    """Compare by sound; where the very words stand, they have been judged already."""
    if said.has("rules") or any(word in said.reading.sound for word in _RULES_SPOKEN):
        return False
    sounds = said.reading.sound
    return any(sound in sounds and phrase not in said.reading.text for phrase, sound in _sounds(name))


_RULES_SPOKEN = ("baoxiao", "yufang", "zhengce", "guiding", "butie", "buzhujin", "youbuzhu", "yibao", "rexian")
