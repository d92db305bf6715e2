from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from rag.domain import Document
from rag.focus import FocusMatcher
from rag.premise_checking import Checked, doubtful_premise
from rag.premises import premises_of
from rag.synonyms import load_synonyms
from tests.rag.small_library import document, understood, whole_hit

SET: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "premise_cases.yaml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = SET["cases"]
PRECISION, RECALL, EXACT = 0.97, 0.95, 0.95
"""Of noticing a premise that does not hold; EXACT also of saying whether it is denied, and by which sentence."""


def _document(text: str) -> Document:
    title, *lines = text.strip().split("\n")
    return document("\n".join(lines), {line: 1 for line in lines if line[1] == "、"}, title=title, region="天门市")


DOCUMENTS = {name: _document(text) for name, text in SET["documents"].items()}
ALL = "".join(source.text for source in DOCUMENTS.values())


def _idf(word: str) -> float:
    return 2.0 if word and word in ALL else 6.0


def checked(question: str, name: str) -> Checked | None:
    matcher = FocusMatcher(understood(question), _idf, load_synonyms())
    return doubtful_premise(matcher, [whole_hit(DOCUMENTS[name])], load_synonyms())


def _is_right(case: dict[str, Any], found: Checked | None) -> bool:
    if found is None:
        return bool(case["expect"] == ("stated" if premises_of(case["question"]) else "none"))
    quoted = found.document.text[found.start : found.end] if found.document else ""
    return bool(case["expect"] == found.standing.value and case.get("quote", "") in quoted)


def test_premises_that_do_not_hold_are_noticed_and_others_are_not() -> None:
    flagged = {case["id"]: checked(case["question"], case["doc"]) for case in CASES}
    wrong = {case["id"] for case in CASES if case["expect"] in ("denied", "unstated")}
    noticed = {number for number, found in flagged.items() if found is not None}
    assert len(noticed & wrong) >= PRECISION * len(noticed), sorted(noticed - wrong)
    assert len(noticed & wrong) >= RECALL * len(wrong), sorted(wrong - noticed)
    right = [case for case in CASES if _is_right(case, flagged[case["id"]])]
    assert len(right) >= EXACT * len(CASES), [case["id"] for case in CASES if case not in right]


def test_a_premise_is_told_in_the_askers_words() -> None:
    assert [premise.text for premise in premises_of("天門為什麼把村衛生室都關閉了")] == ["天門把村衛生室都關閉了"]
    assert [premise.text for premise in premises_of("天门取消了村卫生室，为什么？")] == ["天门取消了村卫生室"]


@pytest.mark.parametrize(
    "text",
    [
        "如果取消了补贴怎么办",
        "听说补贴取消了，是真的吗",
        "补贴取消了吗",
        "取消预约怎么操作",
        "种牙怎么收费",
        "为了减少排队，医院采取了什么措施",
        "谁可以申请撤销监护人资格",
        "体检费谁付",
        "补贴什么时候提高",
    ],
)
def test_a_question_that_takes_nothing_for_granted_has_no_premise(text: str) -> None:
    assert premises_of(text) == ()


def test_what_is_done_to_a_part_of_a_thing_is_not_done_to_the_thing() -> None:
    found = checked("天门为什么停办了村卫生室", "clinic")
    assert found is not None
    assert found.document is not None
    assert "夜间急诊" not in found.document.text[found.start : found.end]


def test_a_figure_of_another_unit_denies_nothing() -> None:
    found = checked("吸烟罚款为什么提高到500元", "smoking")
    assert found is not None
    assert found.document is not None
    assert "50元" in found.document.text[found.start : found.end]
