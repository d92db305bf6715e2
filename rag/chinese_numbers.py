"""Read the value of a Chinese numeral, and decide whether a numeral character is meant as a number at all.

Most single numeral characters in Chinese text are parts of words (统一, 万一, 十分, 一般, 四川). The rule here:
a single one is a number only before a measure word, and 一 before a mere classifier (一个, 一项) is the
indefinite article. Longer runs are numbers when they are well formed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

DIGITS = "零一二三四五六七八九"
SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
LARGE_UNITS = {"万": 10_000, "亿": 100_000_000}
NUMERALS = DIGITS + "两十百千万亿"

_VALUES = {character: value for value, character in enumerate(DIGITS)} | {"两": 2}

UNITS = (
    "个工作日|个月|个百分点|小时|分钟|分(?=[钟,，。;；、)\\s]|$)|秒|周岁|岁|年|月|日|号|天|周(?![一二三四五六日到])|星期|季度|"
    "元|块|角|倍|折|成|级|类|型|档|期|次|针|剂|度|里|米|公里|千米|平方|立方|亩|吨|升|毫|微|克|斤|公斤|人|例|%|‰|℃"
)
"""Words that make even 一 a number: they measure something or name a step of a scale."""

CLASSIFIERS = (
    "个|名|位|项|种|家|所|条|款|件|份|张|批|届|轮|套|台|辆|间|座|处|支|只|头|层|组|户|栋|片|枚|颗|粒|瓶|盒|床|起|宗|场|本|册|页|"
    "章|节|篇|步|大|点|方|队|科|甲|村|县|镇|省|市|校|院|师|孩|胎|票|证"
)
"""Words that only count things. 一 before one of them means "a"."""

_UNIT = re.compile(rf"[多余来几]? ?(?:{UNITS})")
_MEASURE = re.compile(rf"[多余来几]? ?(?:{UNITS}|{CLASSIFIERS})")
_SERIES = re.compile(
    rf"(?: ?(?:-|~|至|到|、|和|或|及) ?[\d.{NUMERALS}]{{1,12}}){{1,8}}[多余来几]? ?(?:{UNITS}|{CLASSIFIERS})"
)
"""What may follow the first of several numerals that share one measure word: 三至五年, 二、三级."""

_NOT_A_NUMBER = re.compile(
    r"一(?:次性|度|时(?!\d)|元化|元论|起|级(?:做|当)|人称|角|成不变|日三秋|期间|型化|周到)"
    r"|二(?:次元|元|级市场|手)|三(?:元|甲)|四处|五官|八方|十(?:分(?!钟)|大夫|字|里长)|两(?:者|侧|岸|会|手|点一线)"
)
"""Words in which the character after the numeral only looks like a measure word."""

_NO_NUMBER_AFTER = frozenset("统唯单同专逐之其划归进")
"""Characters that bind a following 一 into a word: 统一, 唯一, 同一, 逐一, 之一, 进一步."""


def numeral_value(run: str) -> Decimal | None:
    """Return the value of a whole Chinese numeral such as 六十五, 十二万, 二零二四 or 三点五; None if ill-formed."""
    whole, point, fraction = run.partition("点")
    if point:
        value, decimals = numeral_value(whole), _positional(fraction)
        if fraction.endswith(("万", "亿")):
            decimals = _positional(fraction[:-1])
        if value is None or decimals is None:
            return None
        shown = Decimal(f"{value}.{decimals}")
        return shown * LARGE_UNITS.get(fraction[-1], 1)
    digits = _positional(run)
    return Decimal(digits) if digits is not None else _structured(run)


def _positional(run: str) -> str | None:
    if not run or any(character not in DIGITS for character in run):
        return None
    return "".join(str(_VALUES[character]) for character in run)


def _structured(run: str) -> Decimal | None:
    total = section = 0
    pending: int | None = None
    last_small, last_large = 10_000, 10**12
    previous = 0
    for character in run:
        if character in _VALUES:
            if pending:
                return None
            pending = _VALUES[character]
            continue
        if character in SMALL_UNITS:
            unit = SMALL_UNITS[character]
            if unit >= last_small or (pending is None and not (unit == 10 and not section)):
                return None
            section += (1 if pending is None else pending) * unit
            last_small, previous, pending = unit, unit, None
            continue
        unit = LARGE_UNITS.get(character, 0)
        section += pending or 0
        if not unit or unit >= last_large or (not section and not total):
            return None
        # 万亿 multiplies what stands before it; otherwise a large unit closes its section.
        total = total + section * unit
        last_large, last_small, previous, pending, section = unit, 10_000, unit, None, 0
    if pending and previous >= 100 and run[-2] not in DIGITS:
        pending *= previous // 10  # 两万五 is 25000, 一百二 is 120
    return Decimal(total + section + (pending or 0))


def numbers_in_run(text: str, start: int, end: int, indefinite: bool) -> list[tuple[int, int, Decimal]]:
    """Find the numbers in a run ``text[start:end]`` of numeral characters as (start, end, value).

    ``indefinite`` also counts 一 before a mere classifier.
    """
    if text[max(0, start - 1) : start] in ("数", "几"):
        return []
    found: list[tuple[int, int, Decimal]] = []
    while start < end:
        if text.startswith("万一", start):
            start += 2
            continue
        if text[start] == "一" and text[max(0, start - 1) : start] in _NO_NUMBER_AFTER and start > 0:
            start += 1
            continue
        stop, numbers = _longest(text, start, end, indefinite)
        found.extend(numbers)
        start = stop
    return found


def _longest(text: str, start: int, end: int, indefinite: bool) -> tuple[int, list[tuple[int, int, Decimal]]]:
    run = text[start:end]
    shared = re.fullmatch(rf"([{DIGITS}])([{DIGITS}])([十百千万亿]+)", run)
    if shared and _ascending(run[:2]):
        values = [numeral_value(digit + shared[3]) for digit in run[:2]]
        return end, [(start + i, start + i + 1, value) for i, value in enumerate(values) if value is not None]
    if len(run) == 1 and run in "百千万" and text[max(0, start - 1) : start] == "每":
        return end, [(start, end, Decimal(SMALL_UNITS.get(run) or LARGE_UNITS[run]))]
    for stop in range(end, start + 1, -1):
        part = text[start:stop]
        value = numeral_value(part)
        if value is not None:
            return stop, _several(text, start, stop, value)
    value = Decimal(10) if run[0] == "十" else None if run[0] not in _VALUES else Decimal(_VALUES[run[0]])
    if value is not None and _is_counted(text, start, indefinite):
        return start + 1, [(start, start + 1, value)]
    return start + 1, []


def _several(text: str, start: int, stop: int, value: Decimal) -> list[tuple[int, int, Decimal]]:
    part = text[start:stop]
    if not all(character in DIGITS for character in part) or len(part) > 3:
        return [(start, stop, value)]
    measured = _MEASURE.match(text, stop) is not None
    if _ascending(part):  # 三四个 is three or four
        return [(start + i, start + i + 1, Decimal(_VALUES[c])) for i, c in enumerate(part)] if measured else []
    return [(start, stop, value)] if measured or len(part) > 2 else []


def _ascending(digits: str) -> bool:
    values = [_VALUES[character] for character in digits]
    return all(after == before + 1 for before, after in pairwise(values))


def _is_counted(text: str, start: int, indefinite: bool) -> bool:
    if _NOT_A_NUMBER.match(text, start):
        return False
    if _SERIES.match(text, start + 1):
        return True
    measure = _UNIT if text[start] == "一" and not indefinite else _MEASURE
    return measure.match(text, start + 1) is not None
