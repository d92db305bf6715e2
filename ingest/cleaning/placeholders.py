"""Find figures and names that were replaced by crosses, lines or circles before publication."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.domain import Mark, MarkKind

_CROSS = "xX×ＸｘXｘ✕╳"
_UNIT = (
    "年月日号號时時分%％‰万萬亿億元个個名人项項类類岁歲所天次家张張条條件户戶床例台吨公里级級期批镇鎮县縣市省区區村届屆"
)
_CERTAIN = re.compile(
    rf"""
    (?<![A-Za-z./@:_\-])[{_CROSS}]{{2,}}(?:[.\-~—/][{_CROSS}]{{1,}})*(?![A-Za-z@:_./\-])(?:\s?[%％‰])?
  | (?<![A-Za-z0-9./@:_\-)）=+*])[xXｘＸ](?:\s?[.]\s?[xXｘＸ])?(?=\s?[{_UNIT}])(?!\s?(?:人员|人員|人数|人數|年龄|年齡|项目|項目|个体|家庭|分之|日常|期间))
  | (?<=第)[{_CROSS}](?=[{_UNIT}届屆章节節期])
  | (?<![\w×])×(?=\s?[年月日%％])
  | 某某+(?=\s?(?:[{_UNIT}]|[州盟旗部门門厅廳局院校]|公司|单位|單位))
  | (?<![A-Za-z0-9_/.])(?:_{{2,}}|＿{{1,}})(?![A-Za-z0-9_/])
  | (?<=[\u3400-\u9fff0-9])\*{{2,}}
  | (?<![*\w])\*{{2,}}(?=[\u3400-\u9fff])
  | (?<![〇○零一二三四五六七八九十])[○□]{{2,}}(?![〇○零一二三四五六七八九十])
    """,
    re.VERBOSE,
)
_STARTS = re.compile(rf"[{_CROSS}某_＿*○□]")
_LIKELY = re.compile(
    r"(?<=[\u3400-\u9fff（(）)、，—“])(?<![设設令当當若维維])[xXｘＸ](?=[\u3400-\u9fff（(）)、，—”])(?!(?:[光线線轴軸值片刀型]|射[线線]|染色|坐[标標]|综合|連鎖|连锁))"
)
"""A single cross between Chinese characters; ``X光`` and ``设x为`` are not meant."""

_RULE = re.compile(r"^[\s_＿*○□]+$", re.MULTILINE)


def _certain_spans(text: str) -> list[tuple[int, int]]:
    """Return what ``_CERTAIN.finditer`` would, trying only the characters that a match can begin with."""
    spans: list[tuple[int, int]] = []
    reached = 0
    for start in _STARTS.finditer(text):
        if start.start() >= reached and (match := _CERTAIN.match(text, start.start())):
            reached = match.end()
            spans.append(match.span())
    return spans


def find_placeholders(text: str) -> Iterator[Mark]:
    """Yield the redacted stretches of a text in order.

    Two or more crosses, a cross before a unit, and blanks to fill in are certain. A single cross between Chinese
    characters is one only where the document has certain ones as well; a line of nothing but blanks is a rule.
    """
    spans = _certain_spans(text)
    if not spans:
        return
    rules = [match.span() for match in _RULE.finditer(text)]
    spans = [(start, end) for start, end in spans if not any(first <= start and end <= last for first, last in rules)]
    if any(set(text[start:end]) & set(_CROSS) for start, end in spans):
        taken = {at for start, end in spans for at in range(start, end)}
        spans.extend(match.span() for match in _LIKELY.finditer(text) if match.start() not in taken)
    for start, end in sorted(spans):
        yield Mark(MarkKind.REDACTED, start, end)
