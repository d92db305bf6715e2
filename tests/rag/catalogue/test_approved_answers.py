"""Approved answers in the catalogue: who may decide what, and that every step is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.approved_records import ApprovalState, ApprovalStep, ApprovedAnswer, WithdrawalReason
from rag.approved_source import CatalogueApproved
from rag.approved_upkeep import check_approved
from rag.catalogue import Catalogue
from rag.catalogue.approved_answers import (
    ChangedMeanwhileError,
    FiguresUnconfirmedError,
    OwnProposalError,
)
from rag.catalogue.approved_finding import ApprovedFilter
from rag.errors import UnknownIdError, UsageError
from rag.settings import Settings
from tests.rag.approved_samples import FREE, TODAY, Shelf, answer, at_once, document, proposal


def approve(catalogue: Catalogue, number: int, by: str = "老周", words: str = "") -> ApprovedAnswer:
    now = catalogue.approved.get(number)
    return catalogue.approved.approve(number, by, revision=now.revision, words=words)


def test_a_proposal_is_read_back_exactly_and_in_force_only_once_it_is_approved(catalogue: Catalogue) -> None:
    number = catalogue.approved.propose(proposal(note="问过医保科"), "小林")
    assert catalogue.approved.get(number).proposal == proposal(note="问过医保科")
    assert catalogue.approved.in_force() == ()
    approved = approve(catalogue, number)
    assert catalogue.approved.in_force() == (approved,)
    assert (approved.state, approved.decided_by) == (ApprovalState.APPROVED, "老周")


def test_nobody_approves_what_they_proposed_or_worded(catalogue: Catalogue) -> None:
    number = catalogue.approved.propose(proposal(), "小林")
    with pytest.raises(OwnProposalError):
        approve(catalogue, number, "小林")
    catalogue.approved.change(number, proposal(note="改了一句"), "老周", revision=1)
    for author in ("小林", "老周"):
        with pytest.raises(OwnProposalError):
            approve(catalogue, number, author)
    approve(catalogue, number, "王主任")
    # What was approved begins anew: its first author may look at what another one changes.
    catalogue.approved.change(number, proposal(note="再改"), "老周", revision=3)
    assert approve(catalogue, number, "小林").state is ApprovalState.APPROVED


def test_a_worded_figure_without_a_quote_needs_words_from_whoever_approves(catalogue: Catalogue) -> None:
    worded = proposal(answer=answer(FREE.replace("六十五", "六十"), edited=True))
    number = catalogue.approved.propose(worded, "小林")
    with pytest.raises(FiguresUnconfirmedError):
        approve(catalogue, number)
    assert catalogue.approved.in_force() == ()
    approve(catalogue, number, words="按县里今年的通知放宽到六十岁")
    assert catalogue.approved.history(number)[-1].words == "按县里今年的通知放宽到六十岁"
    held = catalogue.approved.propose(
        proposal(answer=answer("六十五周岁以上的老年人每年免费体检一次。", edited=True)), "小林"
    )
    assert approve(catalogue, held).state is ApprovalState.APPROVED


def test_what_somebody_else_changed_meanwhile_is_not_decided(catalogue: Catalogue) -> None:
    number = catalogue.approved.propose(proposal(), "小林")
    catalogue.approved.change(number, proposal(office="另一个局"), "小林", revision=1)
    with pytest.raises(ChangedMeanwhileError):
        catalogue.approved.approve(number, "老周", revision=1)
    with pytest.raises(UnknownIdError):
        catalogue.approved.approve(99, "老周", revision=1)


def test_what_is_sent_back_is_a_task_for_its_proposer_until_it_is_proposed_again(catalogue: Catalogue) -> None:
    number = catalogue.approved.propose(proposal(), "小林")
    with pytest.raises(UsageError):
        catalogue.approved.send_back(number, "老周", "  ", revision=1)
    back = catalogue.approved.send_back(number, "老周", "请写明户籍要求", revision=1)
    assert back.state is ApprovalState.RETURNED
    (task,) = catalogue.tasks.open_of("小林")
    assert (task.kind, task.object_, task.note) == (
        "approval_returned",
        f"approved answer {number}",
        "请写明户籍要求",
    )
    catalogue.approved.change(number, proposal(note="写明了"), "小林", revision=back.revision)
    assert catalogue.tasks.open_of("小林") == ()


def test_a_changed_answer_is_not_in_force_until_it_is_approved_again(catalogue: Catalogue) -> None:
    number = catalogue.approved.propose(proposal(), "小林")
    approved = approve(catalogue, number)
    catalogue.approved.change(number, proposal(note="新"), "小林", revision=approved.revision)
    assert catalogue.approved.in_force() == ()


def test_the_clock_withdraws_what_lost_its_ground_with_one_task_for_its_owner(catalogue: Catalogue) -> None:
    kept, lost = (catalogue.approved.propose(proposal(), "小林") for _ in range(2))
    approve(catalogue, kept)
    approve(catalogue, lost)
    assert check_approved(catalogue, Shelf(document()), TODAY).withdrawn == ()
    catalogue.approved.withdraw(kept, "老周", "换了说法", revision=2)
    changed = Shelf(document(FREE))
    checked = check_approved(catalogue, changed, TODAY)
    assert [(one.number, ground.reason) for one, ground in checked.withdrawn] == [(lost, WithdrawalReason.QUOTE_GONE)]
    assert check_approved(catalogue, changed, TODAY).looked_at == 0
    now = catalogue.approved.get(lost)
    assert (now.state, now.reason, now.decided_by) == (
        ApprovalState.WITHDRAWN,
        WithdrawalReason.QUOTE_GONE,
        "policychat",
    )
    (task,) = catalogue.tasks.open_of("小林")
    assert (task.kind, task.note) == ("approval_withdrawn", "quote_gone: 青棠县老年人免费体检实施办法")
    assert catalogue.tasks.open_of("老周") == ()


def test_every_step_is_in_the_history_and_in_the_audit_log(catalogue: Catalogue) -> None:
    number = catalogue.approved.propose(proposal(), "小林")
    approve(catalogue, number)
    catalogue.approved.withdraw(number, "老周", "换了说法", revision=2)
    steps = [(one.step, one.who) for one in catalogue.approved.history(number)]
    assert steps == [
        (ApprovalStep.PROPOSED, "小林"),
        (ApprovalStep.APPROVED, "老周"),
        (ApprovalStep.WITHDRAWN, "老周"),
    ]
    logged = [(one.action, one.who) for one in reversed(catalogue.audit.entries())]
    assert logged == [("approved.proposed", "小林"), ("approved.approved", "老周"), ("approved.withdrawn", "老周")]
    assert catalogue.audit.entries()[0].before["state"] == "approved"


def test_personal_numbers_do_not_get_into_wordings_and_notes(catalogue: Catalogue) -> None:
    told = "我的手机是13812345678，老年人体检免费吗"
    number = catalogue.approved.propose(proposal(wordings=(told,), note="来电人13812345678"), "小林")
    kept = catalogue.approved.get(number).proposal
    assert "13812345678" not in kept.wordings[0] + kept.note


def test_answers_are_found_by_state_owner_place_and_words(catalogue: Catalogue) -> None:
    first = catalogue.approved.propose(proposal(), "小林")
    second = catalogue.approved.propose(proposal(places=("白岭县",), owner="小陈", wordings=("村医补贴多少",)), "小陈")
    approve(catalogue, second)

    def found(**wanted: object) -> set[int]:
        return {one.number for one in catalogue.approved.find(replace(ApprovedFilter(), **wanted))}

    assert found() == {first, second}
    assert found(state=ApprovalState.PROPOSED) == {first}
    assert found(owner="小陈") == {second}
    assert found(place="白岭") == {second}
    assert found(words="体检") == {first}


def test_the_source_of_the_answering_path_sees_each_decision_and_makes_no_files(
    settings: Settings, catalogue: Catalogue, file: Path
) -> None:
    assert file.exists()
    quick = at_once(settings)
    nowhere = quick.model_copy(update={"paths": quick.paths.model_copy(update={"data": quick.paths.data / "no"})})
    empty, source = CatalogueApproved(nowhere), CatalogueApproved(quick)
    assert empty.in_force() == ()
    assert not nowhere.paths.data.exists()
    number = catalogue.approved.propose(proposal(), "小林")
    assert source.in_force() == ()
    approve(catalogue, number)
    known = source.in_force()
    assert [one.number for one in known] == [number]
    assert source.in_force() is known
    catalogue.approved.withdraw(number, "老周", "不对", revision=2)
    assert source.in_force() == ()
    source.close()


def test_a_task_is_given_once_and_done_once(catalogue: Catalogue) -> None:
    number = catalogue.tasks.add("approval_returned", "小林", "approved answer 1", "请看")
    assert catalogue.tasks.add("approval_returned", "小林", "approved answer 1") == number
    assert catalogue.tasks.count_open("小林") == 1
    assert catalogue.tasks.done(number, "小林", "改好了")
    assert not catalogue.tasks.done(number, "老周")
    (done,) = catalogue.tasks.latest_done("小林")
    assert (done.done_by, done.outcome) == ("小林", "改好了")
    assert catalogue.tasks.add("approval_returned", "小林", "approved answer 1") != number
    with pytest.raises(UsageError):
        catalogue.tasks.add("approval_returned", " ", "approved answer 1")
