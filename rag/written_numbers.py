"""Write the numbers of a question in the other ways in which a document may write them: 12 and 十二, 30% and 百分之三十.

Texts keep what they say, so it is the question that is asked in several forms.
"""

from __future__ import annotations

import re
from decimal import Decimal

from rag.chinese_numbers import DIGITS
from rag.folding import fold
from rag.numerals import Figure, FigureKind, find_figures

_MOST_FIGURES = 6
_LARGEST = 10**12
_UNIT = re.compile("[\u4e00-\u9fff]")
_YEAR = re.compile(r"[12]\d{3}")
_SMALL, _LARGE = ("", "十", "百", "千"), ("", "万", "亿")


def other_forms(text: str) -> tuple[str, ...]:
    """Return the figures of a text written otherwise, folded, each with the character behind it (12条 for 十二条)."""
    folded = fold(text)
    found: dict[str, None] = {}
    for figure in find_figures(text)[:_MOST_FIGURES]:
        typed = folded[figure.start : figure.end]
        behind = _UNIT.match(folded, figure.end) if figure.kind is FigureKind.NUMBER else None
        unit = behind.group() if behind else ""
        ordinal = "第" if typed.startswith("第") else ""
        for form in _forms(figure, typed):
            if form != typed.removeprefix("第").strip():
                found[ordinal + form + unit] = None
    return tuple(found)


def _forms(figure: Figure, typed: str) -> tuple[str, ...]:
    if figure.kind is FigureKind.PERCENT:
        share = figure.value.removesuffix("%")
        return (figure.value, f"百分之{chinese_numeral(Decimal(share))}")
    if figure.kind is FigureKind.DATE and _YEAR.fullmatch(figure.value):
        ending = "年" if "年" in typed else ""
        return (figure.value + ending, "".join(DIGITS[int(digit)] for digit in figure.value) + ending)
    if figure.kind is not FigureKind.NUMBER or not re.fullmatch(r"\d+(?:\.\d+)?", figure.value):
        return ()
    value = Decimal(figure.value)
    forms = [figure.value, chinese_numeral(value)]
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if value >= unit and value % (unit // 100) == 0:
            forms.append(f"{(value / unit).normalize():f}{name}")
            break
    return tuple(dict.fromkeys(form for form in forms if form))


def chinese_numeral(value: Decimal) -> str:
    """Return a number as it is written in Chinese (12 is 十二, 2.5 is 二点五); empty from a million millions on."""
    whole, _, fraction = f"{value:f}".partition(".")
    number = int(whole)
    if not 0 <= number < _LARGEST:
        return ""
    written, rest, group, below = "", number, 0, 0
    while rest:
        rest, part = divmod(rest, 10_000)
        if part:
            gap = "零" if written and below < 1000 else ""
            written = _below_ten_thousand(part) + _LARGE[group] + gap + written
        group, below = group + 1, part
    written = re.sub("^一十", "十", re.sub("零+", "零", written)) or "零"
    return written + ("点" + "".join(DIGITS[int(digit)] for digit in fraction) if fraction else "")


def _below_ten_thousand(number: int) -> str:
    written = ""
    for place, digit in enumerate(reversed(str(number))):
        written = (DIGITS[int(digit)] + _SMALL[place] if digit != "0" else "零") + written
    return re.sub("零+", "零", written).strip("零") if number >= 10 else written
