from __future__ import annotations

from dataclasses import replace

import pytest

from rag.collection import Collecting, collect, collection_of, cut_short
from rag.domain import Question
from rag.place_drafts import Reach
from rag.question import understand
from rag.regions import Gazetteer
from tests.rag.placed_drafts import draft, placed
from tests.rag.small_library import document

GAZETTEER = Gazetteer.load()


def collecting(text: str) -> tuple[str, str | None] | None:
    found = collection_of(understand(Question(text), GAZETTEER, ()), GAZETTEER)
    return (found.question.text, found.within.name if found.within else None) if found else None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("哪些地方有育儿补贴", ("育儿补贴是多少", None)),
        ("哪个县最早建成医共体", ("建成医共体是什么时候", None)),
        ("各地育兒補貼標準是多少", ("育兒補貼標準是多少", None)),
        ("全国各地村医补助多少", ("村医补助多少", None)),
        ("湖北省哪些县有育儿补贴", ("育儿补贴是多少", "湖北省")),
        ("哪个地方的补贴最高", ("补贴是多少", None)),
        ("哪些地区提到了信息化建设", ("信息化建设", None)),
    ],
)
def test_what_is_asked_of_every_place_is_asked_without_the_words_for_places(
    text: str, asked: tuple[str, str | None]
) -> None:
    assert collecting(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "哪些地方可以接种疫苗",
        "天门市各地的卫生院电话",
        "天门市哪些乡镇有体检点",
        "什么地方不能吸烟",
        "各级医院报销比例",
        "哪里有发热门诊",
        "国家如何要求各地交通运输部门做好预测",
        "煤炭供应优先安排哪些地区",
        "盗窃和抢劫有什么区别",
    ],
)
def test_sites_are_no_places_to_collect(text: str) -> None:
    assert collecting(text) is None


def test_places_with_evidence_come_by_fit_and_the_others_are_counted_as_silent() -> None:
    drafts = [
        placed("天门市", Reach.OWN, 0.8),
        placed("澧县", Reach.OWN, 0.9),
        placed("丹江口市", Reach.OWN, 0.2),
        placed("全国", Reach.WIDER, 0.9),
        placed(None, Reach.UNPLACED, 0.9),
    ]
    found = collect(drafts, Collecting(Question("补贴是多少"), None), GAZETTEER, 0.6)
    assert [one.place for one in found.drafts] == ["澧县", "天门市"]
    assert found.silent == ("丹江口市",)
    assert found.places == ("澧县", "天门市", "丹江口市")


def test_places_outside_the_one_that_is_named_are_left_out() -> None:
    hubei = GAZETTEER.get("湖北省")
    drafts = [placed("天门市", Reach.OWN, 0.8), placed("澧县", Reach.OWN, 0.9)]
    assert collect(drafts, Collecting(Question("补贴"), hubei), GAZETTEER, 0.6).places == ("天门市",)


def test_of_a_place_one_piece_is_told() -> None:
    whole = draft(0.9)
    second = replace(whole.best, document=document("另一句。"), start=0, end=4)
    longer = replace(whole, pieces=(second, whole.best), levels=(0, 0), total_items=2)
    assert cut_short(longer).pieces == (whole.best,)
    assert cut_short(longer).total_items is None
