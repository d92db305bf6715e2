"""A model's turn: what is said as it is written, what is taken back, and when too little is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

import pytest

from rag.domain import Document, ModelUsage, Section, StatementSaid
from rag.errors import LanguageModelError
from rag.generative import SYSTEM_PROMPT
from rag.model_failure import FailureReason, ModelCallError
from rag.model_lines import Withdrawn
from rag.writing import Span, Written, widened, write_stream

TEXT = "体检安排\n体检时间为4月20日至9月30日。\n体检地点为各乡镇卫生院。\n其他\n咨询电话见附件。"
TIME = "体检时间为4月20日至9月30日[1]\n"
PLACE = "体检地点为各乡镇卫生院。[1]\n"
MADE_UP = "体检费用为80元[1]\n"


def document(text: str = TEXT, document_id: str = "d1", sections: tuple[Section, ...] = ()) -> Document:
    return Document(
        document_id, "a.md", "/ingested", "0" * 64, "text/markdown", "老年人体检通知", text, sections=sections
    )


class ScriptedModel:
    """A chat model that writes what the test says."""

    name = "scripted"

    def __init__(self, *pieces: str, error: Exception | None = None) -> None:
        self.pieces: Iterable[str] = pieces
        self._error = error
        self.system = ""
        self.user = ""
        self.closed = False

    def stream(self, system: str, user: str, count: Callable[[ModelUsage], None] | None = None) -> Iterator[str]:
        self.system, self.user = system, user
        try:
            yield from self.pieces
            if self._error:
                raise self._error
        finally:
            self.closed = True
            if count:
                count(ModelUsage(self.name, 3, 4))


def evidence() -> list[Span]:
    start = TEXT.index("体检时间")
    return [Span(document(), start, start + len("体检时间为4月20日至9月30日。"))]


def written(*pieces: str, error: Exception | None = None, key: Callable[[str], bool] | None = None) -> Written:
    *_, last = write_stream(ScriptedModel(*pieces, error=error), "何时体检？", evidence(), has_key_figure=key)
    assert isinstance(last, Written)
    return last


def test_each_statement_is_said_before_the_next_is_written() -> None:
    said: list[str] = []

    def pieces() -> Iterator[str]:
        yield TIME
        assert said == ["体检时间为4月20日至9月30日"]
        yield PLACE

    model = ScriptedModel()
    model.pieces = pieces()
    for item in write_stream(model, "何时体检？", evidence()):
        if isinstance(item, StatementSaid):
            said.append(item.statement.text)
    assert said == ["体检时间为4月20日至9月30日", "体检地点为各乡镇卫生院。"]


def test_what_was_said_is_what_stands_in_the_end_with_each_citation_once() -> None:
    again = "体检在4月20日至9月30日[1]\n"
    items = list(write_stream(ScriptedModel(TIME, MADE_UP, PLACE + again), "何时体检？", evidence()))
    *said, last = items
    assert isinstance(last, Written)
    assert [item.statement for item in said if isinstance(item, StatementSaid)] == list(last.statements)
    assert [c for item in said if isinstance(item, StatementSaid) for c in item.citations] == list(last.citations)
    assert [statement.citations for statement in last.statements] == [(1,), (2,), (1,)]
    assert [citation.number for citation in last.citations] == [1, 2]
    assert (last.dropped, last.failure) == (1, None)


def test_every_quote_is_the_document_s_text() -> None:
    for citation in written(TIME, PLACE).citations:
        assert citation.quote == TEXT[citation.start : citation.end]


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        (["无依据"], FailureReason.SILENT),
        ([""], FailureReason.SILENT),
        (["体检免费，欢迎大家踊跃参加。"], FailureReason.UNSUPPORTED),
        (["体检时间为5月1日[1]"], FailureReason.UNSUPPORTED),
        (["体检时间为4月20日至9月30日[7]"], FailureReason.UNSUPPORTED),
        ([TIME, MADE_UP, "体检需要空腹三天[1]\n"], FailureReason.UNSUPPORTED),
    ],
)
def test_where_too_little_is_left_nothing_is(pieces: list[str], reason: FailureReason) -> None:
    result = written(*pieces)
    assert (result.failure, result.statements, result.citations) == (reason, (), ())
    assert result.detail


def test_half_of_the_statements_is_enough() -> None:
    result = written(TIME, MADE_UP)
    assert (len(result.statements), result.dropped, result.failure) == (1, 1, None)


def test_an_answer_without_the_figure_that_was_asked_for_is_none() -> None:
    def has_date(text: str) -> bool:
        return "月" in text

    assert written(PLACE, key=has_date).failure is FailureReason.UNSUPPORTED
    assert written(TIME + PLACE, key=has_date).failure is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ModelCallError(FailureReason.CUT, "cut"), FailureReason.CUT),
        (ModelCallError(FailureReason.DAILY_CAP, "cap"), FailureReason.DAILY_CAP),
        (LanguageModelError("another model's words"), FailureReason.UNREACHABLE),
    ],
)
def test_a_model_that_fails_says_so_last_and_nothing_of_it_holds(error: Exception, reason: FailureReason) -> None:
    items = list(write_stream(ScriptedModel(TIME, error=error), "何时体检？", evidence()))
    assert [type(item) for item in items] == [StatementSaid, Written]
    result = items[-1]
    assert isinstance(result, Written)
    assert (result.failure, result.statements, result.detail) == (reason, (), str(error))
    assert result.usage == ModelUsage("scripted", 3, 4)


def test_an_unfinished_last_line_of_a_model_that_fails_is_not_said() -> None:
    error = ModelCallError(FailureReason.CUT, "cut")
    items = list(write_stream(ScriptedModel("体检时间为4月20日[1]", error=error), "何时体检？", evidence()))
    assert [type(item) for item in items] == [Written]


def test_thinking_aloud_is_withdrawn_and_the_numbers_begin_anew() -> None:
    items = list(write_stream(ScriptedModel(PLACE, "</think>\n", TIME), "何时体检？", evidence()))
    assert [type(item) for item in items] == [StatementSaid, Withdrawn, StatementSaid, Written]
    last = items[-1]
    assert isinstance(last, Written)
    assert [statement.text for statement in last.statements] == ["体检时间为4月20日至9月30日"]
    assert [citation.number for citation in last.citations] == [1]


def test_a_thought_before_the_first_statement_takes_nothing_back() -> None:
    items = list(write_stream(ScriptedModel("想一想\n</think>\n", TIME), "何时体检？", evidence()))
    assert [type(item) for item in items] == [StatementSaid, Written]


def test_a_reader_who_leaves_ends_the_call() -> None:
    model = ScriptedModel(TIME, PLACE)
    with closing(write_stream(model, "何时体检？", evidence())) as stream:  # type: ignore[type-var]
        next(stream)
        assert not model.closed
    assert model.closed


def test_the_use_of_the_model_is_handed_on() -> None:
    assert written(TIME).usage == ModelUsage("scripted", 3, 4)


def test_without_evidence_the_model_is_not_asked() -> None:
    model = ScriptedModel(TIME)
    (result,) = write_stream(model, "何时体检？", [])
    assert isinstance(result, Written)
    assert (result.failure, model.system) == (FailureReason.SILENT, "")


def test_the_model_gets_the_rules_and_the_sentences_around_the_evidence() -> None:
    model = ScriptedModel("无依据")
    list(write_stream(model, "何时体检？", evidence()))
    assert model.system == SYSTEM_PROMPT
    assert "体检地点为各乡镇卫生院。" in model.user


def test_the_prompt_is_not_longer_than_allowed_and_ends_with_a_sentence() -> None:
    line = "本市居民可以免费体检。\n"
    spans = [Span(document(line * 100), 0, len(line) * 25), Span(document(TEXT, "d2"), 0, len(TEXT))]
    model = ScriptedModel("无依据")
    list(write_stream(model, "问", spans, evidence_chars=len(line) * 25 + 30))
    assert (model.user.count("本市居民可以免费体检。"), model.user.count("<资料 ")) == (25, 2)
    assert TEXT[:20] in model.user
    assert TEXT not in model.user
    list(write_stream(model, "问", spans, evidence_chars=len(line) * 2 + 5))
    assert model.user.split("<问题>", maxsplit=1)[0].endswith(f"\n{line}{line}\n</资料>\n\n")


def test_overlapping_evidence_becomes_one_passage() -> None:
    first, second = TEXT.index("体检时间"), TEXT.index("体检地点")
    spans = widened([Span(document(), first, first + 5), Span(document(), second, second + 5)])
    assert len(spans) == 1


def test_what_stands_around_the_evidence_is_whole_sentences_of_its_section() -> None:
    denied = "除本市户籍以外的居民" + "以及其他人员" * 60 + "不可以免费体检。"
    text = f"前文。\n{denied}体检在卫生院进行。\n" + "后文" * 200
    start = text.index("体检在")
    (span,) = widened([Span(document(text), start, start + 9)])
    assert text[span.start : span.end].strip() == "体检在卫生院进行。"
    sections = (Section(("一",), 1, 0, text.index("体检在")), Section(("二",), 1, text.index("体检在"), len(text)))
    (within,) = widened([Span(document(text, sections=sections), start, start + 9)])
    assert within.start == start
