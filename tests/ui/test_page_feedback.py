"""Feedback and links: only for answers of ours, only as JSON, kept without personal numbers, told in words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.answer_record import from_record
from rag.catalogue import FeedbackReason, open_catalogue
from rag.domain import Answer, AnswerStatus, NoticeKind, Question, Validity
from rag.errors import NoGenerationError
from rag.settings import CatalogueSettings, PathSettings, RetentionSettings, Settings
from tests.applications import interfaces
from tests.fakes import MEASURES, FakeAssistant
from ui.addresses import served_under
from ui.faults import install_faults
from ui.flood import Flood
from ui.page_feedback import A_MINUTE, build_feedback
from ui.public_types import AnswerKept, FeedbackStored
from ui.purging import purge, purging
from ui.receipts import Receipts, passing_receipts
from ui.shared_answers import SharedAnswers
from ui.wording import Language

ANSWER = FakeAssistant().answer(Question("青石县有哪些保障措施？"))
DOORS = ("/page/feedback", "/api/v1/feedback")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=PathSettings(data=tmp_path / "data"))


@pytest.fixture
def receipts() -> Receipts:
    return passing_receipts()


@pytest.fixture
def receipt(receipts: Receipts) -> str:
    return receipts.issue(ANSWER, Language.ZH_HANS, "青石县")


def application(settings: Settings, receipts: Receipts, flood: Flood | None = None) -> FastAPI:
    app = FastAPI()
    app.include_router(build_feedback(settings, receipts, SharedAnswers(settings, FakeAssistant(), receipts), flood))
    install_faults(app, settings.help)
    return app


@pytest.fixture
def client(settings: Settings, receipts: Receipts) -> Iterator[TestClient]:
    with TestClient(application(settings, receipts), raise_server_exceptions=False) as client:
        yield client


def said(receipt: str, **more: Any) -> dict[str, Any]:
    return {"receipt": receipt, "useful": False, "reason": None, "comment": None, **more}


@pytest.mark.parametrize("door", DOORS)
def test_what_a_reader_says_is_kept_with_the_answer_and_its_generation(
    client: TestClient, settings: Settings, receipt: str, door: str
) -> None:
    response = client.post(door, json=said(receipt, reason="outdated", comment="我是13800001111，这条旧了"))
    assert response.status_code == 201
    assert FeedbackStored.model_validate(response.json()).message == "谢谢，已经记下了。"
    with open_catalogue(settings) as catalogue:
        (given,) = catalogue.feedback.latest(5)
    assert (given.useful, given.reason, given.generation) == (False, FeedbackReason.OUTDATED, "g1")
    assert given.comment == "我是[手机号]，这条旧了"
    assert from_record(given.record["answer"]) == ANSWER
    assert given.record["region"] == "青石县"


def test_both_doors_keep_one_word_for_one_answer(client: TestClient, settings: Settings, receipt: str) -> None:
    for door, useful in zip(DOORS, (False, True), strict=True):
        assert client.post(door, json={"receipt": receipt, "useful": useful}).status_code == 201
    with open_catalogue(settings) as catalogue:
        assert [one.useful for one in catalogue.feedback.latest(5)] == [True]


@pytest.mark.parametrize(
    ("lang", "header", "message"),
    [("zh-Hant", "en", "謝謝，已經記下了。"), (None, "en", "Thank you, this has been noted.")],
)
def test_thanks_come_in_the_readers_language(
    client: TestClient, receipt: str, lang: str | None, header: str, message: str
) -> None:
    response = client.post(
        DOORS[0], params={"lang": lang} if lang else {}, json=said(receipt), headers={"accept-language": header}
    )
    assert response.json()["message"] == message


@pytest.mark.parametrize("path", [*DOORS, "/page/share"])
def test_a_receipt_of_another_server_is_refused_in_words(client: TestClient, settings: Settings, path: str) -> None:
    foreign = passing_receipts().issue(ANSWER, Language.ZH_HANS, None)
    for receipt in (foreign, "", "x.y"):
        response = client.post(path, json=said(receipt))
        assert response.status_code == 422
        error = response.json()["error"]
        assert error == {"code": "receipt", "message": "这条记录太旧，不能用了。请把问题再问一次。", "field": None}
    assert not settings.paths.data.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"useful": "yes"}, "useful"),
        ({"useful": None}, "useful"),
        ({"reason": "because"}, "reason"),
        ({"comment": "长" * 501}, "comment"),
        ({"comment": 5}, "comment"),
        ({"receipt": 5}, "receipt"),
        ({"receipt": "x" * 100_000}, "receipt"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    client: TestClient, settings: Settings, receipt: str, change: dict[str, Any], field: str
) -> None:
    response = client.post(DOORS[0], json={**said(receipt), **change})
    assert (response.status_code, response.json()["error"]["field"]) == (422, field)
    assert not settings.paths.data.exists()


@pytest.mark.parametrize("path", [*DOORS, "/page/share"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken_so_that_no_form_elsewhere_can_send_it(
    client: TestClient, receipt: str, path: str, kind: str
) -> None:
    response = client.post(path, content=json.dumps(said(receipt)), headers={"content-type": kind})
    assert response.status_code == 415
    assert response.json()["error"]["message"]


def test_one_address_cannot_fill_the_catalogue(settings: Settings, receipts: Receipts, receipt: str) -> None:
    with TestClient(application(settings, receipts, Flood(2, lambda: 0.0)), raise_server_exceptions=False) as client:
        codes = [client.post(path, json=said(receipt)).status_code for path in (DOORS[0], "/page/share", DOORS[1])]
        assert codes == [201, 201, 429]
        error = client.post(DOORS[0], json=said(receipt)).json()["error"]
    assert (error["code"], error["message"]) == ("too_many", "一分钟里提交得太多了。请过一会儿再试。")
    assert A_MINUTE == 30


@pytest.mark.parametrize("path", [*DOORS, "/page/share"])
def test_a_catalogue_that_cannot_be_written_is_told_in_plain_words(
    receipts: Receipts, receipt: str, tmp_path: Path, path: str
) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(
        paths=PathSettings(data=tmp_path), catalogue=CatalogueSettings(url=f"sqlite:///{tmp_path}/file/c.sqlite")
    )
    with TestClient(application(settings, receipts), raise_server_exceptions=False) as client:
        response = client.post(path, json=said(receipt))
    assert response.status_code == 503
    assert response.json()["error"] == {
        "code": "not_stored",
        "message": "现在没法保存。请过一会儿再试。",
        "field": None,
    }


def test_a_link_opens_the_answer_it_was_made_for(
    settings: Settings, receipts: Receipts, receipt: str, client: TestClient
) -> None:
    response = client.post("/page/share", json={"receipt": receipt})
    assert response.status_code == 201
    given = response.json()
    assert given["days"] == settings.retention.shared_days
    assert client.post("/page/share", json={"receipt": receipt}).json() == given
    token = given["address"].removeprefix("/answers/")
    found = SharedAnswers(settings, FakeAssistant(), receipts).opened(token)
    assert found is not None
    assert (found.checked.answer, found.checked.changed) == (ANSWER, False)
    assert (found.region, found.language, found.receipt) == ("青石县", Language.ZH_HANS, receipt)


def test_a_link_has_the_prefix_that_the_site_is_served_under(client: TestClient, receipt: str) -> None:
    with served_under("/policy"):
        address = client.post("/page/share", json={"receipt": receipt}).json()["address"]
    assert address.startswith("/policy/answers/")


def test_a_shared_answer_is_held_to_the_sources_of_today(settings: Settings, receipts: Receipts, receipt: str) -> None:
    assistant = FakeAssistant()
    shared = SharedAnswers(settings, assistant, receipts)
    token = shared.share(receipt)
    plan = assistant.kept[0]
    without = plan.text.replace(MEASURES[2], "3、" + "略" * (len(MEASURES[2]) - 2))
    assistant.kept = (replace(plan, text=without, validity=Validity.SUPERSEDED), *assistant.kept[1:])
    found = shared.opened(token)
    assert found is not None
    assert (found.checked.dropped, found.checked.answer.status) == (1, AnswerStatus.PARTIAL)
    assert found.checked.answer.notices[0].kind is NoticeKind.SUPERSEDED
    assistant.kept = ()
    gone = shared.opened(token)
    assert gone is not None
    assert gone.checked.gone
    assistant.generation = None
    with pytest.raises(NoGenerationError):
        shared.opened(token)


def test_a_link_ends_on_time_even_if_nothing_was_deleted_yet(tmp_path: Path, receipts: Receipts, receipt: str) -> None:
    settings = Settings(paths=PathSettings(data=tmp_path / "data"), retention=RetentionSettings(shared_days=10))
    moment = [NOW]
    shared = SharedAnswers(settings, FakeAssistant(), receipts, lambda: moment[0])
    token = shared.share(receipt)
    moment[0] = NOW + timedelta(days=10)
    assert shared.opened(token) is not None
    moment[0] = NOW + timedelta(days=10, seconds=1)
    assert shared.opened(token) is None
    assert shared.share(receipt) == token
    assert shared.opened(token) is not None


def test_no_token_no_answer(settings: Settings, receipts: Receipts) -> None:
    shared = SharedAnswers(settings, FakeAssistant(), receipts)
    assert [shared.opened(token) for token in ("", "nothing", "x" * 9999, "\ud800", "../..")] == [None] * 5


def test_a_link_works_after_the_key_was_changed(settings: Settings, receipts: Receipts, receipt: str) -> None:
    token = SharedAnswers(settings, FakeAssistant(), receipts).share(receipt)
    other = passing_receipts()
    found = SharedAnswers(settings, FakeAssistant(), other).opened(token, date(2026, 3, 1))
    assert found is not None
    assert other.open(found.receipt).answer == ANSWER


def test_old_rows_go_when_the_server_starts(settings: Settings, receipts: Receipts, receipt: str) -> None:
    record = receipts.open(receipt).record
    long_ago = datetime.now(UTC) - timedelta(days=settings.retention.feedback_days + 1)
    with open_catalogue(settings) as catalogue:
        catalogue.feedback.put("0" * 16, record, useful=True, at=long_ago)
        catalogue.feedback.put("1" * 16, record, useful=True)
        token = catalogue.shared.put(record, "0" * 16, at=long_ago)
    with TestClient(application(settings, receipts)) as client:
        for _ in range(200):
            with open_catalogue(settings) as catalogue:
                if len(catalogue.feedback.latest(5)) == 1:
                    break
        assert client.post(DOORS[0], json=said(receipt)).status_code == 201
    with open_catalogue(settings) as catalogue:
        assert {one.receipt_id for one in catalogue.feedback.latest(5)} > {"1" * 16}
        assert "0" * 16 not in {one.receipt_id for one in catalogue.feedback.latest(5)}
    assert SharedAnswers(settings, FakeAssistant(), receipts).opened(token) is None


def test_deleting_makes_no_catalogue_and_a_broken_one_does_not_stop_the_server(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    purge(settings)
    assert not settings.paths.data.exists()
    settings.paths.data.mkdir()
    (settings.paths.data / "catalogue.sqlite").write_text("this is no database" * 100)
    purge(settings)
    assert "could not be deleted" in caplog.text


async def _days(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> int:
    calls = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def count(_: Settings) -> None:
        calls.append(1)
        if len(calls) == 3:
            loop.call_soon_threadsafe(enough.set)

    monkeypatch.setattr("ui.purging.purge", count)
    async with purging(settings, every_s=0.001):
        await asyncio.wait_for(enough.wait(), 30)
    return len(calls)


def test_deleting_is_done_again_and_again_until_the_server_stops(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asyncio.run(_days(settings, monkeypatch)) >= 3


def test_an_answer_goes_out_with_a_receipt_that_feedback_takes(settings: Settings) -> None:
    with TestClient(interfaces(FakeAssistant(), settings)) as client:
        whole = client.post("/api/v1/ask", json={"question": "青石县有哪些保障措施？"}).json()
        assert AnswerKept.model_validate(whole).receipt
        stream = client.post(
            "/api/v1/ask",
            json={"question": "有哪些保障措施？", "region": "青石县"},
            headers={"accept": "text/event-stream"},
        )
        done = stream.text.rpartition("event: done\ndata: ")[2]
        told = AnswerKept.model_validate(json.loads(done))
        for receipt in (whole["receipt"], told.receipt):
            assert client.post("/api/v1/feedback", json={"receipt": receipt, "useful": True}).status_code == 201
    with open_catalogue(settings) as catalogue:
        kept = catalogue.feedback.latest(5)
    assert {one.record["region"] for one in kept} == {None, "青石县"}
    assert all(isinstance(from_record(one.record["answer"]), Answer) for one in kept)
