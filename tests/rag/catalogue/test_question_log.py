"""The log of questions: nothing in it says who asked, its figures add up, and it ends on time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.question_log import MAX_QUESTION_CHARS
from rag.catalogue.question_records import Channel, LoggedQuestion, UseFilter
from rag.catalogue.records import utc_text
from rag.catalogue.schema_use import QuestionRow, QuestionSourceRow
from rag.domain import AnswerStatus, NamedDocument
from rag.settings import RetentionSettings, UseSettings
from rag.use_figures import Latency, document_use, last_days, latency_of, unanswered_topics, use_figures

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TODAY = NOON.astimezone().date()
MARCH = UseFilter(TODAY - timedelta(days=6), TODAY)


def question(
    words: str | None = "养狗要办证吗",
    status: AnswerStatus = AnswerStatus.NO_EVIDENCE,
    days_ago: float = 0.0,
    **more: object,
) -> LoggedQuestion:
    facts: dict[str, object] = {"channel": Channel.PAGE, "language": "zh-Hans", "latency_ms": 40}
    at = utc_text(NOON - timedelta(days=days_ago))
    return LoggedQuestion(words, status, at=at, **{**facts, **more})  # type: ignore[arg-type]


def test_no_column_could_hold_who_asked() -> None:
    columns = {column.name for row in (QuestionRow, QuestionSourceRow) for column in row.__table__.columns}
    assert columns == {
        "number", "at", "day", "question", "region", "language", "status", "reason", "channel", "latency_ms",
        "generation", "receipt_id", "document_id",
    }  # fmt: skip


@pytest.mark.parametrize(
    "secret", ["11010519491231002X", "1380 0138 000", "0719-5223456", "li@example.com", "阳光小区3号楼", "李小明"]
)
def test_personal_data_is_gone_before_anything_is_written(catalogue: Catalogue, secret: str) -> None:
    words = f"我叫{secret}，能领补贴吗" if secret == "李小明" else f"我的是{secret}，能领补贴吗"
    catalogue.questions.add(question(words))
    (kept,) = catalogue.questions.unanswered()
    assert kept.question is not None
    assert secret not in kept.question
    assert kept.question.endswith("，能领补贴吗")


def test_a_number_that_would_be_cut_in_two_is_masked_first(catalogue: Catalogue) -> None:
    catalogue.questions.add(question("问" * (MAX_QUESTION_CHARS - 3) + "13800138000"))
    kept = catalogue.questions.unanswered()[0].question
    assert kept is not None
    assert kept == "问" * (MAX_QUESTION_CHARS - 3) + "[手机"


def test_hostile_words_become_one_plain_line(catalogue: Catalogue) -> None:
    catalogue.questions.add(question("养狗\n\x1b[31m要\u202e办证\ud800\0吗"))
    assert catalogue.questions.unanswered()[0].question == "养狗 [31m要 办证 吗"


def test_the_unanswered_come_newest_first_within_the_time_asked_for(catalogue: Catalogue) -> None:
    numbers = catalogue.questions.add_all(
        [question(f"第{n}问", days_ago=n) for n in range(4)] + [question(status=AnswerStatus.ANSWERED)]
    )
    assert len(set(numbers)) == 5
    found = catalogue.questions.unanswered(NOON - timedelta(days=2), NOON, 9)
    assert [one.question for one in found] == ["第1问", "第2问"]
    assert [one.number for one in found] == [numbers[1], numbers[2]]
    assert [one.question for one in catalogue.questions.unanswered(limit=1)] == ["第0问"]


def test_figures_add_up_by_day_reason_place_and_door(catalogue: Catalogue) -> None:
    answered = AnswerStatus.ANSWERED
    catalogue.questions.add_all(
        [
            question(reason="nothing", region="青石县", latency_ms=10),
            question(status=answered, region="青石县", channel=Channel.API, latency_ms=30, days_ago=1),
            question(status=answered, latency_ms=500, days_ago=1),
            question(status=AnswerStatus.UNAVAILABLE, reason="busy", latency_ms=9999),
            question(status=answered, days_ago=7),
        ]
    )
    figures = use_figures(catalogue, MARCH)
    assert figures.questions == 4
    assert {name: count for name, count in figures.outcomes.items() if count} == {
        "answered": 2,
        "not_found": 1,
        "failed": 1,
    }
    assert {(one.status, one.reason): one.count for one in figures.reasons}[("unavailable", "busy")] == 1
    assert [one.questions for one in figures.days] == [0, 0, 0, 0, 0, 2, 2]
    assert figures.days[-2].latency == Latency(30, 500)
    assert figures.latency == Latency(30, 500), "what failed at once is no waiting time"
    assert [(one.name, one.questions) for one in figures.places] == [(None, 2), ("青石县", 2)]
    assert [(one.name, one.questions) for one in figures.channels] == [("page", 3), ("api", 1)]
    narrow = use_figures(catalogue, UseFilter(MARCH.since, MARCH.until, "青石县", Channel.API))
    assert narrow.questions == 1


def test_percentiles_are_times_that_occurred() -> None:
    assert latency_of([(n, 1) for n in range(1, 101)]) == Latency(50, 95)
    assert latency_of([(7, 3)]) == Latency(7, 7)
    assert latency_of([]) == Latency(None, None)


def test_documents_are_counted_once_for_each_answer_that_quotes_them(catalogue: Catalogue) -> None:
    answered = AnswerStatus.ANSWERED
    catalogue.questions.add_all(
        [
            question(status=answered, cited=("a", "a", "b"), region="青石县"),
            question(status=answered, cited=("a", "gone")),
            question(status=answered, cited=("c",), days_ago=30),
        ]
    )
    held = [NamedDocument(name, f"《{name}》") for name in "abc"]
    use = document_use(catalogue, MARCH, held)
    assert [(one.document_id, count) for one, count in use.used] == [("a", 2), ("b", 1)]
    assert [one.document_id for one in use.never] == ["c"]
    assert use.gone == 1
    here = document_use(catalogue, UseFilter(MARCH.since, MARCH.until, "青石县"), held)
    assert [(one.document_id, count) for one, count in here.used] == [("a", 1), ("b", 1)]
    assert catalogue.questions.cited_in(1) == ("a", "b")


def test_topics_hold_what_was_not_answered_and_nothing_else(catalogue: Catalogue) -> None:
    catalogue.questions.add_all(
        [
            question(),
            question(),
            question("养狗办证多少钱"),
            question("体检去哪里", AnswerStatus.ANSWERED),
            question(None),
        ]
    )
    (topic,) = unanswered_topics(catalogue, MARCH).topics
    assert [(one.question, one.count) for one in topic.questions] == [("养狗要办证吗", 2), ("养狗办证多少钱", 1)]


def test_feedback_of_a_place_is_that_on_its_answers(catalogue: Catalogue) -> None:
    receipts = [f"{n:016x}" for n in range(3)]
    catalogue.questions.add(
        question(status=AnswerStatus.ANSWERED, region="青石县", receipt_id=receipts[0], days_ago=20)
    )
    for n, receipt in enumerate(receipts):
        catalogue.feedback.put(receipt, {"n": n}, useful=n > 0, at=NOON - timedelta(days=20 * (n == 2)))
    all_of_it = use_figures(catalogue, MARCH).feedback
    assert (all_of_it.useful, all_of_it.useless) == (1, 1)
    here = use_figures(catalogue, UseFilter(MARCH.since, MARCH.until, "青石县")).feedback
    assert (here.useful, here.useless) == (0, 1)


def test_what_was_kept_long_enough_is_deleted_with_what_belongs_to_it(catalogue: Catalogue) -> None:
    cited = {"status": AnswerStatus.ANSWERED, "cited": ("a",)}
    catalogue.questions.add_all([question(days_ago=days, **cited) for days in (9, 11)])  # type: ignore[arg-type]
    purged = catalogue.retention.purge(NOON, RetentionSettings(), UseSettings(keep_days=10))
    assert purged.questions == 1
    year = last_days(365, date.fromisoformat(NOON.date().isoformat()))
    assert catalogue.question_counts.by(year, "status") == {("answered",): 1}
    assert catalogue.question_counts.documents(year) == {"a": 1}
    assert catalogue.retention.purge(NOON, RetentionSettings(), UseSettings(keep_days=0)).questions == 1
    assert catalogue.question_counts.documents(year) == {}


def test_times_are_kept_to_two_digits(catalogue: Catalogue) -> None:
    given = {-3: 0, 0: 0, 98: 98, 368: 370, 1523: 1500, 29999: 30000}
    catalogue.questions.add_all([question(latency_ms=ms) for ms in given])
    assert set(catalogue.question_counts.by(MARCH, "latency_ms")) == {(ms,) for ms in given.values()}
