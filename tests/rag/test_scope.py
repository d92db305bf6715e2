from __future__ import annotations

import pytest

from rag.scope import in_scope


@pytest.mark.parametrize(
    "question", ["種牙怎麼收費", "高压氧舱在哪", "生育津贴怎么领", "规划的总体目标有哪些", "轮椅怎么申请"]
)
def test_health_and_policy_are_in_scope(question: str) -> None:
    assert in_scope(question)


@pytest.mark.parametrize(
    "question", ["今天天气怎么样", "帮我写一首诗", "公积金怎么提取", "驾驶证到期去哪换", "推荐一部电影"]
)
def test_other_matters_are_not(question: str) -> None:
    assert not in_scope(question)
