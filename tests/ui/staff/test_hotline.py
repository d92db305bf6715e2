"""Calls, waiting questions and cases as operators and supervisors see them; nothing of a caller at another's desk."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from rag.catalogue import Catalogue, FeedbackReason, open_catalogue
from rag.catalogue.call_records import CallFilter, CallOutcome, NewCall
from rag.catalogue.case_records import CaseFilter, CaseStatus, CaseStep, NewCase
from rag.catalogue.question_records import Channel, LoggedQuestion
from rag.domain import AnswerStatus, Question
from rag.settings import OfficesSettings, PathSettings, Settings
from tests.fakes import FakeAssistant
from ui.accounts.cookies import NAME
from ui.accounts.doors import Doors
from ui.accounts.roles import Role
from ui.console.parts import ConsoleParts
from ui.receipts import receipts_in
from ui.shell import BodyLimit
from ui.staff.app import build_staff
from ui.staff.call_form import CALL_LIMITS
from ui.staff.hotline_fields import today
from ui.wording import Language

HERE = {"origin": "http://testserver", "accept-language": "zh-CN"}
PEOPLE = {"老板": Role.ADMIN, "王芳": Role.STAFF, "李敏": Role.STAFF, "陈主管": Role.SUPERVISOR}
OFFICES = OfficesSettings(directory=("卫健局 || 体检", "医保局｜｜报销"))
TWO_DAYS_AGO = datetime.now(UTC) - timedelta(days=2)


@dataclass
class Desk:
    """The desk as one person's browser sees it."""

    app: FastAPI
    user: str
    token: str
    csrf: str

    def get(self, path: str, **query: str) -> Response:
        """Open a page."""
        return self._client().get(path, params=query or None, headers=HERE, follow_redirects=False)

    def post(self, path: str, accept: str = "text/html", **fields: str) -> Response:
        """Send a form of this session, without going where it leads."""
        data = {"csrf": self.csrf, **fields}
        return self._client().post(path, data=data, headers={**HERE, "accept": accept}, follow_redirects=False)

    def _client(self) -> TestClient:
        return TestClient(self.app, raise_server_exceptions=False, cookies={NAME: self.token})


Sit = Callable[[str], Desk]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[str, str]]]:
    """Make a catalogue with accounts once; every test works on a copy."""
    data = tmp_path_factory.mktemp("template")
    with open_catalogue(Settings(paths=PathSettings(data=data))) as catalogue:
        signed_in = {}
        for user, role in PEOPLE.items():
            account = catalogue.accounts.add(user, role, "no password has this hash", by="test")
            token = catalogue.sessions.begin(account, "no password has this hash")
            assert token is not None
            session = catalogue.sessions.find(token)
            assert session is not None
            signed_in[user] = (token, session.csrf)
    return data / "catalogue.sqlite", signed_in


@pytest.fixture
def settings(tmp_path: Path, template: tuple[Path, dict[str, tuple[str, str]]]) -> Settings:
    shutil.copy(template[0], tmp_path / "catalogue.sqlite")
    return Settings(paths=PathSettings(data=tmp_path), offices=OFFICES)


@pytest.fixture
def catalogue(settings: Settings) -> Iterator[Catalogue]:
    with open_catalogue(settings) as opened:
        yield opened


@pytest.fixture
def sit(settings: Settings, template: tuple[Path, dict[str, tuple[str, str]]]) -> Sit:
    """Sign people in to one desk."""
    app = FastAPI()
    app.mount("/staff", build_staff(ConsoleParts(settings, FakeAssistant(), Doors(settings))))
    app.add_middleware(BodyLimit, numbers=settings.help, limits=CALL_LIMITS)
    return lambda user: Desk(app, user, *template[1][user])


def words_of(page: Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def log(catalogue: Catalogue, user: str, question: str, **more: Any) -> int:
    outcome = more.pop("outcome", CallOutcome.ANSWERED)
    return catalogue.calls.add(NewCall(more.pop("mark", question[:30]), user, question, outcome, **more)).number


def say_useless(catalogue: Catalogue, settings: Settings, number: int, question: str, region: str | None) -> None:
    receipts = receipts_in(settings.paths.data)
    answer = replace(FakeAssistant().answer(Question("青石县有哪些保障措施？")), question=question)
    record = receipts.open(receipts.issue(answer, Language.ZH_HANS, region)).record
    catalogue.feedback.put(
        f"{number:016x}", record, useful=False, reason=FeedbackReason.WRONG, comment="不<b>对", at=TWO_DAYS_AGO
    )


def unanswered(catalogue: Catalogue, question: str, channel: Channel = Channel.PAGE) -> None:
    catalogue.questions.add(LoggedQuestion(question, AnswerStatus.NO_EVIDENCE, channel, "zh-Hans", 5))


def keys_in(page: Response) -> list[str]:
    return list(dict.fromkeys(re.findall(r"/staff/queue/([0-9a-f]{64})", page.text)))


class TestCalls:
    def test_a_logged_call_is_shown_with_what_was_masked_and_the_answer_that_was_found(
        self, sit: Sit, settings: Settings
    ) -> None:
        desk = sit("王芳")
        answer = FakeAssistant().answer(Question("青石县有哪些保障措施？"))
        receipt = receipts_in(settings.paths.data).issue(answer, Language.ZH_HANS, "青石县")
        fields = {"region": "青石县", "answer": "有<b>三项", "answer_record": receipt, "outcome": "answered"}
        gone = desk.post("/staff/calls", question="有哪些保障？打13800001111", draft="call-new", **fields)
        assert gone.status_code == 303
        assert "stored=call-new" in gone.headers["location"]
        page = desk.get(gone.headers["location"])
        words = words_of(page)
        assert "打[手机号]" in words
        assert "已经遮住再存的" in words
        assert "有&lt;b&gt;三项" in page.text
        assert answer.statements[0].text in words
        assert page.headers["cache-control"] == "no-store"

    def test_a_form_that_lacks_something_comes_back_with_all_that_was_typed(self, sit: Sit) -> None:
        page = sit("王芳").post(
            "/staff/calls", question="问<i>", answer="答", note="注", region="甲县", draft="call-new-ab"
        )
        assert page.status_code == 422
        assert "请选这通电话的结果" in words_of(page)
        assert "问&lt;i&gt;</textarea>" in page.text
        assert 'value="call-new-ab"' in page.text
        assert all(typed in page.text for typed in (">\n答<", ">\n注<", 'value="甲县"'))

    def test_a_program_of_the_page_is_answered_in_json(self, sit: Sit) -> None:
        desk, call = sit("王芳"), {"question": "问什么", "accept": "application/json"}
        assert desk.post("/staff/calls", **call).status_code == 422
        told = desk.post("/staff/calls", **call, outcome="partly", mark="m").json()
        assert (told["address"], told["masked"]) == (f"/staff/calls/{told['number']}", [])
        assert desk.post("/staff/calls", **call, outcome="partly", mark="m").json() == told

    def test_a_call_with_a_foreign_receipt_is_kept_without_it(self, sit: Sit, catalogue: Catalogue) -> None:
        desk = sit("王芳")
        desk.post("/staff/calls", question="问什么", outcome="answered", answer_record="A.B")
        (call,) = catalogue.calls.entries(CallFilter(), limit=5)
        assert call.receipt_id is None

    def test_operators_see_their_own_calls_and_supervisors_all(self, sit: Sit, catalogue: Catalogue) -> None:
        mine, other = log(catalogue, "王芳", "我的来电"), log(catalogue, "李敏", "别人的来电")
        wang, chief = sit("王芳"), sit("陈主管")
        assert "别人的来电" not in wang.get("/staff/calls").text
        assert "别人的来电" not in wang.get("/staff/calls", words="别人", whose="").text
        assert "别人的来电" not in wang.get("/staff/calls.csv").text
        assert {wang.get(f"/staff/calls/{other}").status_code, wang.get("/staff/calls/99").status_code} == {404}
        noted = wang.post(f"/staff/calls/{other}/notes", note="x", outcome="partly")
        assert noted.status_code == 404
        assert "别人的来电" not in noted.text
        assert "别人的来电" not in wang.get("/staff/cases/new", call=str(other)).text
        assert wang.post("/staff/cases", question="q", office="o", call=str(other)).status_code == 404
        assert catalogue.cases.count(CaseFilter()) == 0
        page = chief.get("/staff/calls").text
        assert all(text in page for text in ("我的来电", "别人的来电"))
        assert chief.get(f"/staff/calls/{mine}").status_code == 200
        assert "别人的来电" not in sit("李敏").get("/staff/calls", due="1").text

    def test_notes_are_added_and_the_outcome_changes(self, sit: Sit, catalogue: Catalogue) -> None:
        number = log(catalogue, "王芳", "问什么")
        desk = sit("王芳")
        path = f"/staff/calls/{number}/notes"
        assert desk.post(path, note=" ", outcome="answered").status_code == 422
        assert desk.post(path, note="还要查", outcome="call_back").status_code == 303
        page = words_of(desk.get(f"/staff/calls/{number}"))
        assert "还要查" in page
        assert "1 通电话今天该回了" in words_of(desk.get("/staff/calls"))
        assert "今天要回电 来电" in words_of(desk.get("/staff/tasks"))

    def test_filters_and_pages_and_the_export_go_together(self, sit: Sit, catalogue: Catalogue) -> None:
        for number in range(31):
            log(catalogue, "王芳", f"第{number}问", region="丹江口市" if number else "谢家集区", mark=str(number))
        log(catalogue, "王芳", "=1+1", outcome=CallOutcome.PARTLY, answer="+好", region="湖北省")
        desk = sit("王芳")
        assert "第1页，共2页" in words_of(desk.get("/staff/calls"))
        assert "共 31 条" in words_of(desk.get("/staff/calls", region="湖北省", page="9"))
        assert "共 1 条" in words_of(desk.get("/staff/calls", region="安徽省"))
        assert "共 1 条" in words_of(desk.get("/staff/calls", outcome="partly"))
        assert "没有这样的来电记录" in words_of(desk.get("/staff/calls", until="2001-01-01"))
        found = desk.get("/staff/calls.csv", outcome="partly")
        assert found.headers["cache-control"] == "no-store"
        (row,) = list(csv.reader(io.StringIO(found.text.lstrip("\ufeff"))))[1:]
        assert (row[3], row[5], row[6]) == ("'=1+1", "'+好", "只答了一部分")
        assert catalogue.audit.entries()[0].action == "call.export"

    def test_an_offered_form_is_filled_in_by_its_address(self, sit: Sit) -> None:
        page = sit("王芳").get("/staff/calls/new", question="问<b>", region="甲县", outcome="nonsense")
        assert "问&lt;b&gt;</textarea>" in page.text
        assert re.search(r'data-draft="call-new-[0-9a-f]{12}"', page.text)


@pytest.mark.usefixtures("asked")
class TestQueue:
    @pytest.fixture
    def asked(self, catalogue: Catalogue, settings: Settings) -> Catalogue:
        say_useless(catalogue, settings, 1, "请问六十五岁老人体检有什么规定？", "丹江口市")
        unanswered(catalogue, "丹江口65岁老人体检，有哪些规定")
        unanswered(catalogue, "村医退休金多少")
        unanswered(catalogue, "来电人问的事", Channel.STAFF)
        return catalogue

    def test_the_same_question_stands_once_with_why_it_is_here(self, sit: Sit) -> None:
        page = sit("王芳").get("/staff/queue")
        words = words_of(page)
        assert len(keys_in(page)) == 2
        assert "等人处理 2" in words
        assert "1 人说没用（内容不对） 1 次没有查到依据 2 丹江口市" in words
        assert "来电人问的事" not in words
        assert len(keys_in(sit("李敏").get("/staff/queue", region="湖北省"))) == 1

    def test_who_takes_a_question_second_is_told_who_has_it(self, sit: Sit) -> None:
        wang, li = sit("王芳"), sit("李敏")
        key = keys_in(wang.get("/staff/queue"))[0]
        assert wang.post(f"/staff/queue/{key}/take").status_code == 303
        late = li.post(f"/staff/queue/{key}/take")
        assert (late.status_code, "王芳 先接手了" in words_of(late)) == (409, True)
        assert li.post(f"/staff/queue/{key}/decide", decision="answered").status_code == 409
        assert "王芳 在处理" in words_of(li.get("/staff/queue"))
        assert wang.post(f"/staff/queue/{key}/give-back").status_code == 303
        assert li.post(f"/staff/queue/{key}/take").status_code == 303

    def test_nobody_hands_over_what_somebody_else_has_taken(self, sit: Sit, asked: Catalogue) -> None:
        wang, li = sit("王芳"), sit("李敏")
        key = keys_in(wang.get("/staff/queue"))[0]
        wang.post(f"/staff/queue/{key}/take")
        late = li.post("/staff/cases", question="问什么", office="某局", queue=key)
        assert "王芳 先接手了" in words_of(late)
        assert asked.cases.count(CaseFilter()) == 0

    def test_the_page_leads_to_every_way_to_deal_with_it(self, sit: Sit) -> None:
        desk = sit("王芳")
        key = keys_in(desk.get("/staff/queue"))[0]
        before = desk.get(f"/staff/queue/{key}")
        assert "/staff/approved/new" not in before.text
        assert "不&lt;b&gt;对" in before.text
        desk.post(f"/staff/queue/{key}/take")
        page = unescape(desk.get(f"/staff/queue/{key}").text)
        assert re.search(r"/staff/\?q=[^\"]+&region=[^\"]+&queue=" + key, page)
        assert re.search(r"/staff/approved/new\?q=[^\"]+&region=", page)
        assert f"queue={key}" in page.split("/staff/cases/new?")[1]

    def test_a_dismissal_needs_a_reason_and_asking_again_brings_it_back(self, sit: Sit, asked: Catalogue) -> None:
        desk = sit("王芳")
        key = keys_in(desk.get("/staff/queue"))[1]
        assert desk.post(f"/staff/queue/{key}/decide", decision="dismissed").status_code == 422
        assert desk.post(f"/staff/queue/{key}/decide", decision="dismissed", reason="不归这里").status_code == 303
        assert len(keys_in(desk.get("/staff/queue"))) == 1
        assert "不归这里" in desk.get(f"/staff/queue/{key}").text
        asked.questions.add(
            LoggedQuestion(
                "请问村医退休金是多少呢",
                AnswerStatus.NO_EVIDENCE,
                Channel.PAGE,
                "zh-Hans",
                5,
                at=(datetime.now(UTC) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            )
        )
        assert len(keys_in(desk.get("/staff/queue"))) == 2

    def test_a_question_that_nobody_asks_is_not_there(self, sit: Sit) -> None:
        desk = sit("王芳")
        for key in ("a" * 64, "nonsense"):
            assert desk.get(f"/staff/queue/{key}").status_code == 404
            assert desk.post(f"/staff/queue/{key}/take").status_code == 404


class TestCases:
    def test_a_question_of_the_queue_goes_to_an_office_and_its_answer_comes_back(
        self, sit: Sit, catalogue: Catalogue
    ) -> None:
        unanswered(catalogue, "换药能报销吗")
        wang, li = sit("王芳"), sit("李敏")
        (key,) = keys_in(wang.get("/staff/queue"))
        form = wang.get("/staff/cases/new", question="换药能报销吗", queue=key)
        assert form.text.index("医保局") < form.text.index("卫健局")
        assert wang.post("/staff/cases", question="换药能报销吗", queue=key).status_code == 422
        gone = wang.post("/staff/cases", question="换药能报销吗", office="医保局", queue=key, region="丹江口市")
        number = int(re.findall(r"/cases/(\d+)", gone.headers["location"])[0])
        assert "处理过 1" in words_of(wang.get("/staff/queue"))
        step = f"/staff/cases/{number}/step"
        assert li.post(step, status="sent", expected="new", office="医保局").status_code == 303
        assert "刚才有人改过了" in words_of(wang.post(step, status="sent", expected="new"))
        assert "请把单位的答复和依据都写上" in words_of(wang.post(step, status="answered", expected="sent", text="能"))
        assert wang.post(step, status="closed", expected="new", text="x").status_code == 422
        li.post(step, status="answered", expected="sent", text="能<b>报", source="第三条")
        assert "单位答复了您转的问题" in words_of(wang.get("/staff/tasks"))
        page = wang.get(f"/staff/cases/{number}")
        assert "能&lt;b&gt;报" in page.text
        assert re.search(r"/staff/approved/new\?q=[^\"]+&region=[^\"]+\"", unescape(page.text))
        assert wang.post(step, status="closed", expected="answered").status_code == 303
        assert [event.status for event in catalogue.cases.get(number).events] == [
            CaseStatus.NEW,
            CaseStatus.SENT,
            CaseStatus.ANSWERED,
            CaseStatus.CLOSED,
        ]

    def test_a_case_is_everybodys_and_the_call_behind_it_only_its_operators(
        self, sit: Sit, catalogue: Catalogue
    ) -> None:
        call = log(catalogue, "王芳", "老人体检的事", answer="只有王芳知道")
        wang, li = sit("王芳"), sit("李敏")
        gone = wang.post("/staff/cases", question="老人体检归谁管", office="卫健局", call=str(call))
        case = re.findall(r"/staff/cases/\d+", gone.headers["location"])[0]
        mine, other = wang.get(case).text, li.get(case).text
        assert f"/staff/calls/{call}" in mine
        assert f"/staff/calls/{call}" not in other
        assert "只有王芳知道" not in other
        assert catalogue.calls.get(call).call.outcome is CallOutcome.HANDED_OVER
        assert case in wang.get(f"/staff/calls/{call}").text

    def test_overdue_cases_stand_out_and_become_tasks(self, sit: Sit, catalogue: Catalogue) -> None:
        late = NewCase("m", "王芳", "=迟了", "医保局", today() - timedelta(days=3))
        number = catalogue.cases.open(late).number
        catalogue.cases.step(number, "王芳", CaseStep(CaseStatus.SENT))
        desk = sit("王芳")
        page = words_of(desk.get("/staff/cases"))
        assert "过期没答复 1" in page
        assert "晚了 3 天" in page
        assert "单位过期没有答复 转办" in words_of(desk.get("/staff/tasks"))
        (row,) = list(csv.reader(io.StringIO(desk.get("/staff/cases.csv", status="overdue").text.lstrip("\ufeff"))))[1:]
        assert (row[1], row[2]) == ("等单位答复", "'=迟了")

    def test_the_letter_holds_what_the_office_needs(self, sit: Sit, catalogue: Catalogue) -> None:
        new = NewCase("m", "王芳", "换药<b>能报销吗", "医保局", today(), "丹江口市", "住在乡下")
        number = catalogue.cases.open(new).number
        page = sit("李敏").get(f"/staff/cases/{number}/letter")
        words = words_of(page)
        assert "医保局：" in words
        assert all(text in words for text in ("丹江口市", "住在乡下", f"转办 {number}"))
        assert "换药&lt;b&gt;能报销吗" in page.text
        assert "staff_letter.css" in page.text

    def test_an_office_that_is_late_or_wrong_can_be_changed(self, sit: Sit, catalogue: Catalogue) -> None:
        number = catalogue.cases.open(NewCase("m", "王芳", "问", "医保局", today())).number
        desk, step = sit("王芳"), f"/staff/cases/{number}/step"
        desk.post(step, status="sent", expected="new", office="医保局")
        assert desk.post(step, status="sent_back", expected="sent").status_code == 422
        desk.post(step, status="sent_back", expected="sent", text="不归医保局")
        assert desk.post(step, status="sent", expected="sent_back", due="2020-01-01").status_code == 422
        due = (today() + timedelta(days=9)).isoformat()
        desk.post(step, status="sent", expected="sent_back", office="医保局", other_office="别的局", due=due)
        case = catalogue.cases.get(number).case
        assert (case.office, case.due.isoformat(), case.status) == ("别的局", due, CaseStatus.SENT)
