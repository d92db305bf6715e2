"""The signals that are read from texts, worked by hand, and the sum."""

from __future__ import annotations

import numpy as np
import pytest

from rag.scoring import PARTS, heading_match, score_parts, tile, tiles
from rag.settings import RetrievalSettings


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("规划目标", "本县规划目标如下", 1.0),
        ("规划目标", "规划的主要目标", 8 / 16),
        ("规划目标", "目标是什么", 4 / 16),
        ("规划目标", "规而划之，目有标", 0.0),
        ("abcdef", "xabcx def", 18 / 36),
        ("目", "目标", 0.0),
        ("", "目标", 0.0),
        ("目标", "", 0.0),
    ],
)
def test_a_tile_is_the_squares_of_its_runs_over_the_square_of_the_question(
    question: str, text: str, expected: float
) -> None:
    share = min(1.0, len(question) / 8)  # a short question stands in many texts by chance
    assert tile(question, text) == pytest.approx(share * expected)
    assert tiles(question, ["无关", text]) == pytest.approx([0.0, share * expected])


def test_a_run_of_the_same_share_tells_less_where_the_question_is_short() -> None:
    long = "乡镇卫生院夜间门诊收费标准"
    assert tile(long, f"关于{long}的通知") == 1.0
    assert tile("门诊收费", "门诊收费") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"体检": 2.0, "对象": 1.0, "费用": 1.0}, 3 / 4),
        ({"费用": 1.0}, 0.0),
        ({"体检": 1.0, "老年人": 3.0}, 1.0),
        ({}, 0.0),
    ],
)
def test_a_heading_match_is_the_weighted_share_of_words_in_title_and_headings(
    weights: dict[str, float], expected: float
) -> None:
    assert heading_match(weights, "老年人体检办法 服务对象") == pytest.approx(expected)


SIGNALS = (
    "bm25_word bm25_bigram cosine uncovered tile document_tile heading place lead_conflict superseded second_hand garbled"
).split()


@pytest.mark.parametrize(
    ("signal", "value", "part", "expected"),
    [
        ("bm25_word", 0.4, "bm25_word", 0.4),
        ("cosine", 0.5, "dense", 0.05),
        ("cosine", -0.5, "dense", 0.0),
        ("tile", 0.5, "tile", 0.1),
        ("document_tile", 0.5, "document_tile", 0.15),
        ("heading", 0.5, "heading", 0.2),
        # The priors are shares of what words and vectors can add, which is 1 + 0.1 here.
        ("place", 1.0, "place", 1.1 * 0.5),
        ("place", 0.75, "place", -1.1 * 0.5 * 0.25),
        ("place", 0.5, "place", -1.1 * 0.25),
        ("place", 0.25, "place", -1.1 * 1.5 * 0.25),
        ("place", -1.0, "place", -1.1 * 0.35),
        ("lead_conflict", 1.0, "place", -1.1 * 0.6),
        ("superseded", 1.0, "validity", -1.1 * 0.7),
        ("second_hand", 1.0, "authority", -1.1 * 0.8),
        ("garbled", 0.5, "garble", -1.1 * 0.45),
    ],
)
def test_each_signal_counts_in_its_part_and_no_other(signal: str, value: float, part: str, expected: float) -> None:
    settings = RetrievalSettings(
        dense_weight=0.1,
        tile_weight=0.2,
        document_tile_weight=0.3,
        heading_weight=0.4,
        place_weight=0.5,
        wider_weight=0.25,
        elsewhere_weight=0.35,
        lead_weight=0.6,
        superseded_weight=0.7,
        authority_weight=0.8,
        garbled_weight=0.9,
    )
    parts = score_parts({name: np.array([value if name == signal else 0.0]) for name in SIGNALS}, settings)
    assert tuple(parts) == PARTS
    assert {name: values[0] for name, values in parts.items() if values[0]} == pytest.approx(
        {part: expected} if expected else {}
    )


def test_the_vectors_weigh_more_where_the_words_leave_the_question_uncovered() -> None:
    settings = RetrievalSettings(dense_weight=0.1, uncovered_weight=2.0)
    zero = {name: np.zeros(2) for name in SIGNALS}
    parts = score_parts({**zero, "cosine": np.array([0.5, 0.5]), "uncovered": np.array([0.0, 0.2])}, settings)
    assert parts["dense"].tolist() == pytest.approx([0.05, 0.25])


def test_the_priors_keep_their_share_where_the_vectors_weigh_more() -> None:
    settings = RetrievalSettings(dense_weight=0.1, uncovered_weight=2.0, superseded_weight=0.5)
    zero = {name: np.zeros(2) for name in SIGNALS}
    parts = score_parts({**zero, "superseded": np.ones(2), "uncovered": np.array([0.0, 0.2])}, settings)
    assert parts["validity"].tolist() == pytest.approx([-0.5 * 1.1, -0.5 * 1.5])
