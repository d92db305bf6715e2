from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.domain import Document
from rag.errors import LanguageModelError
from rag.writing import Span, widened, write_answer

TEXT = "体检安排\n体检时间为4月20日至9月30日。\n体检地点为各乡镇卫生院。\n其他\n咨询电话见附件。"


def document() -> Document:
    return Document("d1", "a.md", "/ingested", "0" * 64, "text/markdown", "老年人体检通知", TEXT)


class ScriptedModel:
    """A chat model that writes what the test says."""

    name = "scripted"

    def __init__(self, *pieces: str, error: Exception | None = None) -> None:
        self._pieces = pieces
        self._error = error
        self.user = ""

    def stream(self, system: str, user: str) -> Iterator[str]:
        assert system
        self.user = user
        yield from self._pieces
        if self._error:
            raise self._error


def evidence() -> list[Span]:
    start = TEXT.index("体检时间")
    return [Span(document(), start, start + len("体检时间为4月20日至9月30日。"))]


def test_a_written_statement_quotes_the_passage_word_for_word() -> None:
    written = write_answer(ScriptedModel("体检从4月20日", "开始，到9月30日结束[1]"), "何时体检？", evidence())
    assert written is not None
    (citation,) = written.citations
    assert citation.quote == TEXT[citation.start : citation.end]
    assert "4月20日至9月30日" in citation.quote


def test_a_figure_that_no_passage_has_is_dropped_and_counted() -> None:
    written = write_answer(ScriptedModel("体检时间为4月20日至9月30日[1]\n体检费用为80元[1]"), "何时体检？", evidence())
    assert written is not None
    assert [statement.text for statement in written.statements] == ["体检时间为4月20日至9月30日"]
    assert written.dropped == 1


@pytest.mark.parametrize("said", ["无依据", "体检免费。", "体检时间为5月1日[1]", "体检时间为4月20日至9月30日[7]"])
def test_nothing_is_shown_where_nothing_holds(said: str) -> None:
    assert write_answer(ScriptedModel(said), "何时体检？", evidence()) is None


def test_a_failing_model_is_reported_to_the_caller() -> None:
    with pytest.raises(LanguageModelError):
        write_answer(ScriptedModel("体检", error=LanguageModelError("cut")), "何时体检？", evidence())


def test_the_model_sees_the_lines_around_the_evidence() -> None:
    model = ScriptedModel("无依据")
    write_answer(model, "何时体检？", evidence())
    assert "体检地点为各乡镇卫生院。" in model.user


def test_overlapping_evidence_becomes_one_passage() -> None:
    first, second = TEXT.index("体检时间"), TEXT.index("体检地点")
    spans = widened([Span(document(), first, first + 5), Span(document(), second, second + 5)])
    assert len(spans) == 1
