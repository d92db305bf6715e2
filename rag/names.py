"""Find the names in a statement that its sources do not know.

There is no list of names: a name is recognised by its form, and looked up in the sources as it is written.
What has four forms is checked: 《titles》, words in Latin letters, organisations and places. An organisation or a
place begins somewhere in a run of characters without spaces, so the beginning is found by comparison: the longest
tail of the run that the sources hold must begin where a word can begin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter

from rag.folding import fold

_TITLE = re.compile(r"《([^《》]{1,120})》")
_LATIN = re.compile(r"[a-z][a-z0-9+.&'_-]*[a-z0-9+]")

_ORGANISATION = re.compile(
    r"[\u4e00-\u9fff]{2,24}?(?:卫生健康委员会|卫生健康委|卫健委|卫生健康局|卫健局|医保局|医疗保障局|"
    r"委员会|办公室|基金会|事务所|研究所|派出所|卫生所|卫生室|卫生站|卫生院|养老院|敬老院|福利院|法院|检察院|学院|医院|"
    r"服务站|救助站|服务点|中心(?:医院|卫生院)?|公司|集团|银行|大学|学校|协会|学会|联合会|红十字会|药店|诊所|"
    r"(?<![布格结当全大僵时破])局(?![面限部势])|(?<![大餐客门])厅)"
)
_PLACE = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:自治区|自治州|自治县|街道|(?<![城超都门上股])市(?![场民值面容级])|"
    r"(?<![社小地园辖学病灾山城市校片景郊])区(?![域别分间块级])|省(?![级内外去力])|县(?![级域])|(?<![城集市])镇|(?<![城家下返])乡(?![村亲镇]))"
)

_GENERIC = frozenset("全本我各该外跨每两某此贵一同县市省区在个多")
"""Before 市, 省 and the like these make a common word: 全市, 各区, 跨省, 所在县."""

_BOUNDARY = frozenset("由在到向和与及的是为经对从至往去找归被让请等或可须应将给于入交报受并以即如凡按了着过就都")
"""Characters that stand before a name and seldom within one."""


def unsupported_names(statement_text: str, sources: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a statement that stand in none of the sources, in order of appearance.

    ``sources`` are the cited quotes and what is known of their documents, such as titles and issuers.
    """
    statement = fold(statement_text)
    texts = [_dense(source) for source in sources]
    words = {word for source in sources for word in _LATIN.findall(fold(source))}
    missing: list[tuple[int, str]] = []
    for match in _TITLE.finditer(statement):
        if not _is_known(match[1], texts):
            missing.append((match.start(), match[1]))
    missing.extend((match.start(), match[0]) for match in _LATIN.finditer(statement) if match[0] not in words)
    compact = re.sub(r"[^\S\n]+", "", statement)
    for pattern, shortest in ((_ORGANISATION, 4), (_PLACE, 3)):
        for match in pattern.finditer(compact):
            name = _candidate(match[0])
            named = len(name) >= shortest and not (pattern is _PLACE and name[-2] in _GENERIC)
            if named and not _is_whole(name, _longest_known_tail(match[0], texts), pattern is _PLACE):
                missing.append((match.start(), name))
    return tuple(dict.fromkeys(name for _, name in sorted(missing, key=itemgetter(0))))


def blank_known_titles(statement_text: str, sources: Sequence[str]) -> str:
    """Take out the 《titles》 that the sources know: their figures and words are the document's, not a claim."""
    texts = [_dense(source) for source in sources]
    return _TITLE.sub(lambda match: " " if _is_known(match[1], texts) else match[0], statement_text)


def _is_known(title: str, texts: Sequence[str]) -> bool:
    """A title of nothing but punctuation names nothing."""
    name = _dense(title)
    return not name or any(name in text for text in texts)


def _longest_known_tail(name: str, texts: Sequence[str]) -> str:
    for start in range(len(name)):
        if any(name[start:] in text for text in texts):
            return name[start:]
    return ""


def _candidate(run: str) -> str:
    """Cut what stands before a name off the run of characters that ends in it."""
    starts = [i for i in range(1, len(run) - 1) if run[i - 1] in _BOUNDARY]
    return run[max(starts, default=0) :]


def _is_whole(name: str, tail: str, place: bool) -> bool:
    """Tell whether the tail that the sources hold is all of a name, whose beginning is not known for sure."""
    if len(tail) >= len(name):
        return True
    # A place of three characters is complete, and so is a tail that itself begins with a place, as
    # "清河市卫生健康局" does. "市卫生健康局" begins inside a name, and "中心医院" lacks its qualifier.
    return len(tail) >= 3 if place else re.match(r"[\u4e00-\u9fff]{2,6}[省市县区]", tail) is not None


def _dense(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))
