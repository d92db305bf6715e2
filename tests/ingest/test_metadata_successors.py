from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ingest.corrections import apply_corrections
from ingest.metadata_successors import link_successors, replaced_in
from rag.domain import Document, DocumentType, Validity
from rag.regions import Gazetteer


def document(name: str, **facts: Any) -> Document:
    plain: dict[str, Any] = {"title": name, "text": "正文。", "region": "云溪县", "published": date(2020, 1, 1)}
    return Document(
        document_id=name, source=f"{name}.md", root="/", sha256="0", media_type="text/markdown", **(plain | facts)
    )


def validities(*documents: Document) -> list[str]:
    return [entry.validity.value for entry in link_successors(documents)]


def test_what_a_text_replaces_is_read_and_its_own_end_is_not() -> None:
    assert replaced_in("《旧办法》（云卫发[2019]3号）、《旧细则》同时废止。") == (
        "旧办法",
        "云卫发〔2019〕3号",
        "旧细则",
    )
    assert replaced_in("本办法有效期五年，期满自行废止。根据《上位法》制定。") == ()


def test_a_newer_text_that_repeals_an_older_one_supersedes_it() -> None:
    old = document("云溪县体检办法", validity=Validity.IN_FORCE)
    new = document("云溪县体检新办法", published=date(2024, 1, 1), replaces=("体检办法",))
    linked = link_successors([old, new])
    assert [entry.validity for entry in linked] == [Validity.SUPERSEDED, Validity.UNKNOWN]
    assert linked[0].superseded_by == "云溪县体检新办法.md"
    assert (linked[0].origins["validity"], linked[0].certainty["superseded_by"]) == ("successor", 0.9)


def test_links_are_taken_back_with_all_they_said_when_the_successor_is_gone() -> None:
    old = document(
        "云溪县体检办法",
        validity=Validity.IN_FORCE,
        origins={"validity": "provision", "title": "title"},
        certainty={"validity": 0.7, "title": 0.9},
    )
    new = document("新", published=date(2024, 1, 1), replaces=("云溪县体检办法",))
    linked = link_successors([old, new])
    assert linked[0].validity is Validity.SUPERSEDED
    assert link_successors(linked)[0] == linked[0]
    assert link_successors(linked[:1]) == [old]


def test_numbers_and_declared_replacements_link_too() -> None:
    old = document("甲通知", document_number="云卫发〔2019〕3号")
    by_number = document("乙通知", published=date(2023, 1, 1), replaces=("云卫发[2019] 3号",))
    declared = document("丙通知", published=date(2023, 1, 1))
    assert link_successors([old, by_number])[0].superseded_by == "乙通知.md"
    assert link_successors([old, declared], {"丙通知": ["甲通知"]})[0].superseded_by == "丙通知.md"


def test_an_older_text_or_one_of_another_place_supersedes_nothing() -> None:
    old = document("体检办法")
    older = document("甲", published=date(2010, 1, 1), replaces=("体检办法",))
    elsewhere = document("乙", published=date(2024, 1, 1), region="澧县", replaces=("体检办法",))
    assert validities(old, older, elsewhere) == ["unknown"] * 3
    assert validities(old, replace(older, published=date(2021, 1, 1)), elsewhere)[0] == "superseded"


def test_a_text_that_names_itself_among_what_it_repeals_does_not_supersede_itself() -> None:
    assert validities(document("体检办法", replaces=("体检办法",))) == ["unknown"]


def test_of_two_states_of_a_statute_the_older_is_superseded() -> None:
    old = document("湖北省献血条例", type=DocumentType.STATUTE)
    new = replace(old, document_id="2", source="2.md", published=date(2024, 1, 1))
    assert validities(new, old) == ["unknown", "superseded"]


@pytest.mark.parametrize(
    ("older", "newer", "same"),
    [
        ("云溪县体检实施方案", "云溪县体检实施方案", True),
        ("云溪县体检实施方案（试行）", "云溪县体检实施方案", True),
        ("云溪县体检实施方案", "云溪县体检实施方案（2024年修订）", True),
        ("云溪县诊疗方案（第八版）", "云溪县诊疗方案（第九版）", True),
        ("2023年云溪县工作要点", "2024年云溪县工作要点", False),
        ("云溪县健康规划（2016—2020年）", "云溪县健康规划（2021—2025年）", False),
        ("云溪县工作要点（2023年）", "云溪县工作要点（2024年）", False),
        ("云溪县体检实施方案", "云溪县体检实施方案（征求意见稿）", False),
    ],
)
def test_notes_of_a_state_are_no_part_of_a_title_but_years_and_periods_are(
    older: str, newer: str, *, same: bool
) -> None:
    facts: dict[str, Any] = {"type": DocumentType.PLAN, "issuer": "云溪县卫生健康局"}
    old = document("甲", **(facts | {"title": older}))
    new = document("乙", **(facts | {"title": newer, "published": date(2024, 1, 1)}))
    assert (validities(old, new)[0] == "superseded") is same


def test_a_notice_of_the_same_title_supersedes_only_one_by_the_same_issuer() -> None:
    facts: dict[str, Any] = {"title": "关于做好体检工作的通知", "type": DocumentType.NOTICE}
    old = document("甲", issuer="云溪县卫生健康局", **facts)
    other = document("乙", issuer="云溪县教育局", published=date(2024, 1, 1), **facts)
    own = document("丙", issuer="云溪县卫生健康局", published=date(2023, 1, 1), **facts)
    assert validities(old, other) == ["unknown", "unknown"]
    assert link_successors([old, other, own])[0].superseded_by == "丙.md"


def test_a_copy_of_the_same_day_supersedes_nothing() -> None:
    facts: dict[str, Any] = {"title": "云溪县体检方案", "type": DocumentType.PLAN, "issuer": "云溪县卫生健康局"}
    assert validities(document("甲", **facts), document("乙", **facts)) == ["unknown", "unknown"]


def test_an_admins_word_on_validity_stands_against_every_link() -> None:
    gazetteer = Gazetteer.load(extra=["云溪县"])
    old = document("体检办法")
    new = document("新", published=date(2024, 1, 1), replaces=("体检办法",))
    linked = link_successors([old, new])[0]
    kept = apply_corrections(linked, {"validity": "in_force"}, gazetteer)
    assert (kept.validity, kept.superseded_by) == (Validity.IN_FORCE, None)
    assert link_successors([kept, new])[0] == kept
    named = apply_corrections(old, {"superseded_by": "别的.pdf"}, gazetteer)
    assert link_successors([named, new])[0].superseded_by == "别的.pdf"
    assert link_successors([named])[0].validity is Validity.SUPERSEDED


def test_linking_does_not_compare_all_pairs() -> None:
    compared = 0

    class Counted(str):
        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    documents = [document(f"第{n}号办法", region=Counted("云溪县"), replaces=(f"第{n - 1}号办法",)) for n in range(300)]
    documents = [replace(one, published=date(2000 + n // 12, n % 12 + 1, 1)) for n, one in enumerate(documents)]
    assert validities(*documents).count("superseded") == 299
    assert compared < 300 * 300 / 10
