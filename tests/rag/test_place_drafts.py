from __future__ import annotations

import pytest

from rag.domain import Document, Question
from rag.forms import Fit
from rag.place_drafts import (
    Choice,
    PlacedDraft,
    Reach,
    choose_place,
    of_place_alone,
    reach_of,
)
from rag.question import UnderstoodQuestion, understand
from rag.regions import Gazetteer
from tests.rag.placed_drafts import draft, placed
from tests.rag.small_library import document

GAZETTEER = Gazetteer.load()


def asked(text: str, region: str | None = None) -> UnderstoodQuestion:
    return understand(Question(text, region), GAZETTEER, ())


LONG = "各乡镇按照实际情况安排。" * 20


@pytest.mark.parametrize(
    ("region", "text", "question", "reach"),
    [
        ("天门市", "", "天门市补贴多少", Reach.OWN),
        ("湖北省", "", "天门市补贴多少", Reach.WIDER),
        ("全国", "", "天门市补贴多少", Reach.WIDER),
        ("天门市", "", "湖北省补贴多少", Reach.WITHIN),
        ("澧县", "", "天门市补贴多少", None),
        (None, "天门的补贴。", "天门市补贴多少", Reach.UNPLACED),
        (None, "某地的补贴。", "天门市补贴多少", None),
        ("澧县", "", "补贴多少", Reach.OWN),
        ("全国", "", "补贴多少", Reach.WIDER),
    ],
)
def test_a_document_reaches_the_places_that_it_is_for(
    region: str | None, text: str, question: str, reach: Reach | None
) -> None:
    source: Document = document(text or "补贴每月100元。", region=region)
    assert reach_of(source, asked(question), GAZETTEER) is reach


def test_what_the_place_itself_says_answers_before_what_holds_everywhere() -> None:
    found = choose_place(
        [placed("全国", Reach.WIDER, 0.9), placed("天门市", Reach.OWN, 0.8)], asked("天门市补贴多少"), 0.6
    )
    assert (found.choice, found.places) == (Choice.ONE, ("天门市",))


def test_a_wider_place_answers_where_the_place_itself_is_silent() -> None:
    found = choose_place(
        [placed("湖北省", Reach.WIDER, 0.9), placed("天门市", Reach.OWN, 0.2, 0.3)], asked("天门市补贴多少"), 0.6
    )
    assert (found.choice, found.places) == (Choice.ONE, ("湖北省",))


def test_a_wider_place_does_not_answer_what_the_place_itself_says_more_fittingly_but_unsurely() -> None:
    found = choose_place(
        [placed("全国", Reach.WIDER, 0.8, 1.0), placed("天门市", Reach.OWN, 0.4, 1.3)], asked("天门市补贴多少"), 0.6
    )
    assert found.choice is Choice.NOTHING


def test_without_a_place_short_answers_of_few_places_are_all_told() -> None:
    drafts = [placed("天门市", Reach.OWN, 0.9, 1.0), placed("澧县", Reach.OWN, 0.9, 1.1)]
    found = choose_place(drafts, asked("补贴多少"), 0.6)
    assert (found.choice, found.places) == (Choice.EACH, ("澧县", "天门市"))


def test_without_a_place_long_answers_of_several_places_make_one_ask_which() -> None:
    drafts = [placed("天门市", Reach.OWN, 0.9, text=LONG), placed("澧县", Reach.OWN, 0.9, text=LONG)]
    found = choose_place(drafts, asked("补贴怎么安排"), 0.6)
    assert (found.choice, set(found.places)) == (Choice.ASK, {"天门市", "澧县"})


def test_the_countrys_rule_is_no_rival_of_a_countys() -> None:
    drafts = [placed("全国", Reach.WIDER, 0.9), placed("天门市", Reach.OWN, 0.9)]
    assert choose_place(drafts, asked("补贴多少"), 0.6).places == ("全国",)


def test_a_county_that_fits_clearly_better_answers_before_the_country() -> None:
    drafts = [placed("全国", Reach.WIDER, 0.65), placed("天门市", Reach.OWN, 0.95)]
    assert choose_place(drafts, asked("补贴多少"), 0.6).places == ("天门市",)


@pytest.mark.parametrize(("rank", "place"), [(1.4, None), (1.2, "天门市")])
def test_a_text_of_no_known_place_answers_where_its_words_fit_better(rank: float, place: str | None) -> None:
    drafts = [placed("天门市", Reach.OWN, 0.9, 1.3), placed(None, Reach.UNPLACED, 0.8, rank)]
    assert choose_place(drafts, asked("天门市补贴多少"), 0.3).drafts[0].place == place


def test_a_text_of_no_known_place_does_not_take_the_answer_from_a_place_that_was_only_chosen() -> None:
    drafts = [placed("天门市", Reach.OWN, 0.9, 1.3), placed(None, Reach.UNPLACED, 0.9, 1.4)]
    assert choose_place(drafts, asked("补贴多少", "天门市"), 0.3).drafts[0].place == "天门市"


def test_a_matter_that_many_places_settle_for_themselves_is_theirs_and_not_the_countrys() -> None:
    drafts = [placed("全国", Reach.WIDER, 0.9)]
    drafts += [placed(name, Reach.OWN, 0.9, text=LONG) for name in ("天门市", "澧县", "丹江口市")]
    assert choose_place(drafts, asked("保障措施有哪些"), 0.6).choice is Choice.ASK


def test_a_place_without_the_sum_that_was_asked_for_is_no_rival_of_one_that_has_it() -> None:
    vague = PlacedDraft("澧县", Reach.OWN, draft(0.8, text="建立补贴制度。", fit=Fit.GENERAL))
    found = choose_place([placed("天门市", Reach.OWN, 0.9), vague], asked("补贴多少钱"), 0.6)
    assert (found.choice, found.places) == (Choice.ONE, ("天门市",))


def test_a_side_of_a_comparison_is_never_filled_from_another_place() -> None:
    own, wider = placed("天门市", Reach.OWN, 0.3), placed("全国", Reach.WIDER, 0.9)
    assert of_place_alone([wider, own]) == (own,)
