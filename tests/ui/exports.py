"""An answer on its way into a file, for the tests of every kind of file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from rag.domain import Answer, Question
from rag.settings import HelpSettings
from tests.fakes import FakeAssistant
from ui.answer_sheet import answer_sheet
from ui.export import Export
from ui.wording import Language, Wording

ORIGIN = "https://policy.example.cn"
HOSTILE = "<b>粗</b><img src=x>&amp;\x00\x0b\ud800\ufffe\u202e𠮷<link href='javascript:alert(1)'>]]>{{1+1}}"
"""Markup of two kinds, what XML and PDF cannot hold, and a character outside of the first 65,536."""


def asked(words: str) -> Answer:
    return FakeAssistant().answer(Question(words))


def export_of(answer: Answer, language: Language = Language.ZH_HANS, **more: Any) -> Export:
    wording = Wording(language, HelpSettings())
    facts: dict[str, Any] = {
        "checked": date(2026, 3, 9),
        "answer_id": "0123456789abcdef",
        "place": "青石县",
        "made": date(2026, 3, 7),
        "generation": "20260301T080000-abc",
    }
    return Export(answer_sheet(answer, wording, ORIGIN), wording, **{**facts, **more})


def hostile_answer() -> Answer:
    """Return an answer with hostile words wherever words come from outside."""
    answer = asked("发展目标是什么")
    citation = answer.citations[0]
    padded = HOSTILE.ljust(len(citation.quote) + len(HOSTILE), "。")
    longer = replace(
        citation,
        title=HOSTILE,
        issuer=HOSTILE,
        region=HOSTILE,
        url=f"https://a.cn/?q={HOSTILE}",
        section=(HOSTILE,),
        quote=padded,
        end=citation.start + len(padded),
    )
    statement = replace(answer.statements[0], text=HOSTILE)
    return replace(answer, question=HOSTILE, statements=(statement,), citations=(longer,), read_as=HOSTILE)
