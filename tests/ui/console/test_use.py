"""The pages on use: the figures are right, the charts say in words what they show, and the exports are no programs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest

from rag.catalogue import open_catalogue
from rag.catalogue.question_records import Channel, LoggedQuestion, UseFilter
from rag.catalogue.records import utc_text
from rag.domain import AnswerStatus
from rag.settings import Settings, UseSettings
from rag.use_figures import last_days
from tests.ui.console.conftest import Console, Enter, words_of
from ui.console.use_charts import Chart, Column, lines, stacked_bars
from ui.console.use_period import Asked

FORMULA = "=HYPERLINK(1)怎么补贴"
HOSTILE = "<script>alert(1)</script>怎么办证"
TODAY = date(2026, 3, 4)


def ask(settings: Settings, *asked: tuple[str, AnswerStatus, float, dict[str, object]]) -> None:
    """Put questions into the log: words, end, days ago, further facts."""
    rows = []
    for words, status, days_ago, more in asked:
        at = utc_text(datetime.now(UTC) - timedelta(days=days_ago))
        facts: dict[str, object] = {"channel": Channel.PAGE, "language": "zh-Hans", "latency_ms": 40, "at": at}
        rows.append(LoggedQuestion(words, status, **{**facts, **more}))  # type: ignore[arg-type]
    with open_catalogue(settings) as catalogue:
        catalogue.questions.add_all(rows)


@pytest.fixture
def used(console: Console) -> Console:
    """Return a console whose log holds a few questions."""
    plan = next(one for one in console.parts.assistant.documents())
    nothing, answered = AnswerStatus.NO_EVIDENCE, AnswerStatus.ANSWERED
    ask(
        console.parts.settings,
        ("补贴多少", answered, 0, {"cited": (plan.document_id,), "region": "青棠县", "latency_ms": 1500}),
        ("养狗要办证吗", nothing, 0, {"reason": "nothing", "channel": Channel.API}),
        ("养狗在哪里办证", nothing, 0, {"reason": "near"}),
        (FORMULA, nothing, 2, {"reason": "nothing"}),
        (HOSTILE, nothing, 2, {"reason": "nothing"}),
        ("很久以前的问题", nothing, 40, {"reason": "nothing"}),
    )
    return console


def table_of(console: Console, name: str, **query: str) -> list[list[str]]:
    reply = console.get(f"/admin/use/{name}.csv", **query)
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(reply.text.removeprefix("\ufeff"))))


def test_the_page_counts_what_was_asked_in_the_time_that_is_chosen(used: Console) -> None:
    page = words_of(used.get("/admin/use"))
    assert "问题 5 答上了 1（20%）" in page
    assert "资料里没有 4（80%）" in page
    assert "慢的时候 1.5 秒" in page
    assert "记录保留 180 天" in page
    assert "问题 6" in words_of(used.get("/admin/use", days="90"))
    assert "问题 1 答上了 1（100%）" in words_of(used.get("/admin/use", region="青棠县"))
    assert "没有人提问" in words_of(used.get("/admin/use", region="青棠县", channel="api"))


def test_without_records_the_pages_say_why(enter: Enter, published: Settings) -> None:
    console = enter(published.model_copy(update={"use": UseSettings(keep_days=0)}))
    for path in ("/admin/use", "/admin/use/topics", "/admin/use/documents"):
        assert "现在不记录提问" in words_of(console.get(path))


def test_what_was_not_answered_stands_by_topic_and_does_no_harm(used: Console) -> None:
    page = used.get("/admin/use/topics")
    assert re.search(
        r"养狗.{0,200}养狗要办证吗.{0,60}养狗在哪里办证|养狗.{0,200}养狗在哪里办证.{0,60}养狗要办证吗", words_of(page)
    )
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text
    assert "很久以前" not in page.text


def test_documents_are_those_that_were_quoted_and_all_the_others(used: Console) -> None:
    held = {one.document_id for one in used.parts.assistant.documents()}
    quoted, never = table_of(used, "used")[1:], table_of(used, "never")[1:]
    assert [row[2] for row in quoted] == ["1"]
    assert {row[1] for row in never} == held - {quoted[0][1]}
    page = words_of(used.get("/admin/use/documents"))
    assert f"一次也没有用到的（{len(held) - 1} 份）" in page


def test_every_table_can_be_taken_along_for_the_same_time(used: Console) -> None:
    assert [row[1] for row in table_of(used, "days", days="3")] == ["问题", "2", "0", "3"]
    assert ["资料里没有", "没有这方面的资料", "3", "60%"] in table_of(used, "outcomes")
    assert ["青棠县", "1", "1", "0", "0", "0", "0", "0"] in table_of(used, "places")
    assert [row[0] for row in table_of(used, "channels", region="青棠县")] == ["从哪里问的", "居民网页"]
    assert table_of(used, "feedback")[1:] == [["有用", "", "0"], ["没用", "", "0"]]
    assert {row[2] for row in table_of(used, "topics")[1:]} >= {"养狗要办证吗", f"'{FORMULA}"}
    assert used.get("/admin/use/nothing.csv").status_code == 404


def test_exported_cells_are_never_formulas(used: Console) -> None:
    cells = [cell for name in ("topics", "outcomes", "places") for row in table_of(used, name) for cell in row]
    assert any(FORMULA in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("query", "since", "until"),
    [
        ({}, "2026-02-03", "2026-03-04"),
        ({"days": "7"}, "2026-02-26", "2026-03-04"),
        ({"since": "2026-01-05", "until": "2026-01-09"}, "2026-01-05", "2026-01-09"),
        ({"since": "2026-01-09", "until": "2026-01-05"}, "2026-01-05", "2026-01-09"),
        ({"since": "0001-01-01", "until": "nonsense"}, "2026-02-03", "2026-03-04"),
        ({"since": "2000-01-01"}, "2016-02-26", "2026-03-04"),
    ],
)
def test_any_question_for_a_time_is_understood(query: dict[str, str], since: str, until: str) -> None:
    asked = Asked.of({**query, "region": " 青棠县\0", "channel": "nowhere"}, TODAY)
    assert asked.wanted == UseFilter(date.fromisoformat(since), date.fromisoformat(until), "青棠县")
    assert Asked.of(asked.fields(), TODAY) == asked
    assert last_days(1, TODAY) == UseFilter(TODAY, TODAY)


class Drawing(HTMLParser):
    """Collects the elements of a chart with their attributes, and its texts."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def drawn(chart: Chart) -> Iterator[tuple[str, float, float]]:
    """Yield the kind, the foot and the height of each part of the bars."""
    inside = Drawing(stacked_bars(chart)).found
    start = next(n for n, (tag, facts) in enumerate(inside) if facts.get("class") == "chart")
    for _, facts in inside[start:]:
        if (facts.get("class") or "").startswith("fill-"):
            height = float(facts["height"] or 0)
            yield str(facts["class"]), float(facts["y"] or 0) + height, height


def test_bars_are_as_high_as_their_numbers_and_stand_on_each_other() -> None:
    columns = [Column("3/4", (30, 10), "3月4日：40"), Column("3/5", (0, 0), "3月5日：0")]
    parts = list(drawn(Chart("days", "题", "说明", [("answered", "答上"), ("other", "其他")], columns)))
    (answered, foot, tall), (other, upper_foot, short) = parts
    assert (answered, other) == ("fill-answered", "fill-other")
    assert tall == pytest.approx(3 * short, abs=0.2)
    assert upper_foot == pytest.approx(foot - tall, abs=0.2)


def test_a_chart_says_what_it_shows_and_needs_no_script() -> None:
    columns = [Column("3/4", (40, 90), "x"), Column("3/5", (None, None), "y"), Column("3/6", (50, 70), "z")]
    markup = lines(Chart("latency", "等了多久", "最久的是<b>", [("p50", "通常"), ("p95", "慢")], columns), "毫秒")
    parsed = Drawing(markup)
    svg = next(facts for tag, facts in parsed.found if facts.get("class") == "chart")
    assert svg["role"] == "img"
    assert {facts.get("id") for _, facts in parsed.found} >= set(str(svg["aria-labelledby"]).split())
    assert "最久的是<b>" in parsed.texts
    assert "<b>" not in markup
    assert not [tag for tag, facts in parsed.found if tag in ("script", "style") or "style" in facts]
    runs = [facts["points"] for tag, facts in parsed.found if facts.get("class") == "line-p50" and tag == "polyline"]
    assert len(runs) == 3, "the legend's sample, and one run on each side of the day without answers"
