"""Make questions out of the articles of statutes: a part of a sentence is the answer, the rest asks for it.

Cloze questions as in Lewis et al. 2019, *Unsupervised Question Answering by Cloze Translation*, by the fixed phrases of
Chinese statutes: what is forbidden, who does it, what follows, what belongs to it. They teach how answers lie in
sentences (behind which words, how long, at which boundaries), not what laypeople ask.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.outline import lines, sentences

_HEAD = re.compile(r"第\S{1,8}条(?:之[一二三四五六七八九十])?\s*")
_LISTED = re.compile(r"([^。\n]{4,60})(?:下列|以下)([^。\n：:]{1,24})[：:]\n")
_ITEM = re.compile(r"[（(][一二三四五六七八九十]+[）)]")
_MEASURED = re.compile(
    r"(?:\d+(?:\.\d+)?|[一二三四五六七八九十百千万两]+)(周岁|小时|分钟|个工作日|工作日|日|天|个月|年|元|倍|米|人|次|名|平方米|毫升|公里)(?:以上|以下|以内|内|前|后)?"
)
_BY = re.compile(
    r"由((?:[^，。；：、由]{2,30}(?:、|和|会同))*[^，。；：由]{2,40}?(?:部门|机构|政府|委员会|机关|单位|组织|人员|法院|医师|中心))(?=[^，。；的]{2,})"
)
_MODAL = re.compile(r"(.{3,40}?)(应当|可以|不得|必须|有权|负责)(.{8,})", re.DOTALL)
_MEANS = re.compile(r"(通过|采取|采用)([^，。；]{4,30})(?:等)?(?:方式|形式|途径|措施)")
_DEFINED = re.compile(r"(.{3,40}?)(包括|是指|实行|坚持)(.{6,})", re.DOTALL)
_HOW = re.compile(
    r"(.{3,30}?)(支持|鼓励|加强|建立|完善|推进|推动|开展|组织|做好|落实)([^，。；]{6,60}?)，(.{10,})", re.DOTALL
)
_BROKEN = re.compile(r"(违反[^。]{4,60}?的)，(.{8,})", re.DOTALL)
_CASE = re.compile(r"(.{4,50}?的)，(.{8,})", re.DOTALL)
_ABOUT = re.compile(r"对([^，。]{4,40})，(.{8,})", re.DOTALL)
_WORDS = {
    "有权": ("有什么权利？",),
    "不得": ("不得有哪些行为？", "不得做什么？", "有什么禁止性规定？"),
    "负责": ("负责什么工作？", "的职责是什么？"),
    "包括": ("包括哪些？", "有哪些？", "包括哪些内容？"),
    "是指": ("是指什么？", "是什么？"),
    "实行": ("实行什么制度？", "实行什么？"),
    "坚持": ("坚持什么原则？", "坚持什么？"),
}
_DUTIES = ("{}怎么做？", "{}采取哪些措施？", "{}做什么？", "如何做？", "有什么要求？", "的要求是什么？", "有哪些规定？")
_CASES = ("应当如何处理？", "怎么办？", "有什么规定？", "如何处理？", "应当怎么做？")
_PENALTIES = ("，如何处罚？", "如何处理？", "会受到什么处罚？", "的处罚是什么？")
_POLICIES = ("如何处理？", "有什么政策？", "采取什么措施？", "怎么规定的？")
_LEAST, _MOST = 14, 260
_SHORTEST, _LONGEST = 8, 70
_LONGEST_LINE = 420
_REST_OF_LINE = 0.5
"""How often the answer goes on to the end of the paragraph, where it has more sentences."""


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question whose answer is ``text[start:end]`` of the text that it was made from; ``form`` names the phrase."""

    form: str
    text: str
    start: int
    end: int


def made_questions(text: str, start: int, end: int, chance: random.Random) -> list[MadeQuestion]:
    """Return the questions that one article ``text[start:end]`` gives."""
    head = _HEAD.match(text, start, end)
    begin = head.end() if head else start
    found = list(_of_list(text, begin, end, chance))
    for first, last in lines(text, begin, end):
        if not _ITEM.match(text, first) and text[first] != "#" and text[last - 1] not in "：:":
            for a, b in sentences(text, first, last):
                found += _of_sentence(text, (a, b), last if last - first <= _LONGEST_LINE else b, chance)
    made = (MadeQuestion(one.form, _varied(one.text, chance), one.start, one.end) for one in found)
    return [one for one in made if _SHORTEST <= len(one.text) <= _LONGEST and one.end > one.start]


def _of_list(text: str, start: int, end: int, chance: random.Random) -> Iterator[MadeQuestion]:
    match = _LISTED.search(text, start, end)
    if match is None:
        return
    run: list[tuple[int, int]] = []
    for first, last in lines(text, match.end(), end):
        if not _ITEM.match(text, first):
            break
        run.append((first, last))
    if len(run) < 2:
        return
    stem, noun = match[1], match[2]
    if "情形之一" in noun:
        question = stem.removesuffix("有") + "的情形有哪些？"
    elif chance.random() < 0.5:
        question = f"{stem}哪些{noun}？"
    else:
        question = f"{stem}{re.sub('(?:规定|的)$', '', noun)}有哪些？"
    yield MadeQuestion("list", question, run[0][0], run[-1][1])


def _of_sentence(text: str, span: tuple[int, int], line_end: int, chance: random.Random) -> Iterator[MadeQuestion]:
    start, end = span
    core = text[start:end].rstrip("。；;：:")
    if not _LEAST <= len(core) <= _MOST:
        return
    stop = start + len(core)
    rest = len(text[:line_end].rstrip("。；;")) if chance.random() < _REST_OF_LINE else stop

    def one(form: str, question: str, first: int, last: int) -> MadeQuestion:
        return MadeQuestion(form, question.replace("\n", ""), start + first, last)

    for form, pattern, words in (
        ("penalty", _BROKEN, _PENALTIES),
        ("case", _CASE, _CASES),
        ("about", _ABOUT, _POLICIES),
    ):
        match = pattern.fullmatch(core)
        if match:
            subject = f"对{match[1]}" if form == "about" else match[1]
            yield one(form, subject + chance.choice(words), match.start(2), rest)
            if form == "penalty":
                return
    yield from _asking_for_parts(core, start, stop, rest, chance)


def _asking_for_parts(core: str, start: int, stop: int, rest: int, chance: random.Random) -> Iterator[MadeQuestion]:
    """Ask for the predicate of a sentence, or for a part of it; ``rest`` is where its paragraph's answer may end."""

    def one(form: str, question: str, first: int, last: int) -> MadeQuestion:
        return MadeQuestion(form, question.replace("\n", ""), start + first, last)

    match = _MODAL.fullmatch(core)
    if match and not re.search("[。；]", match[1]):
        duties = _WORDS.get(match[2], _DUTIES)
        question = match[1].rstrip("，, ") + chance.choice(duties).format(match[2])
        yield one("duty", question, match.start(3 if chance.random() < 0.5 else 2), rest)
    match = _DEFINED.fullmatch(core)
    if match and not re.search("[，。；]", match[1]):
        yield one("said", match[1] + chance.choice(_WORDS[match[2]]), match.start(3), stop)
    match = _HOW.fullmatch(core)
    if match and not re.search("[，。；]", match[1]) and "应当" not in match[1]:
        how = chance.choice(("如何", "怎样", "采取哪些措施"))
        yield one("how", f"{match[1]}{how}{match[2]}{match[3]}？", match.start(4), rest)
    yield from _asking_for_words(core, start, chance)


def _asking_for_words(core: str, start: int, chance: random.Random) -> Iterator[MadeQuestion]:
    """Ask for who does it, how much it is, and by what means."""

    def one(form: str, question: str, first: int, last: int) -> MadeQuestion:
        return MadeQuestion(form, question.replace("\n", ""), start + first, last)

    match = _BY.search(core)
    if match:
        before, after = re.split("[，；]", core[: match.start()])[-1], re.split("[，；]", core[match.end() :])[0]
        if len(before) >= 3:
            who = chance.choice(("谁", "哪个部门", "什么部门", "哪些部门"))
            yield one("who", f"{before}由{who}{after}？", match.start(1), start + match.end(1))
    measured = list(_MEASURED.finditer(core))
    if measured:
        match = chance.choice(measured)
        before = re.split("[；]", core[: match.start()])[-1]
        after = re.split("[，；]", core[match.end() :])[0] if chance.random() < 0.5 else ""
        if len(before) >= 4 and not before.endswith("第"):
            long = match[1] in "工作日天年个月小时" and chance.random() < 0.3
            yield one(
                "measure",
                f"{before}{'多长时间' if long else '多少' + match[1]}{after}？",
                match.start(),
                start + match.end(),
            )
    match = _MEANS.search(core)
    if match:
        before = re.split("[；]", core[: match.start()])[-1].strip("，")
        asked = f"{before}{match[1]}哪些{chance.choice(('方式', '形式', '途径'))}{core[match.end() :][:25]}？"
        yield one("means", asked, match.start(2), start + match.end())


def _varied(question: str, chance: random.Random) -> str:
    """Return a question less like the article: some of its qualifying words and clauses left out."""
    question = re.sub(r"本(?:条例|办法|法|规定)第[^，。条]{1,6}条(?:第[^，。款]{1,3}款)?", "有关", question)
    if chance.random() < 0.5:
        question = re.sub(r"^县级以上(?:地方)?(?:各级)?", "", question)
    if chance.random() < 0.4:
        question = re.sub(r"依法|按照国家有关规定|按照规定|按照有关规定|及时|等", "", question)
    parts = question.split("，")
    if len(parts) > 2 and chance.random() < 0.4:
        parts.pop(chance.randrange(len(parts) - 1))
    return "，".join(parts)
