"""What cannot be constructed cannot be shown."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from rag.domain import (
    Answer,
    AnswerStatus,
    Authority,
    Chunk,
    Citation,
    Clarification,
    Document,
    InvalidReason,
    Mark,
    MarkKind,
    Section,
    Statement,
    Validity,
)

CITATION = Citation(
    1, "d", "题", "d.md", None, None, None, None, Authority.OFFICIAL, Validity.UNKNOWN, (), "体检免费", 3, 7
)
STATEMENT = Statement("体检免费", (1,), 1.0)
EVIDENCE = [status for status in AnswerStatus if status.carries_evidence]
NO_EVIDENCE = [status for status in AnswerStatus if not status.carries_evidence]


def test_the_statuses_that_carry_evidence_are_those_of_the_interface() -> None:
    assert {status.value for status in EVIDENCE} == {"answered", "partial", "redacted"}


@pytest.mark.parametrize("status", EVIDENCE)
def test_an_answer_with_evidence_needs_statements_and_citations(status: AnswerStatus) -> None:
    assert Answer(status, "q", (STATEMENT,), (CITATION,)).status is status
    for statements, citations in (((), ()), ((), (CITATION,))):
        with pytest.raises(ValueError, match="needs statements and citations"):
            Answer(status, "q", statements, citations)


@pytest.mark.parametrize("status", NO_EVIDENCE)
def test_an_answer_without_evidence_must_not_state_anything(status: AnswerStatus) -> None:
    with pytest.raises(ValueError, match="must not state anything"):
        Answer(status, "q", (STATEMENT,), (CITATION,), invalid_reason=InvalidReason.EMPTY)


def test_a_statement_cannot_cite_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="known are"):
        Answer(AnswerStatus.ANSWERED, "q", (Statement("体检", (2,), 1.0),), (CITATION,))


def test_a_question_back_needs_its_question_and_an_invalid_one_its_reason() -> None:
    with pytest.raises(ValueError, match="needs_clarification"):
        Answer(AnswerStatus.NEEDS_CLARIFICATION, "q")
    with pytest.raises(ValueError, match="invalid"):
        Answer(AnswerStatus.INVALID, "q")
    options = Clarification("region", ("青棠县",))
    assert Answer(AnswerStatus.NEEDS_CLARIFICATION, "q", clarification=options).clarification == options


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_confidence_and_support_lie_between_0_and_1(value: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        Answer(AnswerStatus.NO_EVIDENCE, "q", confidence=value)
    with pytest.raises(ValueError, match="support"):
        Statement("体检", (1,), value)


def test_a_statement_without_a_citation_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="without a citation"):
        Statement("体检", (), 1.0)


def test_a_citation_is_numbered_from_1_and_as_long_as_its_span() -> None:
    with pytest.raises(ValueError, match="start at 1"):
        replace(CITATION, number=0)
    for changes in ({"end": 8}, {"quote": ""}, {"quote": "体检"}):
        with pytest.raises(ValueError, match="characters quoted"):
            replace(CITATION, **changes)


def test_a_chunk_is_as_long_as_its_span() -> None:
    with pytest.raises(ValueError, match="holds 2 characters"):
        Chunk("d:0", "d", 0, (), 0, 3, "体检")


@pytest.mark.parametrize(("path", "start", "end"), [((), 0, 1), (("甲",), -1, 1), (("甲",), 2, 1)])
def test_a_section_has_a_heading_and_a_span(path: tuple[str, ...], start: int, end: int) -> None:
    with pytest.raises(ValueError, match="section"):
        Section(path, 1, start, end)


def document(**facts: object) -> Document:
    base = {"document_id": "d", "source": "d.md", "root": "/", "sha256": "00", "media_type": "text/plain"}
    return Document(**{**base, "title": "题", "text": "0123456789", **facts})  # type: ignore[arg-type]


def test_no_span_of_a_document_ends_behind_its_text() -> None:
    for facts in ({"sections": (Section(("甲",), 1, 0, 11),)}, {"marks": (Mark(MarkKind.GARBLED, 0, 11),)}):
        with pytest.raises(ValueError, match="ends at 11 in a text of 10"):
            document(**facts)
    with pytest.raises(ValueError, match="id and a source"):
        document(document_id="")


def test_the_headings_above_an_offset_are_those_of_the_innermost_section() -> None:
    sections = (Section(("甲",), 1, 2, 10), Section(("甲", "乙"), 2, 4, 6))
    made = document(sections=sections)
    assert [made.section_path_at(offset) for offset in (0, 2, 4, 6, 9)] == [
        (),
        ("甲",),
        ("甲", "乙"),
        ("甲",),
        ("甲",),
    ]


def test_facts_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        document().title = "另一个"  # type: ignore[misc]
    with pytest.raises(TypeError):
        document().origins["title"] = "guess"  # type: ignore[index]
