"""Make questions of documents that these documents answer: from their headings, and from the lists they announce."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.domain import Document, DocumentType, Section, Validity
from rag.outline import lines
from rag.region_table import COUNTRY_CODE
from ui.markup import line
from ui.question_forms import Matter, Rank, asked_by
from ui.traditional import to_simplified

LONGEST_QUESTION = 34
"""Characters a question may have: two lines on a small phone in large type."""

_NUMBERING = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百零〇\d]+[编章节条][、：:]?|[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十]+[、.．]|"
    r"\d+(?:\.\d+)*(?:[、.．)）]|\s)|[①-⑳])\s*"
)
_ASIDE = re.compile(r"\s*[（(][^（()）]*[）)]\s*$")
"""A remark behind a title, （试行） or （2026年版）, that nobody would say."""
_QUOTED_TITLE = re.compile(r"《([^《》]{4,40})》")
_SITE = re.compile(r"\s+(?:--|—|-|\|)\s+.*$|^[^《]{0,12}[丨|｜]")
_INSIDE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_FRAME = re.compile(
    r"^.{0,40}?关于(?=.{4})|^《|(?:的)?(?:通知|公告|通告|意见|函|批复)$|(?:的)?(?:介绍|概览|解读|政策解读|汇编|摘要|全文|问答)$"
)
_BEGINS = re.compile(
    r"^(?:印发|发布|做好|开展|推进|推动|实施|加强|加快|进一步|公布|组织|落实|规范|调整|启动|完善)+(?=.{4})"
)
_YEAR = re.compile(r"20\d\d(?:年度|年)")
_INSTRUMENT = re.compile(
    r"(?:发放|实施|管理|工作|指导|暂行|申办|办事|服务|待遇|操作|建设)*(?:办法|细则|方案|指南|政策|须知|规程)$|总结$|(?<=.{6})工作$|(?<=.{6})安排$"
)
"""The paper that lays a matter down: people ask about 育儿补贴, not about 育儿补贴发放办法."""
_PAPER = re.compile(
    r"(?:规划|方案|计划|办法|条例|规定|意见|指南|细则|制度|政策|纲要|法|行动|项目|安排|清单|要点|公告|总结|服务公告|程序表)$"
)
_TELLS_ONLY = (DocumentType.NEWS, DocumentType.REPORT, DocumentType.OTHER)
_SPACED = re.compile(r"^(.)\s+(.)$")

_LIST_AHEAD = re.compile(
    r"^(?:第[一二三四五六七八九十百零〇\d]+条\s*)?(?P<lead>[^：:。；]{4,26}?)(?:下列|以下)(?P<what>[\u4e00-\u9fff]{0,4}?"
    r"(?:条件|材料|职责|义务|权利|内容|程序|服务|事项|措施|证件|资料|方式|待遇|制度|行为|工作|活动|信息|手续|疾病|疫苗|项目))[：:]$"
)
_NOT_ALONE = re.compile(
    r"本(?:法|条例|办法|规定|条|细则|决定)|前款|上述|其|该|之一|的(?:应当|应|可以)|^(?:任何|应当|可以|不得|违反|对|按照|根据|除|并|由|未|向|将|同时|符合|具[有备]|享受|包括|有|提[供交]|携带|申请人?[应须]?当?$)|第[一二三四五六七八九十百]+[条款项]"
)
_OWN_PLACE = re.compile(
    r"^(?:[全本][省市州县区](?:行政区域)?内?|[省市州县区](?=内|卫生|医疗|医保|人民|急救|疾病|民政|财政|教育))"
)
_OF_AUTHORITIES = re.compile(r"(?:部门|政府|机关|机构|委员会|办事处).*(?:职责|工作|措施)|监督检查")
"""Duties of offices: laid down, but seldom what a resident wants to know."""
_LONGEST_LIST = 1500
_OUT_OF_FORCE = (Validity.SUPERSEDED, Validity.EXPIRED)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question made of a document, and the passage ``text[start:end]`` that should answer it."""

    question: str
    document_id: str
    start: int
    end: int
    rank: Rank
    above: tuple[str, ...] = ()
    """The headings above the passage's own, outermost first, as the document has them."""


def usable(document: Document) -> bool:
    """True for a document that is not known to be out of force nor a copy of another."""
    return document.validity not in _OUT_OF_FORCE and document.duplicate_of is None


def questions_of(document: Document) -> tuple[Candidate, ...]:
    """Return the questions that a document seems to answer, in reading order, each once, in simplified script."""
    matter = matter_of(document)
    found = [*_of_headings(document, matter), *_of_lists(document, matter)]
    kept: dict[str, Candidate] = {}
    for candidate in sorted(found, key=lambda candidate: candidate.start):
        if len(candidate.question) <= LONGEST_QUESTION:
            kept.setdefault(candidate.question, candidate)
    return tuple(kept.values())


def matter_of(document: Document) -> Matter:
    """Return how people speak of a document: by its matter, without the frame of a notice and the year."""
    place = to_simplified(line(document.region or ""))
    everywhere = document.region_code == COUNTRY_CODE
    named = "" if everywhere else place
    whole = _SITE.sub("", _ASIDE.sub("", _INSIDE.sub("", to_simplified(line(document.title)))))
    lays_down = document.type not in _TELLS_ONLY
    if document.type is DocumentType.FAQ:
        return Matter(named, "", "", False)
    if document.type is DocumentType.STATUTE:
        title = whole.strip("《》").replace("中华人民共和国", "").replace("《", "〈").replace("》", "〉")
        return Matter("国家" if everywhere else place, "", f"《{title}》", True)
    quoted = _QUOTED_TITLE.search(whole)
    name = _ASIDE.sub("", quoted.group(1)) if quoted else _FRAME.sub("", _FRAME.sub("", whole))
    name = _YEAR.sub("", _BEGINS.sub("", name.removeprefix(named)))
    if not lays_down and not quoted and not _PAPER.search(name):
        name = ""
    if re.search(r"[，,。：:！!？?丨|]", name):
        name = ""
    own = _INSTRUMENT.sub("", name) or name
    if re.match("[将把]", own):
        # 将健康融入所有政策实施方案 can be asked about under its whole name only.
        name = own = name if _PAPER.search(name) and own != name else ""
    return Matter("国家" if everywhere else place, _with_place(named, own), _with_place(named, name), lays_down)


def _with_place(place: str, name: str) -> str:
    return name if not name or place in name else place + name


def _of_headings(document: Document, matter: Matter) -> Iterator[Candidate]:
    for section in document.sections:
        heading = heading_of(section)
        if heading and heading in matter.title and heading[-1:] not in "？?":
            continue
        made = asked_by(heading, _narrowed(matter, section))
        if made is not None and (document.type is not DocumentType.FAQ or made[1] is Rank.ASKED):
            yield Candidate(made[0], document.document_id, section.start, section.end, made[1], section.path[:-1])


def heading_of(section: Section) -> str:
    """Return a section's heading in simplified script, without its numbering and a remark behind it."""
    heading = _NUMBERING.sub("", to_simplified(line(section.heading)))
    return _SPACED.sub(r"\1\2", _ASIDE.sub("", heading).strip("：:。 　"))


def _narrowed(matter: Matter, section: Section) -> Matter:
    """Take the heading above for the matter, where the document has several and that is one of them."""
    if len(section.path) < 2 or not re.search(r"[和与及、]", matter.subject):
        return matter
    above = _NUMBERING.sub("", to_simplified(line(section.path[-2])))
    if len(above) < 3 or above not in re.split(r"[和与及、]", matter.subject.removeprefix(matter.place)):
        return matter
    return Matter(matter.place, _with_place(matter.place, above), matter.title, matter.lays_down)


def _of_lists(document: Document, matter: Matter) -> Iterator[Candidate]:
    """Ask for the lists that a line announces (申请执业应当具备下列条件)."""
    if not matter.lays_down:
        return
    text = document.text
    place = "" if matter.place in ("", "国家") else matter.place
    for start, end in lines(text):
        if end - start > 60 or text[end - 1] not in "：:":
            continue
        ahead = _LIST_AHEAD.match(to_simplified(text[start:end]))
        if ahead is None:
            continue
        lead = re.sub(r"，(?=应|可以|可|依法|不得|必须|履行|享有|禁止)", "", ahead["lead"])
        if "，" in lead or _NOT_ALONE.search(lead):
            continue
        lead = _OWN_PLACE.sub("", lead).replace("还应当", "应当")
        question = f"{'' if place in lead else place}{lead}哪些{ahead['what']}？"
        rank = Rank.RULE if _OF_AUTHORITIES.search(question) else Rank.PLAN
        yield Candidate(question, document.document_id, start, min(len(text), end + _LONGEST_LIST), rank)
