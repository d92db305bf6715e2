"""The format of our own question files, and the passages that they name."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from rag.domain import Document, Section, document_id_for
from rag.errors import SourceError
from rag.evaluation.placed_question import CorpusAnswer, QuestionKind, StatuteAnswer
from rag.evaluation.question_file import RelevantSpan, article_spans, find_spans, read_questions, relevant_spans

RULES = """\
第一章 总则
第一条 为了让村民喝上干净的井水，制定本办法。
第二条 每口井由专人看护，参照
第九条的规定轮换。
第二章 看护
第三条 看护人每天查看两次：
（一）早晨；
（二）傍晚。
第三条之一 雨天加看一次。
第十条 本办法自公布之日起施行。
附件 井的名单
"""


def entry(**changes: object) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "id": "q-01",
        "question": "井水谁来看",
        "kind": "lay",
        "place": "青棠县",
        "answers": [{"statute": "青棠县水井看护办法", "article": 2, "grade": 2}],
    }
    return {key: value for key, value in (plain | changes).items() if value is not None}


def written(folder: Path, *entries: object) -> Path:
    path = folder / "set.yaml"
    path.write_text(yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8")
    return path


def statute(source: str, title: str, text: str = RULES, published: date | None = None) -> Document:
    sections = (Section(("看护",), 1, text.index("第二章"), text.index("附件")),) if "第二章" in text else ()
    return Document(document_id_for(source), source, "/r", "", "text/plain", title, text, sections, published=published)


WELLS = statute("县里/青棠县水井看护办法.md", "青棠县水井看护办法")


def quoted(document: Document, span: RelevantSpan) -> str:
    return document.text[span.start : span.end]


def test_an_entry_is_read_with_everything_it_says(tmp_path: Path) -> None:
    first = entry(region="青棠县", history=["井水能喝吗"], kind="follow_up")
    answers = [
        {"statute": "某法", "date": date(2020, 1, 2), "article": "第十二条之三", "grade": 1},
        {"source": "a.md", "section": "看护", "grade": 2},
    ]
    one, two = read_questions(written(tmp_path, first, entry(id="q-02", answers=answers)))
    assert (one.kind, one.region, one.history, one.place) == (
        QuestionKind.FOLLOW_UP,
        "青棠县",
        ("井水能喝吗",),
        "青棠县",
    )
    assert one.answers == (StatuteAnswer("青棠县水井看护办法", None, (2, 0), 2),)
    assert two.answers == (
        StatuteAnswer("某法", date(2020, 1, 2), (12, 3), 1),
        CorpusAnswer("a.md", "看护", None, 2),
    )


def test_an_unanswerable_question_has_no_place_and_no_answer(tmp_path: Path) -> None:
    (question,) = read_questions(written(tmp_path, entry(kind="unanswerable", place=None, answers=None)))
    assert (question.place, question.answers) == (None, ())


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"id": None}, "id"),
        ({"question": " "}, "question"),
        ({"kind": "easy"}, "kind"),
        ({"palce": "x"}, "palce"),
        ({"place": None}, "place"),
        ({"region": ""}, "region"),
        ({"answers": []}, "answers"),
        ({"answers": "第二条"}, "answers"),
        ({"kind": "unanswerable"}, "kind"),
        ({"kind": "follow_up"}, "history"),
        ({"history": "井水能喝吗"}, "history"),
        ({"answers": [{"statute": "某法", "article": 1, "grade": 3}]}, "grade"),
        ({"answers": [{"statute": "某法", "article": 1, "grade": True}]}, "grade"),
        ({"answers": [{"statute": "某法", "grade": 2}]}, "article"),
        ({"answers": [{"statute": "某法", "article": "第条", "grade": 2}]}, "article"),
        ({"answers": [{"statute": "某法", "article": 0, "grade": 2}]}, "article"),
        ({"answers": [{"statute": "某法", "date": "2020年", "article": 1, "grade": 2}]}, "date"),
        ({"answers": [{"statute": "某法", "article": 1, "section": "看护", "grade": 2}]}, "section"),
        ({"answers": [{"source": "a.md", "article": 1, "section": "看护", "grade": 2}]}, "section"),
        ({"answers": [{"grade": 2}]}, "source"),
    ],
)
def test_an_entry_that_breaks_the_format_is_refused_with_file_id_and_key(
    tmp_path: Path, changes: dict[str, object], named: str
) -> None:
    path = written(tmp_path, entry(**changes))
    with pytest.raises(SourceError) as error:
        read_questions(path)
    assert str(path) in str(error.value)
    assert f", {named}:" in str(error.value)
    assert "q-01" in str(error.value) or named == "id"


@pytest.mark.parametrize("text", ["", "{}", "- [", "- 井水"])
def test_a_file_without_a_list_of_entries_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"set\.yaml"):
        read_questions(path)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="q-01, id"):
        read_questions(written(tmp_path, entry(), entry()))


def test_an_article_ends_before_the_next_one_the_next_chapter_and_the_annex() -> None:
    texts = {number: RULES[start:end] for number, (start, end) in article_spans(RULES).items()}
    assert list(texts) == [(1, 0), (2, 0), (3, 0), (3, 1), (10, 0)]
    assert texts[2, 0].endswith("第九条的规定轮换。"), "a cross-reference at the beginning of a line is no head"
    assert texts[3, 0].endswith("（二）傍晚。")
    assert texts[10, 0] == "第十条 本办法自公布之日起施行。"


def test_a_text_without_articles_has_none() -> None:
    assert article_spans("井水要烧开再喝。") == {}


@pytest.mark.parametrize(
    ("numeral", "number"), [("十", 10), ("二十一", 21), ("一百零八", 108), ("一百二十", 120), ("一百一十五", 115)]
)
def test_numerals_of_any_size_are_read(numeral: str, number: int) -> None:
    assert list(article_spans(f"第{numeral}条 看护。")) == [(number, 0)]


@pytest.mark.parametrize("title", ["青棠县实施《水井法》办法", "青棠县实施《中华人民共和国水井法》办法"])
def test_a_statute_is_found_by_its_heading_or_file_name(tmp_path: Path, title: str) -> None:
    document = statute("青棠县实施《水井法》办法(2020-01-02).md", "青棠县实施《中华人民共和国水井法》办法")
    answer = {"statute": title, "date": "2020-01-02", "article": "第三条之一", "grade": 1}
    questions = read_questions(written(tmp_path, entry(answers=[answer])))
    (span,) = relevant_spans(questions, [WELLS, document])["q-01"]
    assert (span.source, span.grade, quoted(document, span)) == (document.source, 1, "第三条之一 雨天加看一次。")


def test_the_day_chooses_between_two_states_and_copies_of_one_state_count_both(tmp_path: Path) -> None:
    sources = ("水井法(2001-01-01).md", "水井法(2020-01-02).md", "库/水井法(2020-01-02).md")
    old, new, copy = (statute(source, "水井法") for source in sources)
    answer = {"statute": "中华人民共和国水井法", "date": "2020-01-02", "article": 1, "grade": 2}
    questions = read_questions(written(tmp_path, entry(answers=[answer])))
    spans = relevant_spans(questions, [old, new, copy])["q-01"]
    assert {span.source for span in spans} == {new.source, copy.source}


def test_two_states_are_not_guessed_between(tmp_path: Path) -> None:
    states = [statute(f"水井法({day}).md", "水井法") for day in ("2001-01-01", "2020-01-02")]
    questions = read_questions(written(tmp_path, entry(answers=[{"statute": "水井法", "article": 1, "grade": 2}])))
    found = find_spans(questions, states)
    assert found.spans == {"q-01": ()}
    assert "q-01" in found.missing[0]


def test_a_file_name_without_a_day_leaves_it_to_the_documents_dates(tmp_path: Path) -> None:
    document = statute("水井法.md", "水井法", published=date(2020, 1, 2))
    answers = [{"statute": "水井法", "date": day, "article": 1, "grade": 2} for day in ("2020-01-02", "2001-01-01")]
    found = find_spans(read_questions(written(tmp_path, entry(answers=answers))), [document])
    assert len(found.spans["q-01"]) == 1
    assert "2001-01-01" in found.missing[0]


@pytest.mark.parametrize(
    "answer",
    [
        {"statute": "没有的法", "article": 1, "grade": 2},
        {"statute": "青棠县水井看护办法", "article": 99, "grade": 2},
        {"source": "b.md", "grade": 2},
        {"source": "青棠县水井看护办法.md", "section": "没有的标题", "grade": 2},
    ],
)
def test_an_answer_that_the_documents_do_not_hold_is_reported(tmp_path: Path, answer: dict[str, object]) -> None:
    questions = read_questions(written(tmp_path, entry(answers=[answer])))
    assert find_spans(questions, [WELLS]).spans == {"q-01": ()}
    with pytest.raises(SourceError, match="q-01"):
        relevant_spans(questions, [WELLS])


def test_our_own_text_is_named_by_heading_by_article_or_as_a_whole(tmp_path: Path) -> None:
    source = "青棠县水井看护办法.md"
    places: list[dict[str, object]] = [{"section": "看护"}, {"article": 1}, {}]
    answers = [{"source": source, "grade": 2, **place} for place in places]
    questions = read_questions(written(tmp_path, entry(answers=answers)))
    section, article, whole = (quoted(WELLS, span) for span in relevant_spans(questions, [WELLS])["q-01"])
    assert section.startswith("第二章 看护")
    assert article == "第一条 为了让村民喝上干净的井水，制定本办法。"
    assert whole == RULES


@pytest.mark.parametrize(
    ("start", "end", "right"),
    [
        (100, 200, True),
        (120, 130, True),
        (0, 400, True),
        (90, 110, True),
        (80, 109, False),
        (0, 150, True),
        (0, 149, False),
        (200, 240, False),
    ],
)
def test_a_chunk_is_right_that_shares_half_of_itself_or_of_the_passage(start: int, end: int, right: bool) -> None:
    assert RelevantSpan("a.md", 100, 200, 2).holds(start, end) is right
