from __future__ import annotations

import pytest

from rag.citations import cite
from rag.comparison import ComparedBy, Said, comparison_of, side_by_side
from rag.domain import Question, Statement
from rag.question import understand
from rag.regions import Gazetteer
from tests.rag.small_library import document

GAZETTEER = Gazetteer.load(extra=("云溪县",))


def sides(text: str) -> list[tuple[str, str]] | None:
    found = comparison_of(understand(Question(text), GAZETTEER, ()), GAZETTEER)
    return [(side.label, side.question.text) for side in found.sides] if found else None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "丹江口和天门的卫生规划有什么不同",
            [("丹江口市", "丹江口市卫生规划有哪些目标"), ("天门市", "天门市卫生规划有哪些目标")],
        ),
        (
            "丹江口和天門的體檢時間有什麼不同",
            [("丹江口市", "丹江口市體檢時間是什么时候"), ("天门市", "天门市體檢時間是什么时候")],
        ),
        ("云溪县跟澧县比哪个补贴高", [("云溪县", "云溪县补贴是多少"), ("澧县", "澧县补贴是多少")]),
        (
            "与天门相比，丹江口的规划目标是什么",
            [("天门市", "天门市规划目标是什么"), ("丹江口市", "丹江口市规划目标是什么")],
        ),
        (
            "丹江口、天门、澧县三地的体检标准分别是多少",
            [(place, f"{place}体检标准是多少") for place in ("丹江口市", "天门市", "澧县")],
        ),
        ("丹江口比天门多补多少", [("丹江口市", "丹江口市补多少"), ("天门市", "天门市补多少")]),
        (
            "丹江口的诊所和天门的诊所有什么区别",
            [("丹江口市", "丹江口市诊所有哪些内容"), ("天门市", "天门市诊所有哪些内容")],
        ),
        ("天门和澧县，哪里的村医补助更多？", [("天门市", "天门市村医补助是多少"), ("澧县", "澧县村医补助是多少")]),
        ("云溪县和澧县都有哪些体检项目", [("云溪县", "云溪县有哪些体检项目"), ("澧县", "澧县有哪些体检项目")]),
    ],
)
def test_each_place_is_asked_the_question_alone(text: str, asked: list[tuple[str, str]]) -> None:
    assert sides(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "丹江口户口在天门看病能报销吗",
        "丹江口市与天门市签订的合作协议有哪些内容",
        "湖北丹江口的规划目标",
        "丹江口、天门等地的市场监管部门会处以多少罚款",
        "丹江口和天门有什么不同",
    ],
)
def test_two_places_that_are_not_compared_or_compared_in_nothing_are_no_comparison(text: str) -> None:
    assert sides(text) is None


def test_the_place_of_a_side_is_chosen_as_well_as_named() -> None:
    found = comparison_of(understand(Question("天门和澧县的补贴哪个高"), GAZETTEER, ()), GAZETTEER)
    assert found is not None
    assert found.by is ComparedBy.PLACES
    assert [side.question.region for side in found.sides] == [side.place.code for side in found.sides if side.place]


def said(label: str, text: str) -> Said:
    source = document(text, region=label)
    return Said(label, (Statement(text, (1,), 1.0),), (cite(source, 0, len(text), 1),))


def test_sides_are_named_and_numbered_through_and_a_silent_side_says_so() -> None:
    both = side_by_side([said("天门市", "补贴100元。"), Said("澧县"), said("云溪县", "补贴200元。")])
    assert [(statement.place, statement.citations) for statement in both.statements] == [
        ("天门市", (1,)),
        ("云溪县", (2,)),
    ]
    assert [(citation.number, citation.region) for citation in both.citations] == [(1, "天门市"), (2, "云溪县")]
    assert both.places == ("天门市", "澧县", "云溪县")
    assert both.silent_places == ("澧县",)
