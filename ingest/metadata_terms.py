"""Read for how long a text says that it holds: from which day (自…起施行), until which (有效期五年, 至…止)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.metadata_dates import chinese_number, dates_in
from ingest.metadata_page import Page
from rag.domain import Authority, Validity
from rag.folding import fold, simplify

_SENTENCE = re.compile(r"[^。；;\n]+")
_APPLIES = "(?:施行|实施|执行|生效|试行)"
_ABOUT_ITSELF = re.compile(
    r"(?:本|该)(?:办法|规定|通知|意见|方案|细则|条例|文件|规划|公告|通告|计划|决定|标准|规范|规程|指南|措施|政策)"
    rf"|起(?:正式)?{_APPLIES}|之日起|^[\s（(]*有效期"
)
_IN_ABOUT_ITSELF = ("本", "该", "起", "有效期")
"""Words of which each match of `_ABOUT_ITSELF` holds one; most sentences hold none, which is quicker to tell."""
_ABOUT_PAPERS = re.compile(r"证|许可|批件|注册|备案凭")
"""Licences and certificates have terms too; those say nothing about the text."""
_TERM = re.compile(
    r"(?:有效期限?|试行期|试行|暂行期|执行期限?)(?:限)?(?:为|是|至)?\s?[:：]?\s?"
    r"(?P<years>\d{1,2}|[一二三四五六七八九十两]{1,2})\s?(?P<unit>年|个月)(?!\d|\s?\d)"
)
_UNTIL = re.compile(
    r"(?:有效期限?|执行期限?|施行期限|试行期限?|有效)[^。；;\n]{0,24}?(?:至|到|截止)|(?:失效|废止)(?:日期|时间)\s?[:：]"
    rf"|起(?:正式)?{_APPLIES},?[^。；;\n]{{0,4}}?(?:至|到)"
    r"|自[^。；;\n]{6,14}(?:起|日)\s?至(?=[^。；;\n]{6,14}(?:止|期间|(?:有效|施行|执行|试行)))"
)
_SINCE = re.compile(rf"(?:(?:起(?:正式|开始)?|(?<=日)\s?){_APPLIES}|{_APPLIES}(?:日期|时间)\s?[:：]?(?=\s?[\d一二]))")
_SINCE_ISSUE = re.compile(
    r"自[\u4e00-\u9fff]{0,4}(?:公布|发布|印发|颁布|颁发|通过|批准|下发|发文)之日起(?:满?(?P<days>\d{1,3}|[一二三四五六七八九十]{1,3})(?:个工作)?日(?:后|内)?)?"
    rf"(?:正式|开始)?{_APPLIES}"
)
_MAY_MATTER = re.compile("施行|实施|實施|执行|執行|生效|试行|試行|有效|失效|废止|廢止")
_MARKED_DEAD = re.compile(r"[（(【\[](?:已|现已|全文)?(?:废止|失效)[）)】\]]")
_NAMES_IN_FORCE = re.compile(r"有效")
_NAMES_EXPIRED = re.compile(r"失效|废止|无效")


@dataclass(frozen=True, slots=True)
class Term:
    """From when until when a text says that it holds itself, and whether it does on the day it is judged.

    The origins say where each fact was read; they are empty for facts that nothing states.
    """

    effective: date | None = None
    effective_origin: str = ""
    valid_until: date | None = None
    valid_until_origin: str = ""
    validity: Validity = Validity.UNKNOWN
    validity_origin: str = ""


def telling_text(lines: Sequence[str]) -> str:
    """Return the folded lines that could say from when or until when a text holds; the others are not worth reading."""
    return fold("\n".join(line for line in lines if _MAY_MATTER.search(line)))


def effective_from(text: str, published: date | None = None) -> date | None:
    """Return the day from which the text says it applies (自…起施行), the last one named; ``None`` if none is.

    Texts end with their own day; earlier sentences of that form speak about other rules. A text that applies
    from its publication, or so many days after it, gets ``published`` plus those days.
    """
    folded = fold(text)
    last = None
    for match in _SINCE.finditer(folded):
        before = "日期" not in match[0] and "时间" not in match[0]
        window = (
            folded[max(0, match.start() - 20) : match.start()] if before else folded[match.end() : match.end() + 16]
        )
        days = [found for found in dates_in(window) if found.whole]
        if days:
            last = days[-1 if before else 0].day
    issue = _SINCE_ISSUE.search(folded) if last is None and published is not None else None
    if issue is None or published is None:
        return last
    return published + timedelta(days=chinese_number(issue["days"] or "0") or 0)


def expiry(text: str, since: date | None) -> date | None:
    """Return the last day on which the text says it is valid itself, ``None`` if it names no term.

    A term in years or months (有效期五年) is counted from ``since``; without that day it stays unknown.
    """
    for sentence in _SENTENCE.findall(fold(text)):
        if not any(word in sentence for word in _IN_ABOUT_ITSELF):
            continue
        if not _ABOUT_ITSELF.search(sentence) or _ABOUT_PAPERS.search(sentence):
            continue
        until = _UNTIL.search(sentence)
        days = [found for found in dates_in(sentence[until.end() : until.end() + 16]) if found.whole] if until else []
        if days:
            return days[0].day
        term = _TERM.search(sentence)
        number = chinese_number(term["years"]) if term else None
        if term is not None and number is not None and since is not None:
            return _months_later(since, number * (12 if term["unit"] == "年" else 1)) - timedelta(days=1)
    return None


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return date(day.year + years, month + 1, day.day)
    except ValueError:  # 29 February, or the 31st: the first of the next month ends the same span
        return date(day.year + years + (month + 1) // 12, (month + 1) % 12 + 1, 1)


def term_of(page: Page, title: str, authority: Authority, published: date | None) -> Term:
    """Judge by what the file says of its own term; only an official page can say that a text is in force."""
    text = telling_text(page.lines)
    effective, effective_origin = _first_day(page.declared.get("effective"), page.declared_origin)
    if effective is None:
        effective, effective_origin = _first_day(page.labelled.get("effective"), "source_line")
    if effective is None:
        issued = page.adopted.issued if page.adopted is not None else None
        effective = effective_from(text, issued or published)
        effective_origin = "provision" if effective else ""
    until, until_origin = _first_day(page.declared.get("valid_until"), page.declared_origin)
    if until is None:
        until = expiry(text, effective or published)
        until_origin = "provision" if until else ""
    validity, origin = _judge(page, title, authority, effective, until)
    if origin == "provision" and validity is Validity.EXPIRED:
        origin = until_origin
    return Term(effective, effective_origin, until, until_origin, validity, origin)


def _first_day(text: str | None, origin: str) -> tuple[date | None, str]:
    days = [found for found in dates_in(text or "") if found.whole]
    return (days[0].day, origin) if days else (None, "")


def _judge(
    page: Page, title: str, authority: Authority, since: date | None, until: date | None
) -> tuple[Validity, str]:
    declared = page.declared.get("validity", "")
    if declared in set(Validity):
        return Validity(declared), page.declared_origin
    if until is not None and until < page.today:
        return Validity.EXPIRED, "provision"
    label = simplify(page.labelled.get("validity", ""))
    if _MARKED_DEAD.search(simplify(title)) or _NAMES_EXPIRED.search(label):
        return Validity.EXPIRED, "source_line" if _NAMES_EXPIRED.search(label) else "title"
    if authority is Authority.OFFICIAL and (since is None or since <= page.today):
        if _NAMES_IN_FORCE.search(label):
            return Validity.IN_FORCE, "source_line"
        if since is not None or until is not None:
            return Validity.IN_FORCE, "provision"
    return Validity.UNKNOWN, ""
