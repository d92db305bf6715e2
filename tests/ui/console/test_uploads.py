"""What is taken in from a browser, what is refused, and what is left on the disk."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from rag.settings import IngestSettings, Settings
from tests.conftest import settings_for
from tests.ui.console.conftest import HERE, Console, Enter, holding, words_of
from ui.accounts.roles import Role
from ui.console.work import WorkEnd
from ui.shell import MAX_BODY_BYTES

NOTICE = "# 青棠县{what}通知\n\n青棠县居民可以到中心卫生院办理{what}，每月第一个星期一受理。\n".format


def text_file(name: str, what: str = "体检预约") -> tuple[str, tuple[str, bytes, str]]:
    return ("files", (name, NOTICE(what=what).encode(), "text/markdown"))


def archive(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)
    return content.getvalue()


def sources(console: Console) -> list[str]:
    return [document.source for document in console.parts.assistant.documents()]


def left_behind(settings: Settings) -> list[Path]:
    return [*(settings.paths.data / "uploads").rglob("*")]


def test_files_become_documents_and_leave_nothing_behind(console: Console) -> None:
    reply = console.post("/admin/uploads", files=[text_file("one.md"), text_file("two.md", "接种预约")])
    assert reply.headers["location"] == "/admin/work"
    job = console.ended()
    assert (job.kind, job.published, job.refused) == ("ingest", True, 0)
    assert {"one.md", "two.md"} < {*sources(console)}
    assert left_behind(console.parts.settings) == []


def test_a_folder_keeps_its_names(console: Console) -> None:
    files = [("folder", ("2025/elder.md", NOTICE(what="养老").encode(), "text/markdown"))]
    console.post("/admin/uploads", files=files)
    console.ended()
    assert "2025/elder.md" in sources(console)


def test_one_bad_file_in_an_archive_does_not_stop_the_others(console: Console) -> None:
    content = archive(**{"good.md": NOTICE(what="挂号").encode(), "bad.pdf": b"%PDF-1.7 not really"})
    console.post("/admin/uploads", files=[("files", ("papers.zip", content, "application/zip"))])
    job = console.ended()
    assert (job.published, job.refused) == (True, 1)
    assert "papers.zip/good.md" in sources(console)
    words = words_of(console.get("/admin/work"))
    assert "有 1 份文件没有收进来" in words
    assert f"/admin/runs/{job.run}" in console.get("/admin/work").text


def test_who_took_in_what_is_audited(console: Console) -> None:
    console.post("/admin/uploads", files=[text_file("one.md")])
    job = console.ended()
    noted = console.audited()[0]
    assert (noted["who"], noted["action"], noted["object_"]) == ("王主任", "ingest", "one.md")
    assert noted["after"] == {
        "generation": job.generation, "run": job.run, "outcome": "done", "names": ["one.md"], "count": 1,
    }  # fmt: skip


def test_a_file_with_the_name_of_a_document_becomes_its_new_version(console: Console) -> None:
    for what in ("体检预约", "接种预约"):
        console.post("/admin/uploads", files=[text_file("one.md", what)])
        console.ended()
    document = console.document("one.md")
    assert document.version == 2
    assert "接种预约" in document.text
    # Two uploads are one place: the second file does not seem to come from another folder.
    assert "replaced_file_of_other_folder" not in document.doubts


def test_a_new_version_takes_the_place_of_its_document_whatever_the_file_is_called(console: Console) -> None:
    document = console.document("qingtang-elderly.md")
    assert "换上新版本" in words_of(console.get("/admin/uploads", replaces=document.document_id))
    console.post("/admin/uploads", files=[text_file("final (3).md")], replaces=document.document_id)
    console.ended()
    assert "final (3).md" not in sources(console)
    assert (
        console.document("qingtang-elderly.md").version,
        "体检预约" in console.document("qingtang-elderly.md").text,
    ) == (
        2,
        True,
    )


def test_a_new_version_of_another_kind_is_refused(console: Console) -> None:
    document = console.document("qingtang-elderly.md")
    page = console.post(
        "/admin/uploads", files=[("files", ("new.pdf", b"%PDF", "application/pdf"))], replaces=document.document_id
    )
    assert page.status_code == 422
    assert "一个 .md 文件" in words_of(page)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../../outside.md", "这些文件名用不了"),
        ("/etc/outside.md", "这些文件名用不了"),
        ("a\\..\\..\\outside.md", "这些文件名用不了"),
        (".hidden.md", "这些文件名用不了"),
        ("program.exe", "没有能读的格式"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(console: Console, name: str, said: str) -> None:
    page = console.post("/admin/uploads", files=[text_file(name)])
    assert page.status_code == 422
    assert said in words_of(page)
    assert left_behind(console.parts.settings) == []
    assert not [*console.parts.settings.paths.data.parent.rglob("outside.md")]


def test_two_files_of_one_name_are_refused(console: Console) -> None:
    page = console.post("/admin/uploads", files=[text_file("one.md"), text_file("./one.md", "接种")])
    assert page.status_code == 422


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ("", "还没有选文件"),
        ("ftp://example.org/a", "这个网址用不了"),
        ("file:///etc/passwd", "这个网址用不了"),
        ("\n".join(f"https://example.org/{n}" for n in range(51)), "一次最多 50 个网址"),
    ],
)
def test_addresses_that_cannot_be_used_are_refused(console: Console, addresses: str, said: str) -> None:
    nothing_chosen = [("files", ("", b"", "application/octet-stream"))]
    page = console.post("/admin/uploads", files=nothing_chosen, addresses=addresses)
    assert page.status_code == 422
    assert said in words_of(page)


def test_an_address_of_this_machine_is_not_fetched(console: Console) -> None:
    console.post("/admin/uploads", files=[text_file("one.md")], addresses="http://127.0.0.1/secret")
    job = console.ended()
    assert (job.state, job.refused) == (WorkEnd.DONE, 1)
    assert "one.md" in sources(console)


def test_an_admin_may_send_more_than_a_question(console: Console) -> None:
    large = NOTICE(what="体检").encode() + b"\n" * (4 * MAX_BODY_BYTES)
    reply = console.post("/admin/uploads", files=[("files", ("large.md", large, "text/markdown"))])
    assert reply.status_code == 303
    assert console.ended().published


@pytest.mark.parametrize("role", [Role.SUPERVISOR, None])
def test_nobody_else_may(enter: Enter, published: Settings, role: Role | None) -> None:
    console = enter(published, role)
    large = b"x" * (2 * MAX_BODY_BYTES)
    reply = console.post("/admin/uploads", files=[("files", ("large.md", large, "text/markdown"))])
    assert reply.status_code == 413
    assert left_behind(published) == []


def test_an_admin_may_not_send_more_than_the_settings_allow(enter: Enter, settings: Settings) -> None:
    console = enter(settings_for(settings.paths.data, ingest=IngestSettings(min_free_mb=0, max_unpacked_mb=1)))
    large = b"x" * (2 * 2**20)
    reply = console.post("/admin/uploads", files=[("files", ("large.md", large, "text/markdown"))])
    assert reply.status_code == 413


def test_a_body_that_does_not_say_how_large_it_is_is_refused(console: Console) -> None:
    def parts() -> list[bytes]:
        return [b"x" * 1000]

    headers = {**HERE, "content-type": "multipart/form-data; boundary=x"}
    assert console.client.post("/admin/uploads", content=iter(parts()), headers=headers).status_code == 413


def test_what_is_sent_while_something_is_done_is_not_kept(console: Console) -> None:
    with holding(console):
        page = console.post("/admin/uploads", files=[text_file("one.md")])
        assert page.status_code == 422
        assert "现在正在做另一件事" in words_of(page)
    assert left_behind(console.parts.settings) == []


def test_no_file_is_kept_in_memory_or_in_the_systems_own_folder(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file of the framework")

    monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile", refuse)
    assert console.post("/admin/uploads", files=[text_file("one.md")]).status_code == 303
    assert console.ended().published


def test_a_form_that_breaks_off_leaves_nothing_behind(console: Console) -> None:
    begun = b'--x\r\nContent-Disposition: form-data; name="files"; filename="one.md"\r\n\r\n# half a fi'
    headers = {**HERE, "content-type": "multipart/form-data; boundary=x"}
    page = console.client.post("/admin/uploads", content=begun, headers=headers)
    assert page.status_code in (400, 403)
    assert left_behind(console.parts.settings) == []


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""])
def test_a_form_of_another_kind_is_refused(console: Console, kind: str) -> None:
    headers = {**HERE, "content-type": kind, "x-csrf-token": console.csrf}
    page = console.client.post("/admin/uploads", content=b"addresses=https://example.org/", headers=headers)
    assert page.status_code == 400
    assert "填的内容读不懂" in words_of(page)
    assert left_behind(console.parts.settings) == []


def test_more_files_than_the_settings_allow_are_refused(enter: Enter, settings: Settings) -> None:
    console = enter(settings_for(settings.paths.data, ingest=IngestSettings(min_free_mb=0, max_members=2)))
    page = console.post("/admin/uploads", files=[text_file(f"{n}.md") for n in range(3)])
    assert page.status_code == 400
    assert left_behind(settings) == []


def test_a_file_from_elsewhere_is_refused_and_not_kept(console: Console) -> None:
    files = [text_file("one.md")]
    for data, headers in (({"csrf": "wrong"}, HERE), ({"csrf": console.csrf}, {"origin": "http://elsewhere.example"})):
        page = console.client.post("/admin/uploads", data=data, files=files, headers=headers)
        assert page.status_code == 403
    assert left_behind(console.parts.settings) == []
    assert console.parts.work.latest() is None
