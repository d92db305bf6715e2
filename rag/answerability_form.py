"""Tell whether a draft states what was asked for: a sum, a number of beds, a date, a telephone number.

A question for a figure that the right document does not state looks answered: every word of it stands there. So the
figure itself is looked for, in the measure that the question names, next to words of the question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from rag.domain import MarkKind
from rag.evidence import Evidence, marks_within, title_text
from rag.extractive import Draft
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.forms import Fit
from rag.question import QuestionKind

_RIVAL = 0.7
"""Share of the surest draft's confidence from which on another may be shown in its place."""
_BARE = 2
_MOSTLY = 0.6
_SPACE = re.compile(r"[\s\W]+")
_CHINESE = "一二两三四五六七八九十百千万亿半"
_NUMBER = rf"(?:\d[\d.,]*|[{_CHINESE}]+|(?<![a-z])x{{1,4}}(?![a-z])|[数几若])[多余来]?[万亿]?(?:多|余)?"
_PHONE = r"\d{3,4}-\d{7,8}|1[3-9]\d{9}|(?<![\d.])1[12]\d{1,3}(?![\d年月日元人次.%])|(?<!\d)\d{7,8}(?!\d)|400-?\d{3,4}-?\d{3,4}"
_DATE = (
    r"\d{1,4}[年月日号点时]|\d{1,2}[:：]\d{2}|[一二三四五六七八九十]+[月日号点]|[周星期礼拜][一二三四五六日天末]"
    r"|每[周月年日天季]|全[天年]|常年|随时|即日|当[日天月年]|次[日月年]|[月季年]底|[月年]初|季度|上半年|下半年|工作日|节假日|世纪|年代|时期"
    rf"|(?:\d+|[{_CHINESE}]+)个?(?:小时|分钟|天|日|周|月|年|月龄|周岁|岁)|[前后]|期间|[春夏秋冬](?:季|天|节)"
)
_MONEY = rf"{_NUMBER}元|(?:\d|{_NUMBER})块|免费|不收|免收|免除|免交|不[予再]?收取|无需缴|不用[交缴]|财政(?:承担|负担)"
_SHARE = rf"%|‰|百分之|{_NUMBER}成|[（(]\d*/\d+万?[）)]|\d+/10万|全[额部]|\d+:\d+"
_TIME = rf"{_NUMBER}个?(?:世纪|年|季度|月|周|星期|工作日|日|天|小时|钟头|分钟|秒|学期)|长期|终身|永久"
_AGE = rf"{_NUMBER}(?:个?月|周?岁)|月龄|成年|出生"
_MEASURES: tuple[tuple[str, str], ...] = (
    (r"(?:多少|几|好多)(?:个)?[万亿]?(?:元|块|钱)|(?:付|给|补|交|缴|罚|奖|领)(?:多少|几多)(?![个人张家次天年])|要钱|收费|收钱|费用|价格|多少费", _MONEY),
    (r"百分|比例|占比|几成|[^效频功]率", _SHARE),
    (r"几岁|多大(?:年纪|岁数|年龄)|年龄", _AGE),
    (r"多久|多长时间|(?:多少|几)个?(?:年|月|周|星期|天|日|小时|分钟)", _TIME),
    (r"(?:多少|几)(?:万)?(?:人|名|位|例|口)", rf"{_NUMBER}[多余]?(?:人|名|位|例|口|个)"),
    (r"(?:多少|几)(?:张|床)", rf"{_NUMBER}[多余]?张|床位?[^，。；,;]{{0,4}}\d"),
    (r"(?:多少|几)(?:家|所|处|座|间)", rf"{_NUMBER}[多余]?(?:家|所|处|座|间|个)"),
    (r"(?:多少|几)(?:次|回|针|剂)", rf"{_NUMBER} ?(?:次|回|针|剂|遍|轮)|、.*、"),
    (r"(?:多少|几)(?:项|条|类|种|方面|大|步)", rf"{_NUMBER}个?(?:大)?(?:项|条|类|种|方面|步|件|点|招|样)|一是.*二是|(?:包括|分为|分别|有)[^。]*、[^。]*、"),
    (r"(?:多少|几)(?:户)", rf"{_NUMBER}[多余]?户"),
    (r"(?:多少|几)(?:公里|里路|米|平方米|亩)", rf"{_NUMBER}(?:公里|千米|里|米|平方米|㎡|m|亩)"),
)  # fmt: skip
"""What a question's measure asks for, and how the answer says it; measures of one group stand for each other."""
_FIGURE = rf"\d|免费|百分|(?:[{_CHINESE}]{{2,}}|(?<![第之统同])[一二两三四五六七八九十百千万半数](?![些样般直定切律起旦致方面]))"
_COUNTED = re.compile(r"(?:多少|几)(?:项|条|类|种|方面|大|步|点|个|件|招|样)")


def states(matcher: FocusMatcher, drafts: Sequence[Draft]) -> bool:
    """Tell whether one of the surest drafts states what was asked for; the others are not going to be shown."""
    surest = max((draft.confidence for draft in drafts), default=0.0)
    return any(states_form(matcher, draft) for draft in drafts if draft.confidence >= _RIVAL * surest)


def states_form(matcher: FocusMatcher, draft: Draft) -> bool:
    """Tell whether a draft has the figure asked for, with a word of the question; True where none is asked for.

    A list answers how many there are, and a figure that its source hides is one: the reader is told that it is hidden.
    Where several things are asked for, one sentence that counts up nothing is no answer. A word or two that ask nothing (医保报销) are answered by what is headed by them, and by no mention in passing.
    """
    question = matcher.question
    if _is_bare(matcher):
        return _headed(matcher, draft)
    if question.kind is QuestionKind.LIST and matcher.wants_several:
        return draft.total_items is not None or len(draft.pieces) > 1 or draft.best.fit is not Fit.NONE
    form = asked_form(question.kind, question.folded)
    if form is None or (draft.total_items is not None and _COUNTED.search(question.folded)):
        return True
    return any(_states(matcher, piece, form) for piece in draft.pieces)


def _is_bare(matcher: FocusMatcher) -> bool:
    question = matcher.question
    asked = _SPACE.sub("", question.folded)
    return (
        question.kind is QuestionKind.OTHER
        and 0 < len(matcher.weights) <= _BARE
        and asked == _SPACE.sub("", question.subject)
    )


def _headed(matcher: FocusMatcher, draft: Draft) -> bool:
    best = draft.best
    above = " ".join((*best.unit.path, best.unit.lead)) if best.unit else ""
    return matcher.share(matcher.matched(f"{title_text(best.document)} {above}")) > _MOSTLY


@cache
def asked_form(kind: QuestionKind, folded_question: str) -> re.Pattern[str] | None:
    """Return what must stand in an answer to this wording, in folded text; None where any words may answer."""
    if kind is QuestionKind.PHONE:
        return re.compile(_PHONE)
    if kind is QuestionKind.DATE:
        return re.compile(_DATE)
    if kind is not QuestionKind.AMOUNT:
        return None
    for asked, said in _MEASURES:
        if re.search(asked, folded_question):
            return re.compile(said)
    return re.compile(_FIGURE)


def _states(matcher: FocusMatcher, piece: Evidence, form: re.Pattern[str]) -> bool:
    if matcher.weights and not piece.found:
        return False
    if marks_within(piece.document, piece.start, piece.end, MarkKind.REDACTED):
        return True
    return bool(form.search(fold(piece.text)))
