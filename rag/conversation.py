"""Read a follow-up question in the light of the earlier ones, by rule and without swallowing it.

What the new question leaves out is taken from the last one that said it: the matter (由谁牵头？), the place, or all but
the one thing that is changed (那谢家集区呢？). A question that says what it is about stays as it is; only the place goes on
with it, and only while the matter does. The earlier questions are read in order, each in the light of those before it,
so a chain of follow-ups keeps its thread. Nothing is remembered between calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from rag.asked_before import Asked, bare, taken_apart
from rag.domain import Question
from rag.folding import fold
from rag.followup import FollowUp, concerning
from rag.followups import resolved
from rag.regions import Gazetteer, Relation
from rag.script import in_script_of, is_traditional

_LOOK_BACK = 5
"""Earlier questions that are considered; older ones rarely still set the subject."""
_LONGEST_FOLLOW_UP = 60
"""Longer questions say themselves what they are about."""
_LONGEST = 200
"""A rewritten question beyond this would be no sentence to show."""
_SMALL_TALK = re.compile(
    r"(?:谢谢?|多谢|感谢|辛苦|麻烦|好的?|行|可以|知道|明白|清楚|了解|收到|懂|嗯|哦|噢|啊|哈|是的?|对的?|没事|没有|不用|不客气|再见|拜拜|你好|您好|早上好|上午好|"
    r"下午好|晚上好|在吗|在不在|有人吗|哈喽|hello|hi|thanks?|thank you|ok|okay|bye|good|yes|no|got it|原来如此|这样啊?|真的|太好了|你|您|了|吧|呀|的|啦|大家|很|非常|先|就|这样|[\W_])++"
)
"""Possessive: what is taken is never given back, so that endless thanks are read once and not in every possible way."""
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f' ?!.,？！，。]+")
_PARTICLES = tuple(
    (re.compile(pinyin, re.IGNORECASE), meant)
    for pinyin, meant in (
        (r"\s*\bn[eē](?=[\s?!.？！。]*$)", "呢"),
        (r"^\s*hai ?you\b", "还有"),
        (r"^\s*n[aà]\b(?! ?[lb](?:i|ian)\b)\s*", "那"),
        (r"\byou (?:shui|shei)\b\s*", "由谁"),
    )
)


@dataclass(frozen=True, slots=True)
class Contextual:
    """A question and what it means after the earlier ones. Search for ``question``, and for ``original`` as well.

    ``rewritten`` is the text of ``question`` where it is not what was typed, to be shown; None where nothing was left out.
    """

    question: Question
    rewritten: str | None
    original: Question


def in_context(
    question: Question,
    gazetteer: Gazetteer,
    *,
    prefer: Collection[str] = (),
    read: Callable[[str], str] | None = None,
    skip: Callable[[str], bool] | None = None,
) -> Contextual:
    """Return a question as it would be asked without a conversation before it.

    ``prefer`` are codes of the places that have documents, for names that several places bear. ``read`` returns a text
    as it was meant where it was typed in pinyin or with a slip. ``skip`` is true for earlier questions that nothing
    may be taken from (attacks, abuse); greetings and thanks are left out in any case.
    """
    thread = _Thread.of(question, gazetteer, prefer, read, skip)
    if thread.last is None:
        return Contextual(question, None, question)
    text = thread.meant(question.text)
    rewritten = _in_thread(text, thread.last, question.region, gazetteer, prefer)
    if rewritten is None or fold(rewritten) == fold(bare(text)):
        return Contextual(question, None, question)
    return Contextual(replace(question, text=rewritten), rewritten, question)


def with_the_matter_before(
    question: Question,
    gazetteer: Gazetteer,
    *,
    prefer: Collection[str] = (),
    read: Callable[[str], str] | None = None,
    skip: Callable[[str], bool] | None = None,
) -> Contextual | None:
    """Return a question that ``in_context`` left alone with the matter before it put in front; None without a conversation.

    For questions that go on by their sense alone (平时谁来检查保养, after one for defibrillators), which no rule can tell from
    a new topic: to be tried only where the question by itself finds no answer. The arguments are those of ``in_context``.
    """
    thread = _Thread.of(question, gazetteer, prefer, read, skip)
    text = bare(thread.meant(question.text))
    if thread.last is None or len(text) > _LONGEST_FOLLOW_UP or gazetteer.mentions(text, prefer=prefer):
        return None
    before = _before(text, thread.last, question.region, gazetteer, prefer)
    if not before.matter:
        return None
    rewritten = in_script_of(f"{concerning(before.matter, text)}？", text)
    return Contextual(replace(question, text=rewritten), rewritten, question)


@dataclass(frozen=True, slots=True)
class _Thread:
    """The earlier questions read in order; ``last`` is the last of them as a question of its own, None without any."""

    last: str | None
    read: Callable[[str], str] | None

    @classmethod
    def of(
        cls,
        question: Question,
        gazetteer: Gazetteer,
        prefer: Collection[str],
        read: Callable[[str], str] | None,
        skip: Callable[[str], bool] | None,
    ) -> _Thread:
        thread = cls(None, read)
        for turn in turns_that_count(question, skip):
            text = thread.meant(turn)
            thread = cls(_in_thread(text, thread.last, None, gazetteer, prefer) or text, read)
        return thread

    def meant(self, text: str) -> str:
        """Return a text as it was meant where it was typed in pinyin or with a slip."""
        text = _particles_read(text)
        return self.read(text) if self.read is not None else text


def standalone(question: Question, gazetteer: Gazetteer) -> Question:
    """Return the question as it would be asked without a conversation before it; itself if nothing is missing."""
    return in_context(question, gazetteer).question


def _particles_read(text: str) -> str:
    """Return a follow-up typed in pinyin with the small words of follow-ups read: alone, they sound like many words."""
    if not _LATIN.fullmatch(text):
        return text
    for pattern, meant in _PARTICLES:
        text = pattern.sub(meant, text)
    return text


def turns_that_count(question: Question, skip: Callable[[str], bool] | None = None) -> list[str]:
    """Return the earlier questions that a follow-up may go on with; none where it is only thanks or a greeting."""
    if _is_small_talk(question.text):
        return []
    return [turn for turn in question.history[-_LOOK_BACK:] if _counts(turn, skip)]


def _counts(turn: str, skip: Callable[[str], bool] | None) -> bool:
    return bool(turn.strip()) and not _is_small_talk(turn) and not (skip is not None and skip(turn))


def _is_small_talk(text: str) -> bool:
    return _SMALL_TALK.fullmatch(fold(text).strip()) is not None


def _in_thread(
    text: str, thread: str | None, chosen: str | None, gazetteer: Gazetteer, prefer: Collection[str]
) -> str | None:
    """Return a text as a question of its own after ``thread``, or None where it is one already."""
    if thread is None or len(text.strip()) > _LONGEST_FOLLOW_UP:
        return None
    before = _before(text, thread, chosen, gazetteer, prefer)
    found = resolved(FollowUp.of(text, gazetteer, prefer), before)
    if found is None or len(found) > _LONGEST:
        return None
    return in_script_of(found, text + before.text) if is_traditional(text) else in_script_of(found, text)


def _before(text: str, thread: str, chosen: str | None, gazetteer: Gazetteer, prefer: Collection[str]) -> Asked:
    """Return the question before a text, in the script of the text and about the place that counts now."""
    before = taken_apart(thread if is_traditional(thread) else in_script_of(thread, text), gazetteer, prefer)
    return before if chosen is None else _of_the_page(before, chosen, gazetteer, prefer)


def _of_the_page(before: Asked, chosen: str, gazetteer: Gazetteer, prefer: Collection[str]) -> Asked:
    """Return an earlier question about the place chosen on the page now, where it was about another one.

    A place that was chosen since is meant more than one that was said before.
    """
    page = gazetteer.resolve(chosen, prefer=prefer)
    named = [place for place in map(gazetteer.get, before.regions) if place is not None]
    if page is None or not named or any(gazetteer.related(page, place) is not Relation.ELSEWHERE for place in named):
        return before
    return taken_apart(before.about(page.name)[0], gazetteer, prefer)
