from __future__ import annotations

from dataclasses import replace

from rag.confidence import confidence_of, hides_figure
from rag.domain import Document, Mark, MarkKind
from rag.evidence import Evidence, hit_bonuses, sentence_evidence, windows_of
from rag.focus import FocusMatcher
from rag.synonyms import Synonyms, parse_synonyms
from rag.units import UnitReader
from tests.rag.small_library import document, understood, whole_hit

UNKNOWN = 3.0


def matcher(question: str, rare: dict[str, float] | None = None, synonyms: str = "") -> FocusMatcher:
    """A matcher over a library in which every word is as common as the next, but for those given."""
    table: Synonyms = parse_synonyms(synonyms)
    return FocusMatcher(understood(question), lambda word: (rare or {}).get(word, UNKNOWN if not word else 2.0), table)


def ranked(question: str, *sources: Document) -> list[Evidence]:
    windows = list(windows_of([whole_hit(source) for source in sources], UnitReader()))
    return sentence_evidence(matcher(question), windows)


ALLOWANCE = document(
    "补贴对象\n本县居民都可以申请育儿补贴。\n申请时间\n每年3月1日至11月30日受理。\n申请材料\n户口簿和身份证。",
    {"补贴对象": 1, "申请时间": 1, "申请材料": 1},
    title="某县育儿补贴办法",
)


def test_the_heading_gives_the_subject_and_the_sentence_the_answer() -> None:
    assert ranked("育儿补贴什么时候可以申请", ALLOWANCE)[0].text == "每年3月1日至11月30日受理。"


def test_a_sentence_that_repeats_the_subject_answers_who() -> None:
    assert ranked("哪些人可以申请育儿补贴", ALLOWANCE)[0].text == "本县居民都可以申请育儿补贴。"


def test_a_document_counts_by_its_best_passage_and_the_passage_by_itself() -> None:
    reader = UnitReader()
    (first, _), *_ = windows_of([whole_hit(ALLOWANCE)], reader)
    (other, _), *_ = windows_of([whole_hit(replace(ALLOWANCE, document_id="另一份"))], reader)
    best, same_document, elsewhere = hit_bonuses([(first, 1.0), (first, 0.5), (other, 0.5)])
    assert best > same_document > elsewhere


def test_the_name_of_another_text_is_no_evidence_for_its_subject() -> None:
    source = document("按照《某县育儿补贴办法》执行。\n育儿补贴每年三千元。", title="通知")
    own = {piece.text: piece.own for piece in ranked("育儿补贴多少", source)}
    assert own["按照《某县育儿补贴办法》执行。"] == 0.0
    assert own["育儿补贴每年三千元。"] > 0.9


def test_a_synonym_counts_as_the_word() -> None:
    found = matcher("剖腹产补助", synonyms="剖腹产 剖宫产")
    assert found.share(found.matched("剖宫产补助2800元")) == 1.0


def test_a_long_word_is_there_if_all_its_pairs_are() -> None:
    found = matcher("中医院")
    assert "中医院" in found.matched("县中医医院")
    assert "中医院" not in found.matched("县人民医院")


def test_a_rare_word_that_is_missing_costs_more_than_a_common_one() -> None:
    found = matcher("听力筛查", {"听力": 4.0, "筛查": 1.0})
    assert found.share(found.matched("筛查项目")) < 0.3 < found.share(found.matched("听力项目"))


def test_an_unknown_piece_of_a_compound_counts_little() -> None:
    found = matcher("门诊量", {"门诊": 2.0, "门诊量": UNKNOWN})
    assert 0.5 < found.share(found.matched("门诊人次")) < 1.0


def test_confidence_falls_with_what_is_missing_and_with_a_wrong_form() -> None:
    source = document("听力筛查每次30元。\n视力检查不用预约。")

    def confident(question: str) -> float:
        found = matcher(question)
        best = sentence_evidence(found, list(windows_of([whole_hit(source)], UnitReader())))[0]
        return confidence_of(found, best, best.found)

    assert confident("听力筛查多少钱") > 0.9
    assert confident("骨密度筛查多少钱") < confident("听力筛查多少钱") - 0.3
    assert confident("视力检查多少钱") < confident("听力筛查多少钱") - 0.2


def test_only_the_clause_that_was_asked_for_can_hide_its_figure() -> None:
    text = "全年改造卫生室xx所，新招聘医生xx名，平均年龄降到51岁。"
    marks = tuple(Mark(MarkKind.REDACTED, at, at + 2) for at in range(len(text)) if text.startswith("xx", at))
    source = document(text, marks=marks)

    def hidden(question: str) -> bool:
        found = matcher(question)
        best = sentence_evidence(found, list(windows_of([whole_hit(source)], UnitReader())))[0]
        return hides_figure(found, best)

    assert hidden("改造了多少所卫生室")
    assert not hidden("平均年龄多少岁")
    assert not hidden("怎么招聘医生")
