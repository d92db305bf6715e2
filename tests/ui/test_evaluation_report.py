"""The report of an evaluation: self-contained, and nothing from outside is ever markup in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from rag.catalogue.records import EvaluationInfo
from rag.domain import Question
from rag.evaluation.comparison import ChangedQuestion, Comparison
from rag.evaluation.judged import JudgedQuestion, JudgedSet
from rag.evaluation.outcomes import Expected, Level, QuestionOutcome, RetrievalEvaluation, SeenHit
from rag.evaluation.question_file import RelevantSpan
from rag.evaluation.stages import STAGES, passage_name
from ui.evaluation_report import evaluation_report
from ui.evaluation_run import MeasuredRun

HOSTILE = "<script>alert(1)</script>\"'><img src=http://example.org/x onerror=alert(2)>&{x}\u202e"


class Elements(HTMLParser):
    """Collects tags, attributes and text as a browser would see them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def hit(rank: int, text: str, *, right: bool) -> SeenHit:
    return SeenHit(rank, f"{text}.txt", text, (text,), text, text, 1.0 / rank, {"bm25_word": 0.5, "tile": 0.25}, right)


def outcome(n: int, text: str, *, right: bool) -> QuestionOutcome:
    span = RelevantSpan(f"{text}.txt", 0, 9, 2)
    ranking = [passage_name(span)] if right else ["1", "2"]
    rankings = {
        Level.PASSAGES: dict.fromkeys(STAGES, ranking),
        Level.DOCUMENTS: {stage: [f"{text}.txt"] for stage in STAGES},
    }
    asked = JudgedQuestion(f"q{n}", Question(text, text, (text,)), {f"{text}.txt": 2}, (span,), text[:9], text)
    first = (hit(1, text, right=right), hit(2, text, right=False))
    expected = (Expected(f"{text}.txt", text, text, 2, first[0] if right else None),)
    return QuestionOutcome(asked, f"{text}!", rankings, first, expected, right, 5.0 + n)


def run_of(text: str, *, by_passage: bool = True) -> MeasuredRun:
    outcomes = tuple(outcome(n, text, right=n % 2 == 0) for n in range(6))
    judged = JudgedSet(text, tuple(each.asked for each in outcomes), by_passage, 3, (text,))
    evaluation = RetrievalEvaluation(judged, outcomes)
    figures: dict[str, Any] = {**evaluation.to_json(10, 20, 1.0), "generation": text}
    return MeasuredRun(evaluation, figures, {"retrieval": {"k1": text}, "program": text}, text)


def info(label: str) -> EvaluationInfo:
    figures = {"by_stage": {}, "latency_ms": {}}
    settings = {"retrieval": {"k1": label}}
    return EvaluationInfo("id", "2026-11-22T10:11:12Z", label, label, "d", "s", settings, label, figures)


def comparison(text: str) -> Comparison:
    changed = (ChangedQuestion("q1", text, 3, 1),)
    return Comparison(info(text), info("after"), 6, True, changed, changed, 0.4, 0.5, 0.2)


@pytest.fixture(scope="module")
def hostile() -> str:
    return evaluation_report(run_of(HOSTILE), HOSTILE, comparison(HOSTILE))


def test_nothing_from_outside_is_markup(hostile: str) -> None:
    seen = Elements(hostile)
    assert not {"script", "img", "iframe", "object", "link", "a"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert any("<script>alert(1)</script>" in text for text in seen.text), "it is shown as what it is"


def test_characters_that_turn_the_direction_are_left_out_of_titles(hostile: str) -> None:
    headings = re.findall(r"<h1>(.*?)</h1>|<h3>(.*?)</h3>", hostile)
    assert headings
    assert not any("\u202e" in part for heading in headings for part in heading)


def test_the_file_loads_nothing(hostile: str) -> None:
    seen = Elements(hostile)
    references = [value for name, value in seen.attributes if name in {"src", "href", "xlink:href", "action", "data"}]
    assert all(value and value.startswith("#") for value in references)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in seen.attributes
    assert "@import" not in hostile
    style = "".join(re.findall(r"<style.*?</style>", hostile, re.DOTALL))
    assert "url(" not in style


def test_ids_are_unique_so_that_no_drawing_borrows_from_another(hostile: str) -> None:
    ids = [value for name, value in Elements(hostile).attributes if name == "id"]
    assert ids
    assert len(ids) == len(set(ids))


def test_the_plots_take_the_pages_colour_and_keep_their_words() -> None:
    page = evaluation_report(run_of("问题"), None, None)
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 4
    assert all("currentColor" in drawing and "#010203" not in drawing for drawing in drawings)
    assert "first k passages looked at" in page
    assert "first hit wrong (3)" in page


def test_figures_and_misses_are_told_in_words() -> None:
    text = "".join(Elements(evaluation_report(run_of("问题"), "trial", None)).text)
    assert "Of 6 questions, 50% had a right passage in first place" in text
    assert "3 questions had something wrong in first place." in text
    assert "expected, not found: 问题" in text
    assert "came at rank 1: 问题 › 问题 (问题)" in text
    assert "bm25_word +0.500 tile +0.250" in text
    assert "3 questions that nothing answers are left out of every figure." in text


def test_what_changed_since_the_last_time_is_told() -> None:
    text = "".join(Elements(evaluation_report(run_of("问题"), None, comparison("earlier"))).text)
    assert "2026-11-22 10:11 UTC, earlier" in text
    assert "1 questions better, 1 worse; p = 0.200, so this may well be chance" in text
    assert "retrieval.k1: earlier → after" in text


def test_sets_that_judge_documents_have_no_kinds() -> None:
    page = evaluation_report(run_of("问题", by_passage=False), None, None)
    assert "By kind of question" not in page
    assert "first k documents looked at" in page
