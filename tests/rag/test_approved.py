"""Which question an approved answer is offered for."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rag.approved import Offer, find_approved
from rag.approved_offering import Offering
from rag.approved_records import ApprovedAnswer
from rag.domain import Answer, AnswerStatus, Question
from rag.regions import Gazetteer
from tests.rag.approved_samples import TODAY, Shelf, answer, approved, document

CASES = yaml.safe_load(Path(__file__).with_name("approved_cases.yaml").read_text(encoding="utf-8"))
GAZETTEER = Gazetteer.load(extra=("青棠县", "白岭县"))


class Held:
    """Approved answers that a test chose."""

    def __init__(self, *answers: ApprovedAnswer) -> None:
        self.answers = answers

    def in_force(self) -> tuple[ApprovedAnswer, ...]:
        """Return them."""
        return self.answers

    def close(self) -> None:
        """Release nothing."""


def found(question: str, *answers: ApprovedAnswer, region: str | None = None, own: str | None = None) -> int | None:
    one = find_approved(Question(question, region), Offer.of(answers, GAZETTEER), own)
    return one.number if one is not None else None


def everywhere(wording: str) -> ApprovedAnswer:
    return approved(wordings=(wording,), places=("全国",))


@pytest.mark.parametrize(("wording", "question"), CASES["same"])
def test_the_same_question_in_other_words_of_asking_gets_the_approved_answer(wording: str, question: str) -> None:
    assert found(question, everywhere(wording)) == 1
    assert found(wording, everywhere(question)) == 1


@pytest.mark.parametrize(("wording", "question"), [*CASES["different"], *CASES["missed"]])
def test_another_question_never_gets_the_approved_answer(wording: str, question: str) -> None:
    assert found(question, everywhere(wording)) is None
    assert found(wording, everywhere(question)) is None


def test_an_answer_for_one_place_is_never_offered_for_another() -> None:
    own = approved(wordings=("老年人体检免费吗",))
    assert found("青棠县老年人体检免费吗", own) == 1
    assert found("老年人体检免费吗", own, region="青棠县") == 1
    assert found("白岭县老年人体检免费吗", own, region="青棠县") is None
    assert found("老年人体检免费吗", own, region="白岭县") is None
    assert found("老年人体检免费吗", own) is None
    assert found("青棠县和白岭县老年人体检免费吗", own) is None
    assert found("湖北省老年人体检免费吗", approved(wordings=("老年人体检免费吗",), places=("丹江口市",))) is None


def test_a_wording_that_names_a_place_is_about_that_place_alone() -> None:
    wide = approved(wordings=("青棠县老年人体检免费吗",), places=("全国",))
    assert found("老年人体检免费吗", wide, region="白岭县") is None
    assert found("青棠县老年人体检免费吗", wide) == 1


def test_an_answer_with_a_place_nobody_knows_is_offered_nowhere() -> None:
    lost = approved(wordings=("老年人体检免费吗",), places=("某某县",))
    assert found("老年人体检免费吗", lost) is None
    assert found("老年人体检免费吗", lost, region="青棠县") is None


def test_an_answer_for_the_very_place_goes_before_one_for_everywhere_and_the_newer_before_the_older() -> None:
    wide = approved(1, "2026-03-05T00:00:00Z", places=("全国",), wordings=("老年人体检免费吗",))
    old = approved(2, "2026-03-01T00:00:00Z", wordings=("老年人体检免费吗",))
    new = approved(3, "2026-03-02T00:00:00Z", wordings=("老年人体检免费吗",))
    assert found("老年人体检免费吗", wide, old, new, region="青棠县") == 3
    assert found("老年人体检免费吗", wide, old, new, region="白岭县") == 1


def test_without_a_place_the_one_that_the_own_answer_is_about_counts() -> None:
    offering = Offering(Held(approved()), Shelf(document()), GAZETTEER)
    asked = Question("老年人体检要交钱吗")
    assert offering.offered(asked, TODAY) is None
    offered = offering.offered(asked, TODAY, answer())
    assert offered is not None
    assert (offered.question, offered.approved and offered.approved.office) == (asked.text, "青棠县卫生健康局")
    assert offering.offered(asked, TODAY, Answer(AnswerStatus.NO_EVIDENCE, asked.text)) is None
    # Where a place was chosen, the own answer says nothing: it may be about a place beside it.
    assert offering.offered(Question(asked.text, "白岭县"), TODAY, answer()) is None
