"""The report of answers: self-contained, nothing from outside is markup, what is wrong is seen at once."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest

from rag.catalogue.records import EvaluationInfo
from rag.domain import AnswerStatus, Question
from rag.evaluation.answer_comparison import AnswerComparison, ChangedAnswer
from rag.evaluation.answer_file import Expectation, ExpectedAnswer
from rag.evaluation.answer_likeness import measured
from rag.evaluation.answer_outcomes import AnswerEvaluation, AnswerOutcome
from rag.evaluation.answer_set import AnswerSet
from rag.evaluation.asking import MeasuredAnswers
from tests.rag.evaluation.answered import answered, citation, refused
from tests.ui.test_evaluation_report import HOSTILE, Elements
from ui.evaluation_plots import kinds_plot
from ui.evaluation_report_answers import answers_report


def outcome(n: int, text: str) -> AnswerOutcome:
    """Return a right answer, a refusal, a false answer, or a silence that is right, by turns."""
    there = n % 4 < 2
    answer = answered(citation(text=text * 20, region=text), confidence=0.9) if n % 2 == 0 else refused(confidence=0.3)
    expectation = Expectation((AnswerStatus.ANSWERED if there else AnswerStatus.NO_EVIDENCE,), contains=((text,),))
    asked = ExpectedAnswer(
        f"q{n}", Question(text, text, (text,)), there, text[:8], n % 2 == 0, text if there else None, None, expectation
    )
    likeness = measured(text, answer) if there else None
    problems = () if n % 4 in (0, 3) else (f"lacks {text}",)
    return AnswerOutcome(asked, answer, answer, likeness, likeness, problems, n % 4 == 0, 0, 0, 5.0 + n)


def run_of(text: str) -> MeasuredAnswers:
    outcomes = tuple(outcome(n, text) for n in range(8))
    evaluation = AnswerEvaluation(AnswerSet(text, tuple(each.asked for each in outcomes)), outcomes)
    figures: dict[str, Any] = {**evaluation.to_json(), "documents": 3, "chunks": 9, "build_s": 1.0, "generation": text}
    return MeasuredAnswers(evaluation, figures, {"answering": {"min_confidence": text}, "program": text}, text)


def comparison(text: str) -> AnswerComparison:
    info = EvaluationInfo("id", "2026-11-22T10:11:12Z", text, text, "d", "s", {"k": text}, text, {"latency_ms": {}})
    changed = (ChangedAnswer("q1", text, "answered", "no_evidence"),)
    after = EvaluationInfo("id", "2026-11-22T10:11:12Z", None, text, "d", "s", {"k": 1}, "m", {"latency_ms": {}})
    return AnswerComparison(info, after, 8, True, changed, changed, 0.5, 0.6, 0.3)


@pytest.fixture(scope="module")
def hostile() -> str:
    return answers_report(run_of(HOSTILE), HOSTILE, comparison(HOSTILE), [HOSTILE])


def test_nothing_from_outside_is_markup(hostile: str) -> None:
    seen = Elements(hostile)
    assert not {"script", "img", "iframe", "object", "link", "a"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert any("<script>alert(1)</script>" in text for text in seen.text), "it is shown as what it is"


def test_the_file_loads_nothing_and_its_ids_are_unique(hostile: str) -> None:
    seen = Elements(hostile)
    references = [value for name, value in seen.attributes if name in {"src", "href", "xlink:href", "action", "data"}]
    assert all(value and value.startswith("#") for value in references)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in seen.attributes
    ids = [value for name, value in seen.attributes if name == "id"]
    assert len(ids) == len(set(ids)) > 0


def test_what_is_wrong_stands_in_a_table_with_what_was_expected_and_shown() -> None:
    page = answers_report(run_of("补贴"), None, None, [])
    rows = re.findall(r"<tr>.*?</tr>", page.partition("What is wrong")[2].partition("</section>")[0], re.DOTALL)
    assert [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<th.*?</th>", rows[0])] == [
        "question", "what is wrong", "expected", "shown", "status", "confidence",
    ]  # fmt: skip
    cells = ["".join(Elements(cell).text) for cell in re.findall(r"<td.*?</td>", rows[1], re.DOTALL)]
    assert cells[0] == "补贴q2 · asked from 补贴 · after: 补贴"
    assert cells[1:3] == ["lacks 补贴", "status no_evidence; shows 补贴"]
    assert cells[3].startswith("补贴补贴")
    assert cells[4:] == ["answered", "0.90"]
    assert len(rows) == 1 + 4


def test_what_is_below_its_threshold_stands_at_the_top() -> None:
    page = answers_report(run_of("补贴"), None, None, ["right is 0.5, wanted is at least 0.9"])
    assert "right is 0.5, wanted is at least 0.9" in page.partition("<h2>")[0]
    assert "Below what is wanted" not in answers_report(run_of("补贴"), None, None, [])


def test_the_plots_show_risk_confidence_calibration_time_and_kinds() -> None:
    page = answers_report(run_of("补贴"), None, None, [])
    labels = re.findall(r'<svg role="img" aria-label="([^"]*)"', page)
    assert [label.split()[0] for label in labels] == ["Wrong", "Confidence", "Share", "Time", "Quality", "Quality"]
    assert "share of these that are wrong" in page
    assert "as served" in page


def test_a_set_that_does_not_say_what_has_an_answer_has_no_risk_plot() -> None:
    run = run_of("补贴")
    unknown = tuple(
        AnswerOutcome(
            ExpectedAnswer("q", Question("补贴"), None), refused(), refused(), None, None, (), False, 0, 0, 1.0
        )
        for _ in range(2)
    )
    evaluation = AnswerEvaluation(run.evaluation.answers, unknown)
    figures = {**run.figures, **evaluation.to_json()}
    page = answers_report(MeasuredAnswers(evaluation, figures, {}, "m"), None, None, [])
    assert "share of these that are wrong" not in page
    assert "auroc" not in page.partition("What the figures mean")[0]


def test_what_changed_since_the_last_time_is_told() -> None:
    text = "".join(Elements(answers_report(run_of("补贴"), None, comparison("earlier"), [])).text)
    assert (
        "Right answers +10.0%; 1 questions are right now, 1 are no longer; p = 0.300, so this may well be chance"
        in text
    )
    assert "k: earlier → 1" in text


def test_chinese_names_stay_text_in_a_plot_and_no_font_is_missed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawing = kinds_plot({"多少钱": {"对": 0.5}}, {"多少钱": 3})
    assert "多少钱 (3)" in drawing
    assert "font-family" not in drawing
