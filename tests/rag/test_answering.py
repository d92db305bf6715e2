from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answering import Answering
from rag.composing import set_beside
from rag.domain import Answer, AnswerMode, AnswerStatus, InvalidReason, ModelUsage, NoticeKind, Question, RouteReason
from rag.errors import LanguageModelError
from rag.question import UnderstoodQuestion
from rag.retrieval import HybridRetriever, Ranking
from tests.rag.small_library import answering_over

TEXTS = {
    "tianmen.md": """# 天门市老年人免费体检通知

## 体检对象

本市65周岁以上的老年人可以参加免费体检。

## 体检时间

体检时间为2026年4月20日至9月30日。

## 体检项目

1. 血常规；
2. 尿常规；
3. 心电图。

## 工作情况

全年体检老年人xx人次。
""",
    "lixian.md": """# 澧县老年人免费体检通知

## 体检项目

1. 血压；
2. 血糖。

## 村卫生室建设

村卫生室每所补助6000元。
""",
}


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Answering:
    return answering_over(TEXTS, tmp_path_factory.mktemp("answering"))


def test_an_answer_comes_from_the_place_that_was_asked_about(answering: Answering) -> None:
    answer = answering.answer(Question("澧县老年人免费体检项目有哪些"))
    assert answer.status is AnswerStatus.ANSWERED
    assert [statement.text for statement in answer.statements] == ["血压；", "血糖。"]
    assert {citation.region for citation in answer.citations} == {"澧县"}
    assert [statement.citations for statement in answer.statements] == [(1,), (2,)]


def test_the_place_is_asked_back_where_several_have_an_answer(answering: Answering) -> None:
    answer = answering.answer(Question("老年人免费体检项目有哪些"))
    assert answer.status is AnswerStatus.NEEDS_CLARIFICATION
    assert answer.clarification is not None
    assert set(answer.clarification.options) == {"天门市", "澧县"}


def test_the_one_place_that_has_an_answer_needs_no_question_back(answering: Answering) -> None:
    answer = answering.answer(Question("村卫生室每所补助多少钱"))
    assert answer.status is AnswerStatus.ANSWERED
    assert {citation.region for citation in answer.citations} == {"澧县"}


def test_the_place_chosen_on_the_page_decides(answering: Answering) -> None:
    answer = answering.answer(Question("老年人免费体检项目有哪些", "天门市"))
    assert {citation.region for citation in answer.citations} == {"天门市"}


def test_what_another_place_says_is_no_evidence(answering: Answering) -> None:
    answer = answering.answer(Question("天门市村卫生室每所补助多少钱"))
    assert answer.status is AnswerStatus.NO_EVIDENCE
    assert [route.reason for route in answer.routes] == [RouteReason.NO_EVIDENCE] * 2


def test_a_thing_that_no_document_has_is_not_answered(answering: Answering) -> None:
    assert answering.answer(Question("天门市听力筛查多少钱")).status is AnswerStatus.NO_EVIDENCE


def test_a_question_about_something_else_is_out_of_scope(answering: Answering) -> None:
    assert answering.answer(Question("推荐一部电影")).status is AnswerStatus.OUT_OF_SCOPE


def test_a_hidden_figure_is_said_to_be_hidden(answering: Answering) -> None:
    answer = answering.answer(Question("天门市全年体检了多少人次老年人"))
    assert answer.status is AnswerStatus.REDACTED
    assert NoticeKind.REDACTED in {notice.kind for notice in answer.notices}


def test_a_follow_up_keeps_its_place_and_subject(answering: Answering) -> None:
    answer = answering.answer(Question("那项目有哪些呢", None, ("澧县老年人免费体检什么时候做",)))
    assert {citation.region for citation in answer.citations} == {"澧县"}


def test_an_answer_tells_how_pinyin_was_read(answering: Answering) -> None:
    answer = answering.answer(Question("lixian laonianren mianfei tijian xiangmu youxie shenme"))
    assert answer.read_as is not None
    assert "澧县" in answer.read_as
    assert answering.answer(Question("澧县老年人免费体检项目有哪些")).read_as is None


def test_places_are_set_side_by_side_and_a_silent_one_is_named(answering: Answering) -> None:
    answer = answering.answer(Question("天门市和澧县的老年人免费体检项目有什么不同"))
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.places == ("天门市", "澧县")
    assert {statement.text for statement in answer.statements if statement.place == "澧县"} == {"血压；", "血糖。"}
    one = answering.answer(Question("天门市和澧县的村卫生室每所补助分别是多少"))
    assert one.status is AnswerStatus.PARTIAL
    assert one.silent_places == ("天门市",)


def test_sides_of_which_nothing_can_be_quoted_are_no_evidence() -> None:
    silent = Answer(AnswerStatus.NO_EVIDENCE, "甲县和乙县补多少")
    assert set_beside("甲县和乙县补多少", [("甲县", silent), ("乙县", silent)]).status is AnswerStatus.NO_EVIDENCE


def test_an_emergency_is_routed_before_anything_is_searched(answering: Answering) -> None:
    answer = answering.answer(Question("我爸突然晕倒叫不醒"))
    assert answer.status is AnswerStatus.ROUTED
    assert answer.citations == ()


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (Question("？！ "), InvalidReason.EMPTY),
        (Question("体检" * 400), InvalidReason.TOO_LONG),
        (Question("体检项目有哪些", "不存在的某某镇"), InvalidReason.UNKNOWN_REGION),
    ],
)
def test_a_question_that_cannot_be_taken_says_why(
    answering: Answering, question: Question, reason: InvalidReason
) -> None:
    answer = answering.answer(question)
    assert answer.status is AnswerStatus.INVALID
    assert answer.invalid_reason is reason


class _Model:
    """A chat model that says one thing, or fails."""

    name = "test-model"

    def __init__(self, said: str | None) -> None:
        self._said = said

    def stream(self, system: str, user: str, count: Callable[[ModelUsage], None] | None = None) -> Iterator[str]:
        assert system
        assert user
        assert count is not None
        if self._said is None:
            raise LanguageModelError("no answer")
        yield self._said


def test_a_model_that_fails_leaves_the_quotations(tmp_path: Path) -> None:
    answer = answering_over(TEXTS, tmp_path, _Model(None)).answer(Question("澧县老年人免费体检项目有哪些"))
    assert answer.mode is AnswerMode.EXTRACTIVE
    assert answer.status is AnswerStatus.ANSWERED


def test_what_a_model_invents_is_not_shown(tmp_path: Path) -> None:
    model = _Model("村卫生室每所补助9999元。[1]")
    answer = answering_over(TEXTS, tmp_path, model).answer(Question("澧县村卫生室每所补助多少钱"))
    assert not any("9999" in statement.text for statement in answer.statements)
    assert any("6000元" in statement.text for statement in answer.statements)


def test_a_written_answer_is_marked_as_written(tmp_path: Path) -> None:
    model = _Model("澧县给村卫生室每所补助6000元。[1]")
    answer = answering_over(TEXTS, tmp_path, model).answer(Question("澧县村卫生室每所补助多少钱"))
    assert answer.mode is AnswerMode.GENERATIVE
    assert NoticeKind.AI_GENERATED in {notice.kind for notice in answer.notices}


VILLAGE = """# {title}

## 补助标准

村卫生室{words}每所补助{amount}元，每年六月底前拨付到账。
"""
COPIES = {
    "official.md": "---\nregion: 澧县\n---\n" + VILLAGE.format(title="乡村医疗工作办法", words="", amount=6000),
    "repost.md": VILLAGE.format(title="澧县村卫生室每所补助多少钱", words="", amount="{amount}"),
}
LINKS = {"repost.md": "official.md"}


def link(monkeypatch: pytest.MonkeyPatch, links: Mapping[str, str]) -> None:
    """Let ranking return documents that are linked as copies."""
    rank = HybridRetriever.rank

    def linked(self: HybridRetriever, question: UnderstoodQuestion, top: int) -> Ranking:
        ranking = rank(self, question, top)
        hits = (
            replace(hit, document=replace(hit.document, duplicate_of=links.get(hit.document.source)))
            for hit in ranking.hits
        )
        return replace(ranking, hits=tuple(hits))

    monkeypatch.setattr(HybridRetriever, "rank", linked)


def ask(folder: Path, amount: int, more: Mapping[str, str] | None = None) -> Answer:
    texts = {name: text.replace("{amount}", str(amount)) for name, text in COPIES.items()} | (more or {})
    return answering_over(texts, folder).answer(Question("澧县村卫生室每所补助多少钱"))


def test_an_answer_comes_from_the_preferred_copy_and_from_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(monkeypatch, {})
    assert ask(tmp_path / "unlinked", 6000).citations[0].source == "repost.md", "its title fits better"
    link(monkeypatch, LINKS)
    answer = ask(tmp_path / "linked", 6000)
    assert [citation.source for citation in answer.citations] == ["official.md"]
    assert NoticeKind.CONFLICT not in {notice.kind for notice in answer.notices}


def test_a_copy_answers_what_the_preferred_one_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link(monkeypatch, LINKS)
    fuller = COPIES["repost.md"].format(amount=6000) + "\n## 申请地点\n\n申请表交到县行政服务中心三楼卫生健康窗口。\n"
    answering = answering_over({**COPIES, "repost.md": fuller}, tmp_path)
    answer = answering.answer(Question("澧县村卫生室补助的申请表交到哪里"))
    assert [citation.source for citation in answer.citations] == ["repost.md"]


def test_copies_that_disagree_in_the_figure_are_both_shown_and_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(monkeypatch, LINKS)
    answer = ask(tmp_path, 8000)
    assert [citation.source for citation in answer.citations] == ["official.md", "repost.md"]
    assert ["6000" in answer.statements[0].text, "8000" in answer.statements[1].text] == [True, True]
    (conflict,) = [notice for notice in answer.notices if notice.kind is NoticeKind.CONFLICT]
    assert conflict.values["first"] == "乡村医疗工作办法"
    assert conflict.values["second"] == "澧县村卫生室每所补助多少钱"


def test_a_copy_of_a_replaced_text_is_no_way_round_its_successor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(monkeypatch, LINKS)
    successor = "---\nregion: 澧县\npublished: 2026-05-01\nreplaces: 乡村医疗工作办法\n---\n" + VILLAGE.format(
        title="乡村医疗工作新办法", words="按新标准", amount=9000
    )
    answer = ask(tmp_path, 6000, {"successor.md": successor})
    assert {citation.source for citation in answer.citations} == {"successor.md"}


def test_what_a_model_says_twice_is_shown_once(tmp_path: Path) -> None:
    model = _Model("村卫生室每所补助6000元。[1]\n村卫生室每所补助６０００元。[1]")
    answer = answering_over(TEXTS, tmp_path, model).answer(Question("澧县村卫生室每所补助多少钱"))
    assert answer.mode is AnswerMode.GENERATIVE
    assert len(answer.statements) == 1
