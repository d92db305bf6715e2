from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from ingest.line_changes import LineStatus
from ingest.versions import SectionStatus, fact_changes, section_changes
from rag.domain import Document, Validity
from tests.rag.small_library import document

HEADINGS = {"一、": 1, "二、": 1, "三、": 1, "四、": 1, "（一）": 2, "（二）": 2}
GOALS = "到2027年，每个镇建成一所标准化卫生院，村卫生室开放时间不少于每天八小时。"
MONEY = "所需资金列入县本级财政预算，专款专用，任何单位和个人不得截留挪用。"
STAFF = "每年招录二十名基层医护人员，签订五年服务协议，优先安排住房。"
PRAISE = "对完成任务突出的单位给予表扬，并在下一年度项目安排中优先考虑。"


def state(*lines: str, **facts: object) -> Document:
    """Return a document whose lines with a number in front are headings, as the layout names them."""
    headings = {
        line: next(level for number, level in HEADINGS.items() if line.startswith(number))
        for line in lines
        if line.startswith(tuple(HEADINGS))
    }
    made = document("\n".join(lines), headings, **facts)
    bare = tuple(
        replace(section, path=tuple(heading.split("、")[-1].split("）")[-1] for heading in section.path))
        for section in made.sections
    )
    return replace(made, sections=bare)


BEFORE = state("序言。", "一、主要目标", GOALS, "二、经费保障", MONEY, "三、队伍建设", STAFF)


def outline(before: Document, after: Document) -> list[tuple[str, str]]:
    return [("/".join(change.section), change.status.value) for change in section_changes(before, after)]


def test_the_same_text_has_no_changes() -> None:
    assert section_changes(BEFORE, BEFORE) == ()


def test_only_the_section_that_changed_is_shown() -> None:
    after = state("序言。", "一、主要目标", GOALS.replace("2027", "2028"), "二、经费保障", MONEY, "三、队伍建设", STAFF)
    (change,) = section_changes(BEFORE, after)
    assert (change.section, change.status, change.section_before) == (("主要目标",), SectionStatus.CHANGED, None)
    assert GOALS in change.before
    assert [line.status for line in change.lines] == [LineStatus.CHANGED]


def test_a_section_put_in_between_renumbers_the_others_and_changes_none() -> None:
    after = state("序言。", "一、主要目标", GOALS, "二、表扬激励", PRAISE, "三、经费保障", MONEY, "四、队伍建设", STAFF)
    assert outline(BEFORE, after) == [("表扬激励", "added")]


def test_a_removed_section_stands_where_it_stood() -> None:
    after = state("序言二。", "一、主要目标", GOALS, "二、队伍建设", STAFF.replace("五年", "三年"))
    assert outline(BEFORE, after) == [("", "changed"), ("经费保障", "removed"), ("队伍建设", "changed")]


def test_a_renamed_section_is_the_same_section() -> None:
    after = state("序言。", "一、主要目标", GOALS, "二、资金来源", MONEY, "三、队伍建设", STAFF)
    (change,) = section_changes(BEFORE, after)
    assert (change.status, change.section, change.section_before) == (
        SectionStatus.CHANGED,
        ("资金来源",),
        ("经费保障",),
    )
    assert [(line.before, line.after) for line in change.lines] == [("二、经费保障", "二、资金来源")]


def test_a_section_renamed_and_partly_rewritten_is_the_same_section() -> None:
    after = state(
        "序言。", "一、主要目标", GOALS, "二、资金来源", MONEY.replace("县本级", "市县两级"), "三、队伍建设", STAFF
    )
    assert outline(BEFORE, after) == [("资金来源", "changed")]


def test_what_stands_below_a_renamed_heading_has_not_changed() -> None:
    before = state("一、保障措施", "（一）经费保障", MONEY, "（二）队伍建设", STAFF)
    after = state("一、组织实施", "（一）经费保障", MONEY, "（二）队伍建设", STAFF)
    assert outline(before, after) == [("组织实施", "changed")]


def test_a_section_that_changed_its_place_has_moved() -> None:
    after = state("序言。", "一、队伍建设", STAFF, "二、主要目标", GOALS, "三、经费保障", MONEY)
    (change,) = section_changes(BEFORE, after)
    assert (change.section, change.status, change.lines) == (("队伍建设",), SectionStatus.MOVED, ())


def test_a_section_put_below_another_heading_has_moved() -> None:
    before = state("一、主要目标", GOALS, "（一）经费保障", MONEY, "二、队伍建设", STAFF)
    after = state("一、主要目标", GOALS, "二、队伍建设", STAFF, "（一）经费保障", MONEY)
    (change,) = section_changes(before, after)
    assert (change.status, change.section) == (SectionStatus.MOVED, ("队伍建设", "经费保障"))
    assert change.section_before == ("主要目标", "经费保障")


def test_two_sections_of_one_name_are_told_apart_by_their_words() -> None:
    before = state("一、附则", GOALS, "二、附则", MONEY)
    after = state("一、附则", MONEY, "二、附则", STAFF)
    assert ("附则", "removed") not in outline(before, before)
    statuses = [(change.status, change.before, change.after) for change in section_changes(before, after)]
    assert not any(MONEY in old and MONEY not in new for _, old, new in statuses)


def test_a_text_without_headings_is_compared_line_by_line() -> None:
    (change,) = section_changes(state(GOALS, MONEY), state(GOALS, STAFF, MONEY))
    assert (change.section, [line.after for line in change.lines]) == ((), [STAFF])


def test_another_text_altogether_is_removed_and_added() -> None:
    after = state("一、表扬激励", PRAISE)
    assert {status for _, status in outline(state("一、主要目标", GOALS), after)} == {"removed", "added"}


def test_the_difference_is_the_same_each_time_and_plain_json() -> None:
    after = state("序言。", "一、主要目标", MONEY, "二、资金来源", GOALS + STAFF, "三、表扬激励", PRAISE)
    first, second = (json.dumps([c.to_json() for c in section_changes(BEFORE, after)]) for _ in range(2))
    assert first == second
    loaded = json.loads(first)
    assert {"section", "section_before", "status", "before", "after", "lines"} == set(loaded[0])


def test_changed_facts_are_named_with_both_values() -> None:
    before = state(GOALS, published=date(2024, 5, 6), region="青棠县")
    after = state(
        GOALS, published=date(2025, 5, 6), region="青棠县", validity=Validity.IN_FORCE, replaces=("旧办法", "旧规定")
    )
    assert [change.to_json() for change in fact_changes(before, after)] == [
        {"name": "published", "before": "2024-05-06", "after": "2025-05-06"},
        {"name": "validity", "before": "unknown", "after": "in_force"},
        {"name": "replaces", "before": None, "after": "旧办法；旧规定"},
    ]
    assert fact_changes(before, before) == ()
