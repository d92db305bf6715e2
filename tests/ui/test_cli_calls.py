"""What the commands on calls and cases count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag.catalogue import open_catalogue
from rag.catalogue.call_records import CallOutcome, NewCall
from rag.catalogue.case_records import CaseStatus, CaseStep, NewCase
from rag.settings import PathSettings, Settings
from tests.ui.commands import Command, runner


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with open_catalogue(Settings(paths=PathSettings(data=tmp_path))) as catalogue:
        for number, outcome in enumerate((CallOutcome.ANSWERED, CallOutcome.ANSWERED, CallOutcome.PARTLY)):
            catalogue.calls.add(NewCall(str(number), "王芳" if number else "李敏", f"问{number}\x1b[31m", outcome))
        for number in range(2):
            catalogue.cases.open(NewCase(str(number), "王芳", "问", "某局", date(2001, 1, 1)))
        catalogue.cases.step(1, "王芳", CaseStep(CaseStatus.CLOSED, "重复"))
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return runner(capsys, monkeypatch)


def test_calls_are_counted_by_outcome_all_of_them_or_those_asked_for(run: Command, data: Path) -> None:
    values = run("calls", "list", "--data", data, "--json").json
    assert (values["calls"], values["outcomes"]["answered"], values["outcomes"]["dropped"]) == (3, 2, 0)
    assert [call["number"] for call in values["list"]] == [3, 2, 1]
    values = run("calls", "list", "--data", data, "--json", "--who", "李敏", "--limit", 0).json
    assert (values["calls"], values["list"]) == (1, [])
    assert run("calls", "list", "--data", data, "--since", "nonsense").code == 2
    assert "\x1b" not in run("calls", "list", "--data", data).out


def test_cases_are_counted_by_status_and_the_overdue_ones_named(run: Command, data: Path) -> None:
    values = run("cases", "list", "--data", data, "--json", "--overdue").json
    assert (values["cases"], values["overdue"], values["statuses"]["closed"]) == (2, 1, 1)
    assert [(case["number"], case["overdue"]) for case in values["list"]] == [(2, True)]
    assert "overdue 1" in run("cases", "list", "--data", data).out
