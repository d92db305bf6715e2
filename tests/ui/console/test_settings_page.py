"""Admins change settings on the page: judged by the models, said in words, with who, when and why, and a way back."""

from __future__ import annotations

import pytest

from rag.catalogue import open_catalogue
from rag.setting_fields import is_changeable, setting_fields
from rag.settings import ExampleSettings, Settings
from rag.settings_changed import change_settings, effective_settings
from tests.fakes import FakeAssistant
from tests.model_server import model_server
from tests.ui.console.conftest import Console, Enter, words_of
from ui.console.setting_trying import try_examples
from ui.console.settings_overview import sections
from ui.wording import Language, Wording


def test_every_setting_that_may_be_changed_stands_on_a_page_and_no_other(enter: Enter, settings: Settings) -> None:
    console = enter(settings)
    overview = console.get("/admin/settings").text
    there = ""
    for section in sections():
        assert f'href="/admin/settings/{section}"' in overview
        page = console.get(f"/admin/settings/{section}")
        assert page.status_code == 200
        there += page.text
    for key in setting_fields():
        assert (f'name="{key}"' in there) is is_changeable(key), key
    for section in ("paths", "catalogue", "oidc", "nothing"):
        assert console.get(f"/admin/settings/{section}").status_code == 404


def saved(console: Console, section: str, reason: str = "试一试", **fields: str) -> int:
    sent = {key.replace("__", "."): value for key, value in fields.items()}
    return console.post(f"/admin/settings/{section}", reason=reason, **sent).status_code


def test_a_change_holds_is_noted_and_can_be_taken_back(enter: Enter, settings: Settings) -> None:
    console = enter(settings)
    assert saved(console, "answering", answering__min_confidence="０.7", answering__top_hits="12") == 303
    assert effective_settings(settings).answering.min_confidence == 0.7
    page = words_of(console.get("/admin/settings/answering"))
    assert "0.6 → 0.7" in page
    assert "试一试" in page
    assert "王主任" in page
    assert "配置文件里：0.6" in page
    assert "1 处" in words_of(console.get("/admin/settings"))
    (entry, *_) = console.audited()
    assert (entry["action"], entry["object_"]) == ("settings.change", "answering.min_confidence")
    assert (entry["before"], entry["after"]) == ({"value": 0.6}, {"value": 0.7, "reason": "试一试"})
    back = {"back:answering.min_confidence": "yes", "answering.min_confidence": "0.7", "reason": "不合适"}
    assert console.post("/admin/settings/answering", **back).status_code == 303
    assert effective_settings(settings) == settings
    assert "恢复成配置文件里的值" in words_of(console.get("/admin/settings/changes"))


def test_what_cannot_be_taken_is_said_at_its_field_with_what_is_allowed(enter: Enter, settings: Settings) -> None:
    console = enter(settings)
    page = console.post(
        "/admin/settings/answering",
        **{"answering.min_confidence": "7<b>", "answering.stale_after.plan": "3", "reason": "<i>为什么</i>"},
    )
    assert page.status_code == 422
    assert "<b>" not in page.text
    assert "<i>" not in page.text
    assert 'value="7&lt;b&gt;"' in page.text  # what was typed is still there
    assert 'href="#answering.min_confidence"' in page.text
    words = words_of(page)
    assert "这里应当填：0 到 1 之间的数" in words
    assert "这里应当填：30 到 36,500 之间的整数" in words
    together = console.post("/admin/settings/chunking", reason="x", **{"chunking.target_chars": "600"})
    assert "这几项合在一起不成立" in words_of(together)
    assert "must not exceed max_chars (500)" in words_of(together)
    silent = console.post("/admin/settings/help", **{"help.health": "1"})
    assert silent.status_code == 422
    assert "请写一句为什么要改" in words_of(silent)
    assert effective_settings(settings) == settings


def test_a_form_changes_only_what_was_typed_over_in_it(enter: Enter, settings: Settings) -> None:
    console = enter(settings)
    with open_catalogue(settings) as catalogue:
        change_settings(settings, catalogue, {"help.crisis": "55555"}, by="李主任", reason="别人改的")
    # This form was opened before that, and holds what stood there then.
    fields = {"help.crisis": "12356", "was:help.crisis": "12356", "help.health": "1", "was:help.health": "12320"}
    fields |= {"service.open": "false", "was:service.open": "true", "paths.data": "/x"}
    assert console.post("/admin/settings/help", reason="x", **fields).status_code == 303
    held = effective_settings(settings)
    assert (held.help.crisis, held.help.health, held.service.open) == ("55555", "1", True)


def test_a_change_that_the_file_no_longer_allows_is_shown_with_the_way_out(enter: Enter, settings: Settings) -> None:
    with open_catalogue(settings) as catalogue:
        catalogue.settings.change(lambda _: {"old.key": (1, 2)}, by="王主任", reason="早先")
    console = enter(settings)
    assert "old.key" in console.get("/admin/settings").text
    assert console.post("/admin/settings/withdraw", key="old.key").status_code == 303
    assert "没有使用" not in words_of(console.get("/admin/settings"))
    with open_catalogue(settings) as catalogue:
        assert dict(catalogue.settings.held().values) == {}


def test_the_connection_is_tried_with_what_was_typed_and_nothing_is_saved_nor_the_key_shown(
    enter: Enter, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTY_API_KEY", "sk-very-secret-4711")
    console = enter(settings)
    with model_server() as server:
        good = {"llm.model": "m", "llm.base_url": server.url, "llm.api_key_env": "COUNTY_API_KEY"}
        page = console.post("/admin/settings/llm/try", **good)
        assert "能用，" in words_of(page), words_of(page)
    assert "sk-very-secret" not in page.text
    gone = console.post("/admin/settings/llm/try", **{**good, "llm.base_url": "http://127.0.0.1:9/v1"})
    assert "连不上" in words_of(gone)
    assert "没有填模型的名称" in words_of(console.post("/admin/settings/llm/try"))
    other = console.post("/admin/settings/llm/try", **{**good, "llm.api_key_env": "PATH"})
    assert "以 _API_KEY 或 _SECRET 结尾" in words_of(other)
    assert console.post("/admin/settings/help/try").status_code == 404
    assert effective_settings(settings) == settings


def test_the_model_is_tried_and_what_it_needs_to_take_effect_is_offered(console: Console) -> None:
    page = words_of(console.post("/admin/settings/embedding/try", **{"embedding.batch_size": "8"}))
    assert "能用，" in page
    assert "换了模型以后，要把资料重新处理一遍才起作用" in page
    assert "重新处理全部资料" in page


def test_each_example_is_tried_on_what_is_published() -> None:
    questions = ("青石县有哪些保障措施", "有哪些保障措施", "今天天气怎么样")
    settings = Settings(examples=ExampleSettings(questions=questions))
    tried = try_examples(FakeAssistant(), settings, Wording(Language.ZH_HANS, settings.help))
    told = ("能回答：", "会先问是哪里的或者哪一种：", "现在答不出来：")
    assert [f"<li>{words}{question}</li>" in tried for words, question in zip(told, questions, strict=True)] == [
        True
    ] * 3
