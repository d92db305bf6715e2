"""Read who issued a text: labelled lines, adoption notes, signatures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from ingest.metadata_dates import dates_in, may_hold_date, may_open_with_date
from rag.folding import fold, simplify

LABELS: Mapping[str, tuple[str, ...]] = {
    "published": ("发布日期", "发布时间", "发文日期", "印发日期", "公布日期", "发表时间", "公开日期"),
    "signed": ("成文日期", "生成日期", "签发日期"),
    "dated": ("日期", "时间"),
    "issuer": ("发文机关", "发文机构", "发文单位", "制定机关", "发布机构", "发布机关", "发布单位", "公开主体"),
    "source": ("信息来源", "文章来源", "来源", "稿源"),
    "number": ("发文字号", "文号", "发文号", "文件编号"),
    "effective": ("施行日期", "实施日期", "生效日期", "执行日期"),
    "validity": ("时效性", "有效性", "时效状态"),
}
"""What the lines at the head of a page are called; the words of one fact, the more telling ones first."""

_LABEL_OF = {word: fact for fact, words in LABELS.items() for word in words}
_LABEL = re.compile(
    r"(?:^|(?<=[\s|｜【\[（(]))("
    + "|".join(r"\s{0,4}".join(word) for word in sorted(_LABEL_OF, key=len, reverse=True))
    + r")(?:\s{0,2}[:：]\s*|(?<=^.{4})\s+(?=\S)|(?<=^.{3})\s+(?=\S))"
)
_VALUE_END = re.compile(
    r"\s{2,}|[|｜】\]]|\s(?=[\u4e00-\u9fff][\u4e00-\u9fff\s]{0,6}[:：])|(?=(?:责任编辑|责编|编辑|作者|记者|浏览|点击|阅读|字体|字号)(?:次数|量)?\s?[:：])"
)

_BODY_SUFFIX = (
    "人民代表大会常务委员会|人民代表大会|人大常委会|常务委员会|常委会|委员会|人民政府|人民政府办公厅|人民政府办公室|政府办公室|办公厅|办公室|国务院"
    "|卫健委|卫计委|健康委|医保局|局|厅|委|部|署|管委会|领导小组|指挥部|联席会议|人民法院|人民检察院|中心|红十字会|残疾人联合会|医院|保健院"
)
_ORGANISATION = re.compile(
    rf"[\u4e00-\u9fff（）()、·\s]{{0,60}}(?:{_BODY_SUFFIX})(?:[（(][\u4e00-\u9fff]{{2,20}}[）)])?"
)
_PUBLIC_BODY = re.compile(
    r"国务院|总署|政府|人民代表大会|人大|委员会|中共|卫生|健康委|卫健|卫计|医疗保障|医保|疾病预防|疾控|药品监督|民政|财政|教育|人力资源|残疾人联合会"
    r"|红十字会|法院|检察院|领导小组|指挥部|管委会|总局|[省市县区州旗国].{0,12}(?:局|厅|委|办公室|办公厅)$|部$"
)
_MEDIA = re.compile(
    r"融媒|日报|晚报|早报|时报|晨报|都市报|商报|周刊|新华|人民网|央视|央广|(?:电视|广播)(?!局|电视局)|报社|新闻(?!办|出版|发布|处)|客户端|通讯社|中新|澎湃"
    r"|传媒|(?<!政府)(?<!人大)(?<!政务)(?<!委员会)网$"
)
_COMPANY = re.compile(r"公司|个人博客|工作室|文库|范文|下载站|自媒体")

_TITLE_ISSUER = re.compile(rf"^({_ORGANISATION.pattern})\s*(?:关于|印发|发布|转发|公告|通告|令)")
_ADOPTED = ("通过", "公布", "修订", "修正", "批准", "发布", "颁布")
_MADE = re.compile(r"通过|公布|发布|颁布|制定")
"""A body that only approved a text (国务院批准，海关总署令发布) did not issue it."""
_ORDERED = re.compile(r"公布|发布|颁布")
_SITTING = re.compile(r"第?[零一二三四五六七八九十百\d]+届")
_ADOPTER = re.compile(
    r"(?P<order>[\u4e00-\u9fff、]{2,40}?)(?:令\s*第?\s*[\d零一二三四五六七八九十百]+\s*号|第\s?\d+\s?号令)"
    r"|(?P<congress>[\u4e00-\u9fff]{2,20}?(?:第[零一二三四五六七八九十百\d]+届)?[\u4e00-\u9fff]{0,4}?人民代表大会(?:常务委员会)?)"
    r"|(?P<court>最高人民法院|最高人民检察院)|(?P<state>(?:中共中央[、\s]*)?国务院)"
)
_IN_ADOPTERS = ("令", "人民代表大会", "最高人民", "国务院")
"""A note without any of these names no adopter; plain searches tell that in a hundredth of the time."""
_LONGEST_ADOPTER = 64
"""Characters of a match before the word that it must hold: forty of a name, a session or a number behind it."""
_NATIONAL = re.compile(r"国务院|中共中央|中央|国家|全国|最高人民|中华人民共和国|健康中国|.{2,8}(?:部|总署)(?:办公厅)?$")
_HEAD_BLOCKS = 12
_LONGEST_SIGNATURE = 40
_LONGEST_NOTE = 600


@dataclass(frozen=True, slots=True)
class Signature:
    """The lines under a text: who signed (``None`` where only a date stands there) and when."""

    issuer: str | None
    day: date
    whole_day: bool
    position: int
    """Index of the block with the date."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """The note under the title of a statute: who adopted it and the day of its newest state."""

    issuer: str | None
    day: date | None
    issued: date | None = None
    """The day of the order, else of the first note: 自公布之日起施行 counts from it, whatever was amended since."""
    number: str | None = None
    """The order by which it was published (国务院令第380号); orders that only amend it do not count."""


def labelled_facts(lines: Iterable[str]) -> dict[str, str]:
    """Return what lines like ``发文机关：… 成文日期：…`` state, keyed as in `LABELS`; the first and most telling word wins."""
    found: dict[str, tuple[int, str]] = {}
    for line in lines:
        plain = simplify(line)
        matches = list(_LABEL.finditer(plain))
        for match, following in zip_longest(matches, matches[1:]):
            word = re.sub(r"\s", "", match[1])
            value = line[match.end() : following.start() if following else len(line)]
            value = _VALUE_END.split(value.strip(), maxsplit=1)[0].strip(" ，,；;。）)")
            fact = _LABEL_OF[word]
            rank = LABELS[fact].index(word)
            if value and (fact not in found or rank < found[fact][0]):
                found[fact] = (rank, value)
    return {fact: value for fact, (_, value) in found.items()}


def is_organisation(name: str) -> bool:
    """Tell whether a short text is the name of a public body or an institution."""
    return len(name) <= _LONGEST_SIGNATURE * 2 and _ORGANISATION.fullmatch(simplify(name).strip()) is not None


def is_public_body(name: str) -> bool:
    """Tell whether a name is that of a public body, not of a medium or a company."""
    plain = simplify(name)
    return bool(_PUBLIC_BODY.search(plain)) and not _MEDIA.search(plain) and not _COMPANY.search(plain)


def is_medium(name: str) -> bool:
    """Tell whether a name is that of a newspaper, broadcaster or news site."""
    return _MEDIA.search(simplify(name)) is not None


def is_company(name: str) -> bool:
    """Tell whether a name is that of a company or of a site that collects what others wrote."""
    return _COMPANY.search(simplify(name)) is not None


def issuer_in_title(title: str) -> str | None:
    """Return the public body that a title opens with (云溪县卫生健康局关于…的通知), ``None`` if it names none."""
    match = _TITLE_ISSUER.match(simplify(title))
    return title[: match.end(1)].strip() if match and is_public_body(match[1]) else None


def adoption(head: Sequence[str]) -> Adoption | None:
    """Return what the adoption notes among the first lines say, ``None`` where there are none."""
    issuer: str | None = None
    number: str | None = None
    issued: date | None = None
    approved_only = False
    days: list[date] = []
    for plain in _whole_notes(head):
        if not may_open_with_date(plain) or plain.endswith("施行") or not any(word in plain for word in _ADOPTED):
            continue
        if not days and not any(word in plain for word in _IN_ADOPTERS):
            continue
        dates = dates_in(plain)
        if not dates or dates[0].start > 2:
            continue
        by = _adopter(plain[dates[0].end :])
        if by is None and not days:
            continue
        if by is not None and by["order"] and _ORDERED.search(plain) and "修" not in plain:
            number, issued = re.sub(r"^(?:经|由)|\s", "", by[0]), dates[0].day
            issuer = None if approved_only else issuer
        days.extend(found.day for found in dates)
        if issuer is None and by is not None:
            approved_only = not _MADE.search(plain)
            named = by["order"] or by["congress"] or by["court"] or by["state"]
            issuer = re.sub(r"^(?:经|由)", "", _SITTING.sub("", named))
            if issuer.endswith("主席"):
                issuer = "全国人民代表大会常务委员会"
    return Adoption(issuer, max(days), issued or min(days), number) if days else None


def _adopter(note: str) -> re.Match[str] | None:
    """Return the first match of `_ADOPTER`, which is slow where nothing matches, looking only near what it must hold."""
    first = min((at for word in _IN_ADOPTERS if (at := note.find(word)) >= 0), default=None)
    return None if first is None else _ADOPTER.search(note, max(0, first - _LONGEST_ADOPTER))


def _whole_notes(head: Sequence[str]) -> list[str]:
    """Return the first lines with notes in brackets that run over several lines (PDF) joined again."""
    notes: list[str] = []
    open_note = False
    for line in head[:_HEAD_BLOCKS]:
        plain = simplify(line).strip()
        if open_note:
            notes[-1] += plain
        else:
            notes.append(plain)
        open_note = notes[-1][:1] in "（(" and not notes[-1].endswith(("）", ")")) and len(notes[-1]) < _LONGEST_NOTE
    return [note.strip("（() ）") for note in notes]


def signature(blocks: Sequence[str]) -> Signature | None:
    """Return the first signature: a line that is nothing but a date below a line that names an organisation.

    Annexes follow the signature, so it is looked for from the front. Without one, a date alone as one of
    the last three lines counts as the day of signing.
    """
    for position, line in enumerate(blocks):
        dates = dates_in(line) if len(line) <= _LONGEST_SIGNATURE + 20 and may_hold_date(line) else []
        if not dates:
            continue
        rest = (line[: dates[0].start] + line[dates[0].end :]).strip(" （）()")
        if rest and not is_organisation(rest):
            continue
        signers = [rest] if rest else list(reversed(blocks[max(0, position - 2) : position]))
        for signer in signers:
            name = signer.strip()
            if len(name) <= _LONGEST_SIGNATURE and is_organisation(name):
                return Signature(re.sub(r"\s+", "", name), dates[0].day, dates[0].whole, position)
            if not re.fullmatch(r"[（(].*[）)]", name):
                break
        if not rest and position >= len(blocks) - 3:
            return Signature(None, dates[0].day, dates[0].whole, position)
    return None


def completed_issuer(issuer: str | None, place: str | None) -> str | None:
    """Return ``issuer`` with its place in front where it only says 市 or 县 (市卫生健康委 of 澧县 is left alone)."""
    if issuer is None or place is None or issuer[:1] not in "省市县区州旗" or not place.endswith(issuer[:1]):
        return issuer
    return place + issuer[1:] if is_organisation(issuer[1:]) else issuer


def is_national(name: str) -> bool:
    """Tell whether a body without a place in its name acts for the whole country; of joint issuers, whether one does."""
    plain = re.sub(r"\s", "", fold(name))
    return any(_NATIONAL.match(part) for part in re.split("[、,]", plain))
