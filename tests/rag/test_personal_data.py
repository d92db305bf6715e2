"""Personal numbers are found however they are typed, and public ones stay. No number here is a real person's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from rag.domain import PersonalData, Question
from rag.personal_data import PLACEHOLDERS, mask, masked_question, without_numbers

ID, PHONE, CARD = PersonalData.IDENTITY_CARD, PersonalData.MOBILE_PHONE, PersonalData.BANK_CARD
FULL_WIDTH = str.maketrans("0123456789X+", "０１２３４５６７８９Ｘ＋")
MANY = 100


def identity_card(seed: int) -> str:
    """Make an 18-character number of nobody, with the check character of GB 11643."""
    chance = random.Random(seed)
    born = date(1925, 1, 1) + timedelta(days=chance.randrange(36_000))
    division = chance.choice(["110105", "420381", "340404", "500112", "620102", "650104", "810000", "830000"])
    body = f"{division}{born:%Y%m%d}{chance.randrange(1, 999):03d}"
    # Written another way round than the code does it: the remainder of the sum of 2^(17-i), instead of tabled weights.
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    check = (12 - total % 11) % 11
    return body + ("X" if check == 10 else str(check))


def bank_card(seed: int) -> str:
    """Make a card number of nobody, with an issuer's prefix and Luhn's check digit."""
    chance = random.Random(seed)
    prefix, length = chance.choice(
        [
            ("6222", 19),
            ("6217", 16),
            ("6258", 16),
            ("4367", 16),
            ("5187", 16),
            ("3562", 16),
            ("371", 15),
            ("36", 14),
            ("9558", 19),
        ]
    )
    body = prefix + "".join(str(chance.randrange(10)) for _ in range(length - len(prefix) - 1))
    return next(body + str(check) for check in range(10) if luhn(body + str(check)))


def luhn(number: str) -> bool:
    digits = [int(digit) for digit in number]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def mobile(seed: int) -> str:
    chance = random.Random(seed)
    return f"1{chance.randrange(3, 10)}{chance.randrange(10**9):09d}"


def spaced(number: str, sizes: tuple[int, ...], mark: str) -> str:
    parts, rest = [], number
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    return mark.join([*parts, rest] if rest else parts)


def written(number: str) -> Iterator[str]:
    """Yield the ways in which people type a long number."""
    yield number
    yield number.translate(FULL_WIDTH)
    yield number.lower()
    for mark in (" ", "-", "—", "　", " - "):
        yield (
            spaced(number, (4, 4, 4), mark)
            if len(number) == 16
            else spaced(number, (6, 8), mark)
            if len(number) == 18
            else number
        )
    yield " ".join(number)


@pytest.mark.parametrize("seed", range(MANY))
def test_every_identity_card_is_found_however_it_is_typed(seed: int) -> None:
    for number in written(identity_card(seed)):
        masked = mask(f"我的身份证{number}，能办医保吗？")
        assert (masked.text, masked.kinds) == ("我的身份证[身份证号]，能办医保吗？", (ID,))


@pytest.mark.parametrize("seed", range(MANY))
def test_every_bank_card_is_found_however_it_is_typed(seed: int) -> None:
    for number in written(bank_card(seed)):
        masked = mask(f"卡号是{number}。")
        assert (masked.text, masked.kinds) == ("卡号是[银行卡号]。", (CARD,))


@pytest.mark.parametrize("seed", range(MANY))
def test_every_mobile_phone_is_found_however_it_is_typed(seed: int) -> None:
    number = mobile(seed)
    forms = [
        number,
        number.translate(FULL_WIDTH),
        "+86" + number,
        "+86 " + number,
        "0086-" + number,
        "86" + number,
        "0" + number,
    ]
    forms += [spaced(number, sizes, mark) for sizes in ((3, 4), (3, 3), (3,), (7,)) for mark in (" ", "-", "　", "－")]
    forms += [
        "+86-" + spaced(number, (3, 4), "-"),
        "＋８６ " + number,
        " ".join(number),
        "\u202d" + number[:3] + "\u200b" + number[3:] + "\u202c",
    ]
    for form in forms:
        masked = mask(f"请打{form}找我")
        assert masked.kinds == (PHONE,), form
        assert not any(character.isdigit() for character in masked.text), form


def test_the_old_form_of_15_digits_is_found_by_its_birth_date() -> None:
    assert mask("证号420381550229001").text == "证号420381550229001"  # 1955 had no 29 February
    assert mask("证号420381560229001").text == "证号[身份证号]"
    assert mask("证号 420381 560229 001 的人").text == "证号 [身份证号] 的人"
    assert mask("证号990381560229001").kinds == ()


@pytest.mark.parametrize("seed", range(MANY))
def test_a_number_that_fails_its_check_stays(seed: int) -> None:
    card, person = bank_card(seed), identity_card(seed)
    changed = card[:-1] + str((int(card[-1]) + 1 + seed % 9) % 10)
    # Of 15 digits, about one number in a hundred has a place and a birth date where the old form has them.
    assert len(changed) == 15 or mask(f"编码{changed}在哪里查").kinds == ()
    others = [character for character in "0123456789X" if character != person[-1]]
    wrong = person[:-1] + others[seed % 10]
    assert mask(f"编码{wrong}在哪里查").kinds == ()


def test_few_long_numbers_that_mean_something_else_are_taken_for_personal_ones() -> None:
    chance = random.Random(7)
    numbers = [
        "".join(str(chance.randrange(10)) for _ in range(length))
        for length in (13, 14, 15, 16, 17, 18, 19)
        for _ in range(2000)
    ]
    taken = [number for number in numbers if mask(f"查询{number}的进度").kinds]
    # By chance a prefix and a check digit fit: an issuer's prefix begins about one number in five, Luhn passes one in ten.
    assert len(taken) / len(numbers) < 0.02


@pytest.mark.parametrize(
    "text",
    [
        "打12345还是120？12320、12356、96120、110也行吗",
        "咨询电话0719-5222345，010-62223451，(0554)5674321，027 8765 4321",
        "请拨 400-820-8820 或 8008208820，传真 0719-5222345-8001",
        "鄂卫发〔2024〕12号和国办发[2019]47号、丹政办发〔2023〕8号",
        "2019年、2020-2021年、2024-01-15到2025-12-31，1998-2003 100人",
        "补贴13800000000元，合计15912345678.50元，约19800000000万，13900000000 元",
        "按GB 11643-1999、GB/T 2260-2007、WS/T 367-2012和YY/T 0316—2016执行",
        "ISBN 978-7-117-13812-3，9787117345675",
        "统一社会信用代码91110000600037341L，12110000400777806X，MA01ABCD13812345678",
        "65岁到80岁，100元至1500元，150-200 2000-3000，10000000人次",
        "护照E12345678，车次G1381，编号13812345678，订单号：15912345678，受理号 13700001111",
        "登记号420381560229001，流水号13812345678",
        "手机号138****5678，尾号5678，区号138",
        "病历号 2024011500012，条码6901234567892",
        "12315 12329 12333 12345 12348 12368",
        "邮编442700 电话0719-5222345 传真0719-5222346",
        "①②③④⑤⑥⑦⑧⑨⑩⑪ 1、2、3、4、5、6、7、8、9、10、11",
        "比例1:13812345678X5，坐标111.513812345678901",
        "北京62223451 62223452 都打不通",
        "",
        "没有号码的一句话",
    ],
)
def test_public_numbers_stay(text: str) -> None:
    masked = mask(text)
    assert (masked.text, masked.kinds) == (text, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tel13800001111", "tel[手机号]"),
        ("微信vx13800001111加我", "微信vx[手机号]加我"),
        ("13800001111@163.com", "[手机号]@163.com"),
        ("0719-5222345 13800001111", "0719-5222345 [手机号]"),
        ("打12345 13800001111 都行", "打12345 [手机号] 都行"),
        ("2024-01-15 13800001111", "2024-01-15 [手机号]"),
        ("13800001111 13900002222", "[手机号] [手机号]"),
        ("13800001111/13900002222、13700003333", "[手机号]/[手机号]、[手机号]"),
        ("(+86)13800001111", "(+86)[手机号]"),
        ("身份证编号13800001111", "身份证编号13800001111"),
        ("13800001111。", "[手机号]。"),
        ("13800001111 x 2", "[手机号] x 2"),
    ],
)
def test_only_the_personal_number_goes(text: str, expected: str) -> None:
    assert mask(text).text == expected


def test_several_kinds_are_named_once_each_and_in_order() -> None:
    text = f"{mobile(1)}，{bank_card(2)}，{identity_card(3)} {mobile(4)}"
    masked = mask(text)
    assert masked.text == "[手机号]，[银行卡号]，[身份证号] [手机号]"
    assert masked.kinds == (ID, PHONE, CARD)
    assert set(PLACEHOLDERS) == set(PersonalData)


@pytest.mark.parametrize("seed", range(20))
def test_a_masked_text_has_nothing_left_to_mask(seed: int) -> None:
    once = mask(f"{identity_card(seed)} {mobile(seed)} {bank_card(seed)}")
    assert mask(once.text).text == once.text
    assert mask(once.text).kinds == ()


def test_a_long_text_takes_time_in_proportion() -> None:
    # A pattern that goes back would not come back from this.
    for text in ("1 " * 10_000, "1" * 20_000, "1-" * 10_000 + "x", "a" * 20_000 + "13800001111", "1   " * 6_000):
        assert len(mask(text).text) <= len(text)


def test_a_question_loses_them_in_its_history_too() -> None:
    number = mobile(5)
    masked, kinds = masked_question(Question(f"电话{number}", "澧县", (f"我叫张三{number}", "体检怎么办")))
    assert masked == Question("电话[手机号]", "澧县", ("我叫张三[手机号]", "体检怎么办"))
    assert kinds == (PHONE,)
    assert masked_question(Question("体检", None, (number,)))[1] == ()


@pytest.mark.parametrize(
    ("masked", "asked"),
    [
        ("我的手机号[手机号]，云溪县育儿补贴怎么领", "云溪县育儿补贴怎么领"),
        ("云溪县育儿补贴怎么领？电话：[手机号]", "云溪县育儿补贴怎么领？"),
        ("本人身份证号码是[身份证号]。高龄津贴多少钱", "高龄津贴多少钱"),
        ("手机号[手机号]", "手机号[手机号]"),
        ("办卡要带身份证吗", "办卡要带身份证吗"),
    ],
)
def test_what_is_asked_beside_a_number_is_searched_without_it(masked: str, asked: str) -> None:
    assert without_numbers(masked) == asked
