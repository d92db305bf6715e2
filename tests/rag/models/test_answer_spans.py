from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.domain import Document
from rag.errors import SourceError
from rag.evaluation.placed_question import PlacedQuestion, QuestionKind, StatuteAnswer
from rag.evaluation.question_file import read_questions
from rag.models.answer_spans import digest_of, read_answer_spans

ROOT = Path(__file__).parents[3]
TEXT = "第一条 高龄补贴由县民政局发放。\n第二条 每月\n一百元。"
LAW = Document("d1", "某办法.md", "/r", "0" * 64, "text/plain", "某办法", TEXT)
QUESTION = PlacedQuestion(
    "q1", "高龄补贴谁发", QuestionKind.LAY, "某县", (), "某县", (StatuteAnswer("某办法", None, (2, 0), 2),)
)


def entry(start: int, end: int, words: str, more: str = "") -> str:
    return f'- {{of: q1, answer: 1, start: {start}, end: {end}, digest: "{digest_of(words)}"{more}}}\n'


def read(folder: Path, text: str, law: Document = LAW) -> list[tuple[str, str | None, str]]:
    path = folder / "spans.yaml"
    path.write_text(text, encoding="utf-8")
    return [
        (one.text, one.region, law.text[one.answers[0][1] : one.answers[0][2]])
        for one in read_answer_spans(path, {"q1": QUESTION}, [law])
    ]


def test_words_are_counted_without_white_space(tmp_path: Path) -> None:
    assert read(tmp_path, entry(3, 8, "每月一百元")) == [("高龄补贴谁发", "某县", "每月\n一百元")]


def test_an_entry_can_ask_in_other_words(tmp_path: Path) -> None:
    assert read(tmp_path, entry(5, 8, "一百元", ', question: "每月发多少？"')) == [("每月发多少？", None, "一百元")]


def test_words_of_another_edition_are_left_out(tmp_path: Path) -> None:
    changed = replace(LAW, text=TEXT.replace("一百元", "二百元"))
    text = entry(5, 8, "一百元") + entry(3, 5, "每月")
    assert [found[2] for found in read(tmp_path, text, changed)] == ["每月"]


@pytest.mark.parametrize(
    "text",
    [
        "- {of: q2, answer: 1, start: 0, end: 1, digest: x}",
        "- {of: q1, answer: 2, start: 0, end: 1, digest: x}",
        "- {of: q1, answer: 1, start: 0, end: 1}",
        "- {of: q1, answer: 1, start: 0, end: 999, digest: x}",
        "of: q1",
        "[",
    ],
)
def test_a_file_that_names_nothing_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError):
        read(tmp_path, text)


def test_our_answers_are_of_questions_for_training() -> None:
    import yaml

    folder = ROOT / "tests/questions"
    known = {one.question_id for path in folder.glob("retrieval/*-train.yaml") for one in read_questions(path)}
    entries = yaml.safe_load((folder / "answer_spans.yaml").read_text(encoding="utf-8"))
    assert len(entries) > 400
    assert {entry["of"] for entry in entries} <= known
