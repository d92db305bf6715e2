"""Write a list number the way WordprocessingML's number formats do (ISO/IEC 29500-1, 17.18.59 ST_NumberFormat)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_FORMAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def _in_words(number: int, digits: str, units: str) -> str:
    """Return 1..9999 in words: 十二, 一百零五; more in digits, one by one."""
    if not 0 < number < 10_000:
        return "".join(digits[int(digit)] for digit in str(number))
    words = ""
    gap = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + digits[digit] + (units[place - 1] if place else "")
        gap = not digit
    return words


def _counting(number: int) -> str:
    words = _in_words(number, _DIGITS, "十百千")
    return words.removeprefix("一") if 10 <= number < 20 else words


def _digitwise(number: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(number))


def _letters(number: int) -> str:
    """Return a, b … z, aa, bb …: Word repeats the letter."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number <= 780 else str(number)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 0 < number <= 20 else str(number)


def _full_width(number: int) -> str:
    return str(number).translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)] if number > 0 else str(number)


def _zodiac(number: int) -> str:
    return _STEMS[(number - 1) % 10] + _BRANCHES[(number - 1) % 12]


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


_FORMATS: Mapping[str, Callable[[int], str]] = MappingProxyType(
    {
        "decimalZero": lambda number: f"{number:02d}",
        "decimalFullWidth": _full_width,
        "decimalFullWidth2": _full_width,
        "decimalEnclosedCircle": _circled,
        "decimalEnclosedCircleChinese": _circled,
        "decimalEnclosedParen": lambda number: f"({number})",
        "decimalEnclosedFullstop": lambda number: f"{number}.",
        "upperRoman": _roman,
        "lowerRoman": lambda number: _roman(number).lower(),
        "upperLetter": lambda number: _letters(number).upper(),
        "lowerLetter": _letters,
        "ordinal": _ordinal,
        "chineseCounting": _counting,
        "chineseCountingThousand": _counting,
        "japaneseCounting": _counting,
        "koreanCounting": _counting,
        "taiwaneseCounting": _counting,
        "taiwaneseCountingThousand": _counting,
        "ideographDigital": _digitwise,
        "japaneseDigitalTenThousand": _digitwise,
        "taiwaneseDigital": _digitwise,
        "chineseLegalSimplified": lambda number: _in_words(number, _FORMAL, "拾佰仟"),
        "ideographLegalTraditional": lambda number: _in_words(number, _FORMAL_TRADITIONAL, "拾佰仟"),
        "japaneseLegal": lambda number: _in_words(number, _FORMAL_TRADITIONAL, "拾佰仟"),
        "ideographEnclosedCircle": lambda number: chr(0x3280 + number - 1) if 0 < number <= 10 else str(number),
        "ideographTraditional": _cycle(_STEMS),
        "ideographZodiac": _cycle(_BRANCHES),
        "ideographZodiacTraditional": _zodiac,
        "none": lambda _: "",
    }
)
WITHOUT_NUMBER = frozenset({"bullet", "none"})
"""Formats whose label holds no number: the sign of a bullet is a glyph of a symbol font."""


def written(number: int, number_format: str) -> str:
    """Return ``number`` in a number format of Word; an unknown format gives Arabic digits, as Word does."""
    return _FORMATS.get(number_format, str)(number)
