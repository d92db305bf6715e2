"""The questions that must hold, as an admin keeps and asks them, and the gate before a publication as an admin meets it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rag.catalogue import open_catalogue
from rag.evaluation.answer_file import read_answer_text
from rag.generations import published_id
from rag.settings import Settings
from tests.ui.console.conftest import Console, Enter, words_of

QUESTION = "青棠县村医岗位补贴每月多少钱？"
SUBSIDY = "notices/subsidy-2025.html"
FORM = {"question": QUESTION, "status": "answered", "contains": "五百元 | 500元", "source": SUBSIDY}
FILE = f"""
questions:
  - {{id: subsidy-7, question: "{QUESTION}", expect: {{status: answered, contains: [五百元], absent: [三百元]}}}}
  - {{id: clinic-1, question: <b>哪里打疫苗</b>, region: 青棠县, expect: {{status: [answered, partial]}}}}
"""


@pytest.fixture
def console(enter: Enter, published: Settings) -> Console:
    return enter(published)


@pytest.fixture
def real(enter: Enter, served: Settings, monkeypatch: pytest.MonkeyPatch) -> Console:
    """Return a console over documents that answer, with the model that they were embedded by."""
    console = enter(served)
    monkeypatch.undo()
    return console


def made(console: Console, **fields: str) -> str:
    """Make a set and return the path of its page."""
    reply = console.post("/admin/evaluation", name="必过的题", **fields)
    assert reply.status_code == 303
    return str(reply.headers["location"]).partition("?")[0]


def entries(console: Console) -> list[dict[str, Any]]:
    with open_catalogue(console.parts.settings) as catalogue:
        return [dict(entry) for entry in catalogue.question_sets.get("必过的题").entries]


def test_questions_are_added_changed_and_taken_out_with_a_trace(console: Console) -> None:
    assert "没有题集标为" in words_of(console.get("/admin/evaluation"))
    path = made(console, regression="1")
    assert console.post(f"{path}/question", **FORM).status_code == 303
    (kept,) = entries(console)
    assert kept["expect"] == {"status": ["answered"], "contains": [["五百元", "500元"]], "source": [SUBSIDY]}
    changed = {
        **FORM,
        "status": "not_in_sources",
        "contains": "",
        "source": "",
        "history": "一\n\n二",
        "region": "青棠县",
    }
    assert console.post(f"{path}/question", was=kept["id"], id=kept["id"], **changed).status_code == 303
    (kept,) = entries(console)
    assert (kept["expect"], kept["history"]) == ({"status": ["no_evidence", "out_of_scope"]}, ["一", "二"])
    shown = console.get(f"{path}/question", id=kept["id"]).text
    assert 'value="not_in_sources" selected' in shown
    page = words_of(console.get(path))
    assert "资料里没有，不回答" in page
    assert "发布前必过的题共 1 道。新内容要答对至少 90%" in words_of(console.get("/admin/evaluation"))
    assert console.post(f"{path}/question/remove", was=kept["id"]).status_code == 303
    assert entries(console) == []
    told = [(entry["who"], entry["action"]) for entry in console.audited()]
    assert told == [("王主任", "questions.question")] * 3 + [("王主任", "questions.add")]


def test_what_cannot_be_kept_is_said_on_the_page_and_kept_in_the_form(console: Console) -> None:
    path = made(console)
    for fields, said in (
        ({"question": " "}, "请写下问题"),
        ({"status": "perhaps"}, "有一处读不懂"),
        ({"id": "x" * 81}, "编号已经有了"),
    ):
        reply = console.post(f"{path}/question", **{**FORM, **fields})
        assert (reply.status_code, said in words_of(reply)) == (422, True)
        assert "五百元 | 500元" in reply.text
    assert console.post("/admin/evaluation", name="必过的题").status_code == 422
    assert console.post(f"{path}/run").status_code == 422  # nothing to ask
    assert console.get("/admin/evaluation/sets/99").status_code == 404
    assert entries(console) == []


def test_a_file_is_brought_in_and_comes_out_as_it_was(console: Console) -> None:
    sent = {"file": ("必过的题.yaml", FILE.encode(), "application/yaml")}
    reply = console.post("/admin/evaluation/import", files=sent, regression="1")
    path = str(reply.headers["location"]).partition("?")[0]
    page = console.get(path)
    assert "&lt;b&gt;哪里打疫苗" in page.text
    assert "不能有：三百元" in words_of(page)
    written = console.get(f"{path}/file")
    assert read_answer_text(written.text, "out") == read_answer_text(FILE, "in")
    assert console.post(f"{path}/question", was="subsidy-7", id="subsidy-7", **FORM).status_code == 303
    assert entries(console)[0]["expect"]["absent"] == ["三百元"]  # the form has no field for it and leaves it
    again = console.post("/admin/evaluation/import", files=sent)
    assert again.status_code == 303
    assert entries(console)[0]["expect"]["contains"] == ["五百元"]
    with open_catalogue(console.parts.settings) as catalogue:
        assert catalogue.question_sets.get("必过的题").info.regression
    broken = {"file": ("必过的题.yaml", b"[{id: a, question: b}]", "application/yaml")}
    refused = console.post("/admin/evaluation/import", files=broken)
    assert (refused.status_code, "expect: missing" in refused.text) == (422, True)
    assert len(entries(console)) == 2


def test_a_set_is_renamed_and_removed(console: Console) -> None:
    path = made(console)
    assert console.post(path, name="别的名称", regression="1").status_code == 303
    page = console.get(path)
    assert "别的名称" in words_of(page)
    assert console.post(path, name="").status_code == 422
    assert console.post(f"{path}/remove").status_code == 303
    assert console.get(path).status_code == 404


def test_from_a_held_upload_to_a_publication_with_a_reason(real: Console) -> None:
    path = made(real, regression="1")
    real.post(f"{path}/question", **FORM)
    real.post(f"{path}/run")
    assert real.ended().problem is None
    assert "问完了" in words_of(real.get("/admin/work"))
    result = re.search(r"/admin/evaluation/runs/[\w-]+", real.get("/admin/evaluation").text)
    assert result is not None
    assert "全部答对" in words_of(real.get(result[0]))

    before = str(published_id(real.parts.layout))
    real.post(f"/admin/documents/{real.document(SUBSIDY).document_id}/delete", reason="来源不明")
    job = real.ended()
    assert (job.held, job.published, published_id(real.parts.layout)) == (True, False, before)
    work = real.get("/admin/work")
    assert "先不发布" in words_of(work)
    generation = f"/admin/generations/{job.generation}"
    assert generation in work.text
    assert "没有发布" in words_of(real.get(f"/admin/runs/{job.run}"))

    page = words_of(real.get(generation))
    for told in (
        "原来答对、现在答错的太多：最多 0 道",
        "缺了要有的字或数",
        "没有引用该引用的资料",
        "变差了",
        "0 道变好，1 道变差",
    ):
        assert told in page
    listed = real.get("/admin/generations").text
    assert "看了再决定" in listed
    assert f"{generation}/back" not in listed
    assert f"{generation}/publish" in real.get(generation).text
    assert real.get(f"{generation}/back").url.path == f"{generation}/publish"
    assert real.post(f"{generation}/back").headers["location"] == f"{generation}/publish"
    assert real.post(f"{generation}/publish", reason=" ").status_code == 422
    assert real.post(f"{generation}/publish", reason="新规定已经取消补贴").status_code == 303
    assert real.ended().problem is None
    assert published_id(real.parts.layout) == job.generation
    noted = real.audited()[0]
    assert (noted["action"], noted["after"]["reason"]) == ("publish", "新规定已经取消补贴")
    assert noted["before"]["generation"] == before
    assert "后来发布的，理由：新规定已经取消补贴" in words_of(real.get(generation))
    assert "没有发布" not in words_of(real.get("/admin/generations"))

    ids = re.findall(r'option value="([\w-]+)"', real.get("/admin/evaluation").text)
    compared = words_of(real.get("/admin/evaluation/compare", before=ids[-1], after=ids[0]))
    assert "两次都问过的题有 1 道。0 道变好，1 道变差" in compared


def test_two_publications_that_were_not_asked_can_be_asked_now(real: Console) -> None:
    real.post(f"/admin/documents/{real.document(SUBSIDY).document_id}/delete", reason="来源不明")
    generation = str(real.ended().generation)
    before = real.get(f"/admin/generations/{generation}")
    assert "没有核对" in words_of(before)
    assert "先在“问题核对”里建一个题集" in words_of(before)
    path = made(real)
    real.post(f"{path}/question", **FORM)
    (against,) = re.findall(
        r'name="against" type="hidden"[^>]*|type="hidden" name="against" value="([\w-]+)"',
        real.get(f"/admin/generations/{generation}").text,
    )
    real.post(f"/admin/generations/{generation}/answers", against=against)
    assert real.ended().problem is None
    assert "0 道变好，1 道变差" in words_of(real.get(f"/admin/generations/{generation}"))
    assert real.post(f"/admin/generations/{generation}/answers", against="nonsense").status_code == 404
