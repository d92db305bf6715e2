from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.clauses import segments
from rag.domain import Document
from rag.errors import ModelError
from rag.evidence import sentence_evidence, windows_of
from rag.focus import FocusMatcher
from rag.segment_features import Stretch
from rag.sentence_features import Placed, placed
from rag.spans import WEIGHTS, ChosenSpan, SpanModel, best_run, shipped_spans, trimmed
from rag.synonyms import load_synonyms
from rag.units import UnitReader
from tests.rag.small_library import document, understood, whole_hit

NOTICE = document(
    "为做好老年人体检工作，现将有关事项通知如下。\n体检由县卫生健康局组织实施，每年4月15日至6月30日进行。\n"
    "参加体检的老年人应当携带身份证，费用由县财政承担。\n体检结果在十五个工作日内告知本人。",
    title="某县老年人体检通知",
)


def choice(question: str, source: Document) -> ChosenSpan | None:
    matcher = FocusMatcher(understood(question), lambda word: 2.0 if word else 3.0, load_synonyms())
    windows = list(windows_of([whole_hit(source)], UnitReader()))
    return shipped_spans().choose(matcher, sentence_evidence(matcher, windows), windows)


def words(question: str) -> str:
    found = choice(question, NOTICE)
    assert found is not None
    return NOTICE.text[found.start : found.end]


@pytest.mark.parametrize(
    ("question", "within"),
    [
        ("老年人体检什么时候进行？", "4月15日至6月30日"),
        ("老年人体检由哪个部门组织实施？", "县卫生健康局"),
        ("体检费用由谁承担？", "县财政"),
        ("体检结果多长时间内告知本人？", "十五个工作日"),
    ],
)
def test_the_words_that_answer_are_in_the_span_and_most_of_the_notice_is_not(question: str, within: str) -> None:
    found = words(question)
    assert within in found
    assert len(found) <= 30


def test_the_span_lies_in_the_sentences_that_are_said_to_hold_it() -> None:
    found = choice("体检费用由谁承担？", NOTICE)
    assert found is not None
    assert found.sentences[0][0] <= found.start < found.end <= found.sentences[-1][1]


def test_no_sentence_gives_no_span() -> None:
    assert choice("垃圾分类", document("老年人体检由卫生院实施。")) is None


def test_the_same_question_gets_the_same_span_again() -> None:
    assert choice("体检费用由谁承担？", NOTICE) == choice("体检费用由谁承担？", NOTICE)


def test_a_span_has_no_number_in_front_and_no_punctuation_behind() -> None:
    text = "（一）发放补贴；"
    assert text[slice(*trimmed(text, 0, len(text)))] == "发放补贴"


def test_weights_that_are_no_weights_are_named(tmp_path: Path) -> None:
    path = tmp_path / "spans.npz"
    path.write_bytes(b"no weights")
    with pytest.raises(ModelError, match="spans"):
        SpanModel.load(path)


def test_the_weights_that_ship_are_small() -> None:
    assert WEIGHTS.stat().st_size < 1_000_000


def stretch(text: str) -> Stretch:
    source = document(text)
    matcher = FocusMatcher(understood("体检费用"), lambda word: 2.0 if word else 3.0, load_synonyms())
    windows = list(windows_of([whole_hit(source)], UnitReader()))
    place: Placed = placed(sentence_evidence(matcher, windows), windows)[0]
    return Stretch(place, place.units[:1], 0, tuple(segments(place.units[0].folded, 0, 0)), 0.5, (0.5,))


def run_text(text: str, likely: str) -> str:
    """Return the best run where the segments that share a character with ``likely`` have a high chance."""
    cut = stretch(text)
    start, end = text.index(likely), text.index(likely) + len(likely)
    chances = np.array([0.9 if one.start < end and start < one.end else 0.05 for one in cut.segments], dtype=np.float32)
    run = best_run(cut, chances)
    return text[cut.segments[run.first].start : cut.segments[run.last].end]


def test_the_run_of_likely_segments_is_chosen_and_no_more() -> None:
    assert run_text("体检费用由县财政承担，个人不付钱，结果另行通知。", "个人不付钱，") == "个人不付钱，"


def test_part_of_a_clause_can_be_the_answer() -> None:
    assert run_text("体检费用由县财政承担，个人不付钱。", "县财政") == "县财政"


def test_a_run_of_several_clauses_begins_and_ends_with_whole_ones() -> None:
    text = "体检费用由县财政承担，个人不付钱，结果另行通知。"
    assert run_text(text, "县财政承担，个人不付钱，结果另行通知。") == text
