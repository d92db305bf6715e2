"""Write an answer as an operator sends it on: into a chat, as a short message, or as words to read out on the telephone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from rag.domain import Answer, Citation, NoticeKind, Statement
from rag.numerals import FigureKind, blank_enumerators, find_figures
from ui.addresses import at
from ui.answer_sheet import printable
from ui.answer_text import answer_text
from ui.markup import line
from ui.wording import Wording

ONE_MESSAGE = 70
"""Characters of a short message in Chinese (GSM 03.38, UCS-2: 140 bytes)."""
JOINED_MESSAGE = 67
"""Characters of each part of a longer one, which loses 6 bytes to its header (GSM 03.40)."""

_SENTENCE = re.compile(r"[^。；;！？!?\n]*(?:[。；;！？!?\n]+|$)")
_MARKERS = re.compile(r"\s*[\[［【]\d{1,3}[\]］】]")
_ISO_DAY = re.compile(r"(?<!\d)([12]\d{3})-(\d{2})-(\d{2})(?!\d)")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")
_SIGNS = (
    ("≥", "大于或等于"),
    ("≤", "小于或等于"),
    ("＞", "大于"),
    ("＜", "小于"),
    ("℃", "摄氏度"),
    ("㎡", "平方米"),
    ("×", "乘"),
)
_RANGE = re.compile(r"(?<=[\d岁年月日元天次人名个周期])\s*[-－–—~～]{1,2}\s*(?=\d|百分之)")


@dataclass(frozen=True, slots=True)
class DraftTexts:
    """The same answer in three forms."""

    chat: str
    sms: str
    sms_parts: int
    """How many short messages it is charged as."""
    speech: str


def draft_texts(answer: Answer, wording: Wording, origin: str) -> DraftTexts:
    """Return the texts of an answer; ``origin`` is put before addresses of this site (``https://bureau.example``)."""
    sms = _sms(answer, wording, origin)
    return DraftTexts(answer_text(answer, wording, origin), sms, sms_parts(sms), _speech(answer, wording))


def sms_parts(text: str) -> int:
    """Return how many short messages a text takes; an empty one takes none."""
    units = len(text.encode("utf-16-le")) // 2
    return -(-units // JOINED_MESSAGE) if units > ONE_MESSAGE else int(units > 0)


def spoken(text: str) -> str:
    """Return a text as somebody reads it out: no marks, shares and ranges in words, telephone numbers digit by digit."""
    plain = _MARKERS.sub("", printable(text))
    plain = _ISO_DAY.sub(lambda day: f"{day[1]}年{int(day[2])}月{int(day[3])}日", plain)
    # Enumerators are left for the eye only; the listener hears one sentence after the other.
    plain = " ".join(blank_enumerators(plain).split())
    for figure in reversed(find_figures(plain)):
        if figure.kind is FigureKind.PHONE:
            plain = plain[: figure.start] + " ".join(figure.value) + plain[figure.end :]
    plain = _SHARE.sub(r"百分之\1", plain)
    for sign, word in _SIGNS:
        plain = plain.replace(sign, word)
    return _RANGE.sub("到", plain)


def _sms(answer: Answer, wording: Wording, origin: str) -> str:
    said = "".join(_ended(_short(statement)) for statement in answer.statements)
    grave = "".join(
        _ended(wording.notice(notice))
        for notice in answer.notices
        if notice.kind in (NoticeKind.SUPERSEDED, NoticeKind.OTHER_REGION, NoticeKind.CONFLICT)
        or notice.values.get("reason") == "expired"
    )
    first = answer.citations[0]
    # Every character is charged: the document alone, without the place in it.
    address = origin + at(f"/documents/{quote(first.document_id, safe='')}")
    titles = "".join(_named(one, wording) for one in _documents(answer))
    return printable(f"{said}{grave}{wording.text('staff.answer.sms.source', titles=titles)} {address}")


def _short(statement: Statement) -> str:
    """Return the sentence of a statement that answers; all of it where that is not known or somebody edited it."""
    text = printable(statement.text)
    if statement.span is None or len(text) != len(statement.text):
        return line(text)
    start, end = statement.span
    parts = [part for part in _SENTENCE.finditer(text) if part.group() and part.start() < end and part.end() > start]
    return line(text[parts[0].start() : parts[-1].end()]) if parts else line(text)


def _ended(text: str) -> str:
    text = text.rstrip(" ，,、；;：:")
    return text if not text or text[-1] in "。！？!?." else f"{text}。"


def _speech(answer: Answer, wording: Wording) -> str:
    paragraphs = [wording.text("staff.answer.speech.asked", question=spoken(answer.question))]
    by_number = {citation.number: citation for citation in answer.citations}
    last: str | None = None
    for statement in answer.statements:
        source = by_number[statement.citations[0]]
        begins = source.document_id != last
        last = source.document_id
        lead = _introduced(source, wording) if begins else ""
        paragraphs.append(lead + _ended(spoken(statement.text)))
    told = [
        _ended(spoken(wording.notice(notice)))
        for notice in answer.notices
        if notice.kind is not NoticeKind.AI_GENERATED
    ]
    return "\n".join([*paragraphs, *dict.fromkeys(told), wording.text("staff.answer.speech.end")])


def _named(source: Citation, wording: Wording) -> str:
    made_up = wording.text("document.demonstration") if source.demonstration else ""
    return wording.text("staff.answer.sms.title", title=line(printable(source.title))) + made_up


def _introduced(source: Citation, wording: Wording) -> str:
    facts = {
        "title": spoken(line(source.title)),
        "issuer": line(source.issuer or ""),
        "day": wording.day(source.published) if source.published else "",
    }
    known = "full" if source.issuer and source.published else "issuer" if source.issuer else "title"
    made_up = wording.text("document.demonstration") if source.demonstration else ""
    return f"{made_up}。" * bool(made_up) + wording.text(f"staff.answer.speech.source.{known}", **facts)


def _documents(answer: Answer) -> tuple[Citation, ...]:
    return tuple({one.document_id: one for one in reversed(answer.citations)}.values())[::-1]
