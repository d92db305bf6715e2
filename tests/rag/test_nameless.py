"""What could tell who asked is gone before a question is kept; what the question is about is not."""

from __future__ import annotations

import pytest

from rag.nameless import nameless

NAMED = {
    "我叫欧阳小红，今年六十岁，能领补贴吗": "欧阳小红",
    "联系人：赵六，要办健康证": "赵六",
    "患者王小明要转院怎么报销": "王小明",
    "王某某的补助发了吗": "王某",
    "我的身份证是11010519491231002X，能领补贴吗": "11010519491231002X",
    "打13800138000没人接": "13800138000",
    "卫生院0719-5223456打不通": "5223456",
    "写信给zhang.san@example.com没人回": "zhang.san",
    "医保卡号A12345678怎么查余额": "A12345678",
    "加我微信abc_12345说": "abc_12345",
    "住在阳光小区3号楼2单元501室怎么签约": "阳光小区",
    "人民路15号那户怎么申请": "15号",
    "单号 8 8 1 2 3 4 5 6 到哪了": "8 8 1 2",
}
PLAIN = (
    "12345和12320有什么不同",
    "2023-2025年的规划讲了什么",
    "青卫发〔2025〕7号是什么",
    "2026年每人补贴3600元吗",
    "全县1000000人都要体检吗",
    "到2027年人均预期寿命79.5岁",
    "患者高血压怎么报销",
    "患者满意度是多少",
    "病人出院后带什么材料",
    "姓名写错了怎么改",
    "我叫救护车要多少钱",
    "每千人口8.23张床位",
)


@pytest.mark.parametrize(("question", "secret"), NAMED.items())
def test_what_names_a_person_is_replaced_and_stays_replaced(question: str, secret: str) -> None:
    kept = nameless(question)
    assert secret not in kept
    assert "[" in kept
    assert nameless(kept) == kept


@pytest.mark.parametrize("question", PLAIN)
def test_figures_and_words_of_the_matter_stay(question: str) -> None:
    assert nameless(question) == question


def test_the_matter_beside_a_name_stays() -> None:
    assert nameless("我叫欧阳小红，今年六十岁，能领补贴吗") == "我叫[姓名]，今年六十岁，能领补贴吗"
