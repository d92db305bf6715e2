"""Find the title of a document that does not name it in its format."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.blocks import Block, BlockKind

_MAX_CHARS = 60
_MAX_JOINED = 120
_MAX_LINES = 6
_GENRE = (
    "通知|意见|意見|办法|辦法|规定|規定|方案|规划|規劃|纲要|綱要|计划|計劃|条例|條例|公告|通告|决定|決定|批复|批復|报告|報告|解读|解讀"
    "|细则|細則|指南|清单|清單|目录|目錄|法|函|行动|行動|措施|要点|要點|指引|标准|標準|规范|規範|公报|公報"
)
_ENDS_IN_GENRE = re.compile(rf"(?:{_GENRE})(?:[（(][^（）()]{{1,20}}[）)])?[》”\"]?$")
_NOT_A_TITLE = re.compile(
    r"""^(?:
        (?:附件|附錄|附录|附表)\s*[\d一二三四五六七八九十]*\s*[:：]?
      | [\u4e00-\u9fff]{1,14}\s*[〔\[［(（]\s*(?:19|20)\d\d\s*[〕\]］)）]\s*第?\s*\d{1,5}\s*[号號]
      | [（(]?(?:19|20)\d\d\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?[）)]?(?:\s+[\d:：]+)?
      | 目\s*[录錄次] | \W+
    )$""",
    re.VERBOSE,
)
_SENTENCE_END = ("。", "；", "：", "，", ":", ";")


def _could_be(text: str) -> bool:
    return len(text) <= _MAX_CHARS and not text.endswith(_SENTENCE_END)


def _joined(lines: Sequence[str]) -> str:
    """Join a title that was set over several centred lines; it ends in a genre word or closes its book marks."""
    title = lines[0]
    if _ENDS_IN_GENRE.search(title) and title.count("《") == title.count("》"):
        return title
    together = title
    for line in lines[1:_MAX_LINES]:
        if not _could_be(line) or len(together) + len(line) > _MAX_JOINED:
            break
        together += line
        if together.count("《") == together.count("》") and _ENDS_IN_GENRE.search(together):
            return together
    return title


def find_title(blocks: Sequence[Block], named: str | None) -> str | None:
    """Return the title: what the format names, else the first heading, else a first line that reads like one.

    Labels of annexes, document numbers and dates above the title are passed over. None if the text just begins.
    """
    if named and named.strip():
        return named.strip()
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            return block.text
    lines = [block.text for block in blocks if block.kind is BlockKind.PARAGRAPH]
    while lines and _NOT_A_TITLE.match(lines[0]):
        lines.pop(0)
    if not lines or not _could_be(lines[0]):
        return None
    return _joined(lines)
