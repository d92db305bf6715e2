from __future__ import annotations

from datetime import date

import pytest

from rag.periods import Period, asked_years, period_of_title, years_named

TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2023年的补贴标准", (2023,)),
        ("二0二三年的补贴标准", (2023,)),
        ("二〇二三年的补贴标准", (2023,)),
        ("二零二三年的補貼標準", (2023,)),
        ("２０２３年的补贴标准", (2023,)),
        ("2023年度缴费标准", (2023,)),
        ("去年的补贴标准", (2025,)),
        ("今年和去年有什么不同", (2026, 2025)),
        ("前年发了多少", (2024,)),
        ("明年交多少", (2027,)),
        ("2021—2025年规划的目标", (2021, 2025)),
        ("2021年到2025年的目标", (2021, 2025)),
        ("2023年和2024年的标准", (2023, 2024)),
        ("补贴标准是多少", ()),
        ("补贴2000元怎么领", ()),
        ("1960年出生的人能领吗", ()),
        ("2000年参加工作的村医", ()),
        ("90年代的老村医", ()),
        ("云卫发〔2023〕8号说了什么", ()),
        ("电话0719-2023567", ()),
        ("9999年的标准", ()),
    ],
)
def test_the_years_that_a_question_asks_about(text: str, years: tuple[int, ...]) -> None:
    assert asked_years(text, TODAY) == years


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("某市卫生健康规划（2021—2025年）", Period(2021, 2025)),
        ("某市2023-2025年行动计划", Period(2023, 2025)),
        ("某市“十四五”卫生健康发展规划", Period(2021, 2025)),
        ("某市2024年度工作要点", Period(2024, 2024)),
        ("关于二〇二四年居民医保缴费的通知", Period(2024, 2024)),
        ("某省献血条例（2018年修正）", None),
        ("关于印发某办法的通知（卫发〔2020〕3号）", None),
        ("2024年3月门诊安排", None),
        ("某市2024年以来的成绩", None),
        ("某市补贴办法", None),
        ("2025—2021年", None),
    ],
)
def test_the_years_that_a_title_says_its_text_is_for(title: str, period: Period | None) -> None:
    assert period_of_title(title) == period


def test_a_period_holds_its_first_and_last_year() -> None:
    assert [year for year in range(2019, 2028) if year in Period(2021, 2025)] == [2021, 2022, 2023, 2024, 2025]


def test_every_year_inside_a_range_counts_as_named() -> None:
    assert years_named("2021—2023年和二〇二五年") == {2021, 2022, 2023, 2025}
    assert years_named("1000-2999年") == {2999}
