"""Tell apart what is no question to the sources: abuse, small talk, and plainly other topics."""

from __future__ import annotations

import re
from functools import cache

from rag.guard.phrases import pattern
from rag.guard.reading import Reading
from rag.scope import in_scope

_LONGEST_TALK = 40
_PUBLIC = ("rules", "topic_kept")


def is_abuse(reading: Reading) -> bool:
    """Tell whether a question is abuse and nothing else; an angry question about a policy is a question."""
    rest, found = pattern("abuse").subn(",", reading.text)
    return bool(found) and not in_scope(rest) and not any(pattern(name).search(rest) for name in _PUBLIC)


def is_chat(reading: Reading) -> bool:
    """Tell whether the whole of it is a greeting, thanks or a question about the assistant."""
    if len(reading.text) > _LONGEST_TALK:
        return False
    rest, found = _small_talk().subn("", reading.text)
    return bool(found) and not re.search(r"\w", pattern("chat_filler").sub("", rest))


@cache
def _small_talk() -> re.Pattern[str]:
    """Small talk, with the sounds that people put around it: 你是谁呀."""
    return re.compile(f"(?:{pattern('chat').pattern})(?:啊|呀|呢|吧|啦|嘛|了|哟|喽)?")


def is_other_topic(reading: Reading) -> bool:
    """Tell whether a question is about something else for certain: no word of health or public life stands in it."""
    if not pattern("other_topic").search(reading.text):
        return False
    return not in_scope(reading.text) and not any(pattern(name).search(reading.text) for name in _PUBLIC)
