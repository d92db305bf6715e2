"""Find what people type by mistake and nobody else should read, and put a placeholder in its place.

Three kinds are looked for; each has a rule of its own that decides, so that a plain long number stays as it is:

- **identity card**: GB 11643-1999. 18 characters: a division of the country, a birth date, a sequence number and the check
  character of ISO 7064:1983, MOD 11-2 (``X`` stands for ten). The 15-digit form of before 1999 has a two-digit year and no check
  character: there the division and a birth date that exists decide.
- **mobile phone**: the mainland's plan (工信部《电信网编号计划》): 11 digits that begin with 13 to 19, with or without +86.
- **bank card**: ISO/IEC 7812-1: 13 to 19 digits with the prefix of an issuer (UnionPay, Visa, Mastercard, American Express,
  Diners, JCB, and cards of mainland banks older than UnionPay) and the check digit of Luhn's formula (US patent 2,950,048).

Digits may be full-width and set apart by spaces or hyphens. Public numbers stay: hotlines, landlines, document numbers,
years, amounts, standards, ISBNs, and the codes of organisations, whose letters and divisions no identity card has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.domain import PersonalData, Question

PLACEHOLDERS = {
    PersonalData.IDENTITY_CARD: "[身份证号]",
    PersonalData.MOBILE_PHONE: "[手机号]",
    PersonalData.BANK_CARD: "[银行卡号]",
}
"""What stands in the text instead. The reader of a question, a model included, still learns what kind of number it was."""

_TOLD = re.compile(
    r"(?:我的?|本人的?|他的?|她的?|俺的?)?(?:联系)?(?:手机|电话|身份证|银行卡|卡)?(?:号码|号)?\s*(?:是|为|[:：])?\s*"
    rf"(?:{'|'.join(map(re.escape, PLACEHOLDERS.values()))})\s*[,，。;；、]?"
)
"""A number with the words that tell what it is: no source can hold them, so they must not count as missing in one."""

_SPACES = "".join(map(chr, (0x20, 0x09, 0xA0, 0x2009, 0x202F, 0x3000)))
# Telephone books hand numbers over between marks of writing direction, and web pages with spaces of no width.
_UNSEEN = "".join(map(chr, (0x200B, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, 0xFEFF)))
_HYPHENS = "-‐‑‒–—−－﹣"
_LETTER_TEN = "XxＸｘ×"
_PLAIN = str.maketrans(dict.fromkeys(_SPACES, " ") | dict.fromkeys(_UNSEEN, " ") | dict.fromkeys(_HYPHENS, "-"))

_RUN = re.compile(r"(?:\+ ?)?[0-9](?:[ -]{0,3}[0-9])*(?:[ -]{0,3}[Xx](?![0-9A-Za-z]))?")
_GROUP = re.compile(r"[0-9]+[Xx]?|[Xx]")
_LONGEST = 20
"""Characters of the longest number with what may stand before it: a card of 19 digits, or 0086 and a phone."""

_DIVISIONS = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
"""First two digits: provinces (GB/T 2260), and the permits of residents of Hong Kong, Macao and Taiwan."""
_FOREIGN = "9"
"""First digit of the permanent residence card of foreigners since 2023, which has the same form."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

_MOBILE = re.compile(r"(?:\+?86|0086|0)?(1[3-9][0-9]{9})")
_CARDS = tuple(
    re.compile(form)
    for form in (
        r"(?:62|81|60)[0-9]{14,17}",
        r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})",
        r"5[0-8](?:[0-9]{14}|[0-9]{17})",
        r"2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}",
        r"3[47][0-9]{13}",
        r"3(?:0[0-5]|[689][0-9])[0-9]{11}",
        r"35(?:2[89]|[3-8][0-9])[0-9]{12}",
        r"(?:9558|940)[0-9]{12,16}",
    )
)

_IS_AMOUNT = re.compile(r" ?(?:[万亿]|元|块钱|美元|%|\.[0-9]{1,2}(?![0-9]))")
_IS_REFERENCE = re.compile(
    r"(?:编号|单号|文号|案号|注册号|登记号|识别号|税号|信用代码|流水号|受理号|批号|条码)[^\n，。；、,;]{0,4}$"
)
_REFERENCE_CHARS = 12


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders, and the kinds of what stood in their place, each once, in the order of the enum."""

    text: str
    kinds: tuple[PersonalData, ...] = ()


def mask(text: str) -> Masked:
    """Return the text with a placeholder for every personal number. Takes time in proportion to its length.

    A text that has been through here comes back unchanged.
    """
    found = list(_found(_plain(text)))
    if not found:
        return Masked(text)
    parts, end = [], 0
    for start, stop, kind in found:
        parts += [text[end:start], PLACEHOLDERS[kind]]
        end = stop
    kinds = {kind for _, _, kind in found}
    return Masked("".join([*parts, text[end:]]), tuple(kind for kind in PersonalData if kind in kinds))


def without_numbers(text: str) -> str:
    """Return a masked text without the placeholders and the words that lead to them: what is asked beside the number.

    A text that is nothing else stays as it is.
    """
    rest = _TOLD.sub("", text).strip()
    return rest if any(map(str.isalnum, rest)) else text


def masked_question(question: Question) -> tuple[Question, tuple[PersonalData, ...]]:
    """Return a question whose text and history hold no personal numbers, and the kinds that its text held."""
    own = mask(question.text)
    history = tuple(mask(turn).text for turn in question.history)
    return replace(question, text=own.text, history=history), own.kinds


def _plain(text: str) -> str:
    """Return the text with digits, spaces, hyphens and the check letter in one form, every offset as it was."""
    if text.isascii():
        return text
    return "".join(map(_plain_character, text.translate(_PLAIN)))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if character in _LETTER_TEN:
        return "X"
    if character == "＋":
        return "+"
    # Any script's digits, the full-width ones included; circled and superscript ones count items.
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _found(plain: str) -> Iterator[tuple[int, int, PersonalData]]:
    """Yield start, end and kind of every personal number, in order."""
    for run in _RUN.finditer(plain):
        if _is_inside_a_code(plain, run.start(), run.end()):
            continue
        groups = [(run.start() + part.start(), run.start() + part.end()) for part in _GROUP.finditer(run[0])]
        position = 0
        while position < len(groups):
            taken = _longest_from(plain, groups, position)
            if taken is None:
                position += 1
                continue
            stop, kind = taken
            start = groups[position][0]
            signed = kind is PersonalData.MOBILE_PHONE and plain[run.start()] == "+" and position == 0
            yield (run.start() if signed else start), groups[stop][1], kind
            position = stop + 1


def _is_inside_a_code(plain: str, start: int, end: int) -> bool:
    """Tell whether a run of digits is a part of something with letters; whole words before it (tel, wx) are none."""
    if plain[end : end + 1].isascii() and plain[end : end + 1].isalnum():
        return True
    before = start
    while before and plain[before - 1].isascii() and plain[before - 1].isalpha() and start - before < _LONGEST:
        before -= 1
    # One letter begins the number of a passport or of a train; letters behind digits are a code's.
    return start - before == 1 or (before < start and plain[before - 1 : before].isdigit())


def _longest_from(plain: str, groups: Sequence[tuple[int, int]], first: int) -> tuple[int, PersonalData] | None:
    """Return the last group and the kind of the longest number that begins with a group, if there is one."""
    written = ""
    best: tuple[int, PersonalData] | None = None
    for last in range(first, len(groups)):
        start, end = groups[last]
        written += plain[start:end].upper()
        if len(written) > _LONGEST:
            break
        lengths = [stop - begin for begin, stop in groups[first : last + 1]]
        kind = _kind_of(
            written,
            lengths,
            plain[max(0, groups[first][0] - _REFERENCE_CHARS) : groups[first][0]],
            plain[end : end + 4],
        )
        if kind is not None:
            best = last, kind
    return best


def _kind_of(written: str, lengths: Sequence[int], before: str, behind: str) -> PersonalData | None:
    if _is_identity_card(written):
        return PersonalData.IDENTITY_CARD
    if not written.isdigit() or _IS_AMOUNT.match(behind):
        return None
    if _is_bank_card(written) and _is_card_spacing(lengths):
        return PersonalData.BANK_CARD
    # The rules below have no check digit to go by, so the words before the number may speak against them.
    named = _IS_REFERENCE.search(before) is not None
    if not named and _is_old_identity_card(written) and (len(lengths) == 1 or lengths[0] == 6):
        return PersonalData.IDENTITY_CARD
    phone = not named and _MOBILE.fullmatch(written) and _is_phone_spacing(lengths, written)
    return PersonalData.MOBILE_PHONE if phone else None


def _is_identity_card(written: str) -> bool:
    if len(written) != 18 or not written[:17].isdigit():
        return False
    if written[:2] not in _DIVISIONS and written[0] != _FOREIGN:
        return False
    if not "1900" <= written[6:10] <= "2099" or not _is_day(int(written[6:10]), written[10:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(written, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == written[17]


def _is_old_identity_card(written: str) -> bool:
    if len(written) != 15 or written[:2] not in _DIVISIONS or written[2:4] == "00":
        return False
    return _is_day(1900 + int(written[6:8]), written[8:12]) and written[12:] != "000"


def _is_day(year: int, month_and_day: str) -> bool:
    try:
        date(year, int(month_and_day[:2]), int(month_and_day[2:]))
    except ValueError:
        return False
    return True


def _is_bank_card(written: str) -> bool:
    if not any(form.fullmatch(written) for form in _CARDS):
        return False
    if len(written) == 18 and "1900" <= written[6:10] <= "2099" and _is_day(int(written[6:10]), written[10:14]):
        return False  # an identity card that fails its own check, and passes this one by chance
    total = 0
    for place, digit in enumerate(reversed(written)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_card_spacing(lengths: Sequence[int]) -> bool:
    """Tell whether digits are set apart as on a card or evenly; two landlines in a row are not."""
    if len(lengths) == 1:
        return True
    *equal, rest = lengths
    if len(set(equal)) == 1 and equal[0] <= 6 and rest <= max(equal[0], 4):
        return True
    return tuple(lengths) in _CARD_SPACINGS


_CARD_SPACINGS = frozenset({(4, 6, 5), (4, 6, 4), (6, 10), (6, 12), (6, 13)})


def _is_phone_spacing(lengths: Sequence[int], written: str) -> bool:
    """Tell whether the digits are set apart as people write a phone; years and amounts in a row are not."""
    own = list(lengths)
    code = len(written) - 11
    if code and own[0] == code:
        own = own[1:]
    elif code:
        own[0] -= code
    if own[:2] == [4, 4] and written[:2] == "19" and written[4:6] in ("19", "20"):
        return False
    return len(own) == 1 or set(own) == {1} or tuple(own) in _PHONE_SPACINGS


_PHONE_SPACINGS = frozenset(
    {
        (3, 4, 4),
        (3, 8),
        (7, 4),
        (3, 3, 5),
        (3, 5, 3),
        (2, 9),
        (1, 10),
        (4, 7),
        (5, 6),
        (6, 5),
        (4, 3, 4),
        (4, 4, 3),
        (3, 2, 2, 2, 2),
        (2, 3, 3, 3),
        (3, 3, 3, 2),
        (3, 4, 2, 2),
    }
)
