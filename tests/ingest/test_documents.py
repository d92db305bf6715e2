from __future__ import annotations

import hashlib

import pytest

from ingest.documents import (
    Prepared,
    document_id_for,
    make_document,
    make_entry,
    pipeline_fingerprint,
    understand_file,
)
from rag.domain import DocumentType, MarkKind
from rag.errors import SourceError
from rag.regions import Gazetteer
from rag.settings import Settings

NOTICE = """---
region: 青棠县
url: https://www.example.gov.cn/notice.html
published: 2025-01-02
---
# 青棠县关于家庭医生签约的通知

## 一、签约对象

常住居民均可签约，费用为xx元，由财政承担。

## 二、服务内容

每年提供一次上门随访，每季度提供一次电话随访。
"""


def entry_of(text: str = NOTICE, source: str = "notice.md") -> object:
    data = text.encode()
    cleaned = understand_file(source, data)
    assert cleaned is not None
    prepared = Prepared(source, "/root", hashlib.sha256(data).hexdigest(), cleaned)
    return make_entry(make_document(prepared, Gazetteer.load(extra=("青棠县",))), Settings())


def test_an_id_depends_on_the_source_alone() -> None:
    first, second = entry_of(), entry_of(NOTICE.replace("每季度", "每月"))
    assert first.document.document_id == second.document.document_id == document_id_for("notice.md")  # type: ignore[attr-defined]
    assert document_id_for("notice.md") != document_id_for("other.md")


def test_facts_sections_and_marks_of_a_file_end_up_in_its_document() -> None:
    document = entry_of().document  # type: ignore[attr-defined]
    assert document.title == "青棠县关于家庭医生签约的通知"
    assert document.region == "青棠县"
    assert document.url == "https://www.example.gov.cn/notice.html"
    assert document.type is DocumentType.NOTICE
    assert [section.heading for section in document.sections][-2:] == ["签约对象", "服务内容"]
    assert [(mark.kind, document.text[mark.start : mark.end]) for mark in document.marks] == [(MarkKind.REDACTED, "xx")]
    assert "redacted" in document.doubts


def test_a_digest_changes_with_the_words_of_its_chunk_and_only_then() -> None:
    before, after = entry_of(), entry_of(NOTICE.replace("每季度", "每月"))
    changed = [old != new for old, new in zip(before.digests, after.digests, strict=True)]  # type: ignore[attr-defined]
    assert changed == [False, True]


def test_a_file_may_ask_not_to_be_ingested() -> None:
    assert understand_file("readme.md", b"---\ningest: false\n---\n# About\n\nwords\n") is None


@pytest.mark.parametrize(("name", "data"), [("empty.txt", b""), ("blank.txt", b" \n\t\n"), ("empty.html", b"<p></p>")])
def test_a_file_without_words_is_refused_by_name(name: str, data: bytes) -> None:
    with pytest.raises(SourceError, match=name):
        understand_file(name, data)


def test_the_pipelines_fingerprint_follows_the_chunk_sizes() -> None:
    assert pipeline_fingerprint(250, 500) == pipeline_fingerprint(250, 500)
    assert pipeline_fingerprint(250, 500) != pipeline_fingerprint(251, 500)


def test_the_title_is_no_heading_of_the_text() -> None:
    text = "# 某县体检通知\n\n## 时间\n\n体检时间为四月至九月，每周一至周五上午。\n"
    cleaned = understand_file("a.md", text.encode())
    assert cleaned is not None
    document = make_document(Prepared("a.md", "", "0" * 64, cleaned), Gazetteer.load())
    assert document.title == "某县体检通知"
    assert [section.path for section in document.sections] == [("时间",)]


def test_a_visible_line_says_that_a_file_is_invented() -> None:
    lines = "某县控烟办法\n（演示文件，内容虚构）\n第一条 公共场所不得吸烟，违者由卫生健康部门责令改正。\n"
    cleaned = understand_file("a.txt", lines.encode())
    assert cleaned is not None
    assert make_document(Prepared("a.txt", "", "0" * 64, cleaned), Gazetteer.load()).demonstration
