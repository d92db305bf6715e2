"""Find a document's title, and from it the kind of document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ingest.blocks import BlockKind
from ingest.metadata_number import NUMBER
from ingest.metadata_page import FRONT_MATTER, Page
from rag.domain import DocumentType
from rag.folding import simplify

_TITLE_CHARS = 90
_OPENING_CHARS = 40
_PROSE_CHARS = 40
_LOOK_AT = 14
_SURE_TITLE_CHARS = 8

_NOT_A_TITLE = re.compile(
    r"[。；;！!？?]$|^(?:当前位置|首页|您的位置|索引号|标\s{0,4}题\s*[:：]|目\s*录|\d+\s?[.、．]|[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十]+、|附件\s*\d*\s*[:：]?$|附件\d*[:：]|第[一二三四五六七八九十\d]+[章条])|[:：]$|浏览|评论|次阅读|访问量|^[-—\d\s/.:：年月日]+$"
)
_GENRE = re.compile(
    r"通知|公告|通告|办法|意见|决定|批复|规划|计划|方案|纲要|解读|问答|条例|规定|细则|报告|总结|汇编|指南|标准|规范|清单|解释|法$|概览|发布会|行动"
)
_TITLE_GENRES: tuple[tuple[DocumentType, re.Pattern[str]], ...] = (
    (DocumentType.FAQ, re.compile(r"问答|百问|答记者问|常见问题|热点问题|你问我答|faq")),
    (DocumentType.NEWS, re.compile(r"发布会|实录|访谈|快讯|权威发布|新闻|动态|入选|召开|启动|获评")),
    (DocumentType.INTERPRETATION, re.compile(r"解读|图解|一图读懂|一图看懂|政策说明")),
)
_LAST_GENRES: tuple[tuple[DocumentType, str], ...] = (
    (DocumentType.STATUTE, "条例|实施细则|若干规定|法"),
    (DocumentType.NOTICE, "通知|公告|通告|办法|意见|决定|批复|函|规定|规范|标准|指南|细则"),
    (DocumentType.PLAN, "规划|计划|方案|纲要|行动|要点"),
    (DocumentType.REPORT, "报告|总结|汇编|公报|年报|白皮书"),
    (DocumentType.STATUTE, "解释"),
)
_IMPLEMENTING = re.compile(r"实施《[^《》]*法》(?:的)?(?:办法|细则|若干规定|条例)(?:[（(][^（）()]*[）)])?$")
"""Rules by which a province carries out a law are adopted by its congress, also where the note of that is missing."""
_ORDERED = re.compile(r"人民代表大会|国务院令|[局部委]令第?\s*\d+\s*号")
_NEWS_DESK = re.compile(r"(?:讯|电)[\s（(，]|记者|通讯员|编辑[:：]")

_NAMED_TITLE = re.compile(
    r"(?:本文标题|原标题|标题|标\s{0,4}题)\s*[:：]\s*《?(?P<title>[^《》\n]*(?:《[^》]*》[^《》\n]*)*)》?$"
)
_NUMBERED_STEM = re.compile(r"^\d+(?:-附件\d+)?[、.．:：-]\s*|[（(](?:\d{4}-\d{2}-\d{2})[）)]$")
_COMPLETE = re.compile(r"(?:通知|意见|办法|公告|通告|决定|条例|法)$")
_LOWER_PART = re.compile(
    r"^(?:[（(](?!\s?\d{4}\s?年\s?\d)|关于|印发|转发|实施方案|工作方案|实施意见|发展行动|行动计划|的通知|的意见|[^《]{0,12}》的)"
)
_UNFINISHED = re.compile(r"(?:的|和|与|及|关于|印发|开展|加强|推进|产业|规划|实施|工作)$")
_CJK = re.compile(r"[\u3400-\u9fff]")


def _could_be_title(line: str) -> bool:
    return 4 <= len(line) <= _TITLE_CHARS and len(_CJK.findall(line)) >= 4 and not _NOT_A_TITLE.search(simplify(line))


def _is_unfinished(line: str) -> bool:
    open_brackets = any(line.count(left) > line.count(right) for left, right in ("《》", "（）", "“”", "()"))
    return open_brackets or _UNFINISHED.search(line) is not None


def _title_candidates(page: Page) -> list[int]:
    """Return the positions of lines above the prose that look like titles."""
    found: list[int] = []
    for position, block in enumerate(page.blocks[:_LOOK_AT]):
        if len(block.text) > _TITLE_CHARS or (len(block.text) > _PROSE_CHARS and block.text.endswith("。")):
            break  # the text has begun; a title stands above it
        if _could_be_title(block.text) and not NUMBER.search(block.text):
            found.append(position)
    return found


def _title_line(page: Page) -> str | None:
    """Return the line of the head that looks most like a title, joined with the lines that it is continued on."""
    blocks = page.blocks
    candidates = _title_candidates(page)
    repeated = Counter(block.text for block in blocks[:_LOOK_AT])
    headings = [at for at in candidates if blocks[at].kind is BlockKind.HEADING and blocks[at].level == 1]
    twice = [at for at in candidates if repeated[blocks[at].text] > 1 and len(blocks[at].text) >= _SURE_TITLE_CHARS]
    genre = [at for at in candidates if _GENRE.search(simplify(blocks[at].text))]
    core = next(iter((*headings, *twice, *genre, *candidates)), None)
    if core is None:
        return None
    first = last = core
    while first - 1 in candidates and _continues(blocks[first - 1].text, blocks[first].text):
        first -= 1
    while last + 1 < len(blocks) and _continues(blocks[last].text, blocks[last + 1].text):
        if last + 1 not in candidates and not re.match(r"[^。《]{0,12}[》）]", blocks[last + 1].text):
            break
        last += 1
    return "".join(block.text for block in blocks[first : last + 1])


def _continues(upper: str, lower: str) -> bool:
    """True where two lines are one title that was broken for its length."""
    if upper == lower or _COMPLETE.search(upper):
        return False
    return _is_unfinished(upper) or _LOWER_PART.match(lower) is not None


def _titles(page: Page) -> Iterator[tuple[str | None, str]]:
    declared = page.declared.get("title")
    yield (declared if page.declared_origin == FRONT_MATTER else None), FRONT_MATTER
    yield page.declared.get("page_title"), page.declared_origin
    yield page.format_title, page.declared_origin if declared else "title"
    for note in page.head:
        labelled = _NAMED_TITLE.match(note)
        yield (labelled["title"].strip() if labelled else None), "source_line"
    line = _title_line(page)
    yield (line if line and (_GENRE.search(simplify(line)) or len(line) >= _SURE_TITLE_CHARS) else None), "title"
    for note in page.removed:
        named = _NAMED_TITLE.search(note)
        yield (named["title"].strip() if named and _could_be_title(named["title"]) else None), "source_line"
    stem = _NUMBERED_STEM.sub("", page.stem).strip()
    yield (stem if len(_CJK.findall(stem)) >= 4 else None), "file_name"
    yield line, "title"
    opening = next((text for text in page.lines if _CJK.search(text)), page.stem)
    yield re.split(r"[，。；：！？,;]", opening, maxsplit=1)[0][:_OPENING_CHARS].strip() or page.stem, "body"


def title_of(page: Page) -> tuple[str, str]:
    """Return the title and where it was read; the opening words of the text where nothing else serves as one."""
    return next(((title, origin) for title, origin in _titles(page) if title), (page.stem, "file_name"))


def type_of(page: Page, title: str) -> tuple[DocumentType, str] | None:
    """Return the kind of document and where that was read: words for genres of the press first, then the last genre word.

    The last word decides because titles name their subject first: 关于印发…规划的通知 is a notice, 条例解读 an
    interpretation. Measures and rules that a legislature adopted or a government ordered are statutes.
    """
    declared = page.declared.get("type", "")
    if declared in set(DocumentType):
        return DocumentType(declared), page.declared_origin
    kind = _type_by_title(page, title)
    if kind is not None:
        return kind, "title"
    column = simplify(page.declared.get("column", ""))
    for genre, words in _TITLE_GENRES:
        if words.search(column):
            return genre, page.declared_origin
    if any(_NEWS_DESK.search(simplify(line[:60])) for line in (*page.lines[:6], *page.lines[-4:])):
        return DocumentType.NEWS, "body"
    return None


def _type_by_title(page: Page, title: str) -> DocumentType | None:
    plain = re.sub(r"\s+", "", simplify(title)).lower()
    if _IMPLEMENTING.search(plain):
        return DocumentType.STATUTE
    for kind, words in _TITLE_GENRES:
        if words.search(plain):
            return kind
    bare = re.sub(r"[（(][^（）()]*[）)]$", "", plain)
    ordered = page.adopted is not None or any(_ORDERED.search(simplify(line)) for line in page.head[:4])
    genre = _last_genre(bare)
    if genre is not None:
        word, kind = genre
        if ordered and word in ("办法", "规定", "决定", "规范", "细则", "解释", "若干规定"):
            return DocumentType.STATUTE
        return kind
    return None


def _last_genre(title: str) -> tuple[str, DocumentType] | None:
    found = [(match.end(), match[0], kind) for kind, words in _LAST_GENRES for match in re.finditer(words, title)]
    # 法 is a genre only as the very last character: elsewhere it is part of a word (执法, 方法).
    found = [
        hit
        for hit in found
        if hit[1] != "法" or (hit[0] == len(title) and not title.endswith(("办法", "方法", "执法")))
    ]
    if not found:
        return None
    _, word, kind = max(found, key=lambda hit: (hit[0], len(hit[1])))
    return word, kind
