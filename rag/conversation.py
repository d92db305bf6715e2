"""Read a follow-up question in the light of the earlier ones, without swallowing it.

The new question always stays whole; what it leaves out is put in front of it: the place, and for an elliptical
question the subject of the one before.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.domain import Question
from rag.folding import fold
from rag.regions import Gazetteer
from rag.tokenizing import FUNCTION_WORDS, subject, words

_ELLIPTICAL = re.compile(r"^(?:那|那么|还有|另外|它|这个|那个|其中|上面|以上|刚才|这些|那些|具体|详细)|呢[?？]?$")
_LOOK_BACK = 5
"""Earlier questions that are considered; older ones rarely still set the subject."""
_FEW_WORDS = 2


def standalone(question: Question, gazetteer: Gazetteer) -> Question:
    """Return the question as it would be asked without a conversation before it; itself if nothing is missing."""
    history = [earlier for earlier in question.history if earlier.strip()][-_LOOK_BACK:]
    if not history:
        return question
    text = question.text.strip()
    folded = fold(text)
    if _ELLIPTICAL.search(folded) or len(_content(text)) <= _FEW_WORDS:
        previous = subject(history[-1])
        if _content(text) and not gazetteer.mentions(text):
            text = f"{previous} {text}"
        elif gazetteer.mentions(text):
            text = f"{text} {_without_places(previous, gazetteer)}"
    if not gazetteer.mentions(text):
        for earlier in reversed(history):
            places = gazetteer.mentions(earlier)
            if places:
                text = f"{places[0].region.name} {text}"
                break
    return replace(question, text=text)


def _content(text: str) -> list[str]:
    return [word for word in words(subject(text)) if word not in FUNCTION_WORDS and len(word) > 1]


def _without_places(text: str, gazetteer: Gazetteer) -> str:
    for mention in reversed(gazetteer.mentions(text)):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    return text.strip()
