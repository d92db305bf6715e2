from __future__ import annotations

import pytest

from rag.domain import Hit
from rag.place_doubts import doubted_place
from rag.regions import Gazetteer
from tests.rag.small_library import document, whole_hit

GAZETTEER = Gazetteer.load(extra=("云溪县",))
WITH_DOCUMENTS = ("420381", "x:云溪县")
HITS: tuple[Hit, ...] = (whole_hit(document("青石镇卫生院每周三体检。", title="丹江口市体检通知", region="丹江口市")),)


def doubt(text: str) -> tuple[str, tuple[str, ...]] | None:
    found = doubted_place(text, GAZETTEER, WITH_DOCUMENTS, HITS)
    return (found.asked, tuple(region.name for region in found.near)) if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("江口规划有哪些目标", ("江口", ("丹江口市",))),
        ("丹江市规划有哪些目标", ("丹江市", ("丹江口市",))),
        ("云溪市的补贴", ("云溪市", ("云溪县",))),
        ("瑶池县的独生子女补贴是多少", ("瑶池县", ())),
        ("金沙镇的体检是什么时候", ("金沙镇", ())),
        ("我家在海蓝市,生孩子有补贴吗", ("海蓝市", ())),
    ],
)
def test_a_place_that_nobody_knows_is_doubted(text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert doubt(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "丹江口市规划有哪些目标",
        "天门市的补贴",
        "青石镇的体检是什么时候",
        "我们县的补贴是多少",
        "贫困县有哪些扶持政策",
        "社区医院周末开门吗",
        "住院起付线乡镇卫生院是多少",
        "全市有多少家医院",
        "在外省住院要先办什么",
        "北京朝阳区献血年龄",
    ],
)
def test_a_known_place_and_an_ordinary_word_are_not_doubted(text: str) -> None:
    assert doubt(text) is None
