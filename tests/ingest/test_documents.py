from __future__ import annotations

import hashlib
from dataclasses import replace

from ingest.cleaning import CleanedFile, clean
from ingest.documents import Prepared, make_document, make_entry, pipeline_fingerprint, with_document
from ingest.generation import Entry
from ingest.loaders import load_bytes
from rag.domain import Document, DocumentType, MarkKind, document_id_for
from rag.regions import Gazetteer
from rag.settings import ChunkingSettings

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


def cleaned(source: str, text: str) -> CleanedFile:
    return clean(load_bytes(source, text.encode()))


def document_of(source: str, text: str) -> Document:
    prepared = Prepared(source, "/root", hashlib.sha256(text.encode()).hexdigest(), cleaned(source, text))
    return make_document(prepared, Gazetteer.load(extra=("青棠县",)))


def entry_of(text: str = NOTICE, source: str = "notice.md") -> Entry:
    return make_entry(document_of(source, text), ChunkingSettings())


def test_an_id_depends_on_the_source_alone() -> None:
    first, second = entry_of(), entry_of(NOTICE.replace("每季度", "每月"))
    assert first.document.document_id == second.document.document_id == document_id_for("notice.md")
    assert document_id_for("notice.md") != document_id_for("other.md")


def test_facts_sections_and_marks_of_a_file_end_up_in_its_document() -> None:
    document = entry_of().document
    assert document.title == "青棠县关于家庭医生签约的通知"
    assert document.region == "青棠县"
    assert document.url == "https://www.example.gov.cn/notice.html"
    assert document.type is DocumentType.NOTICE
    assert [section.heading for section in document.sections][-2:] == ["签约对象", "服务内容"]
    assert [(mark.kind, document.text[mark.start : mark.end]) for mark in document.marks] == [(MarkKind.REDACTED, "xx")]
    assert "redacted" in document.doubts


def test_a_digest_changes_with_the_words_of_its_chunk_and_only_then() -> None:
    before, after = entry_of(), entry_of(NOTICE.replace("每季度", "每月"))
    changed = [old != new for old, new in zip(before.digests, after.digests, strict=True)]
    assert changed == [False, True]


def test_the_pipelines_fingerprint_follows_the_chunk_sizes() -> None:
    assert pipeline_fingerprint(250, 500) == pipeline_fingerprint(250, 500)
    assert pipeline_fingerprint(250, 500) != pipeline_fingerprint(251, 500)


def test_the_title_is_no_heading_of_the_text() -> None:
    text = "# 某县体检通知\n\n## 时间\n\n体检时间为四月至九月，每周一至周五上午。\n"
    document = document_of("a.md", text)
    assert document.title == "某县体检通知"
    assert [section.path for section in document.sections] == [("时间",)]


def test_a_visible_line_says_that_a_file_is_invented() -> None:
    lines = "某县控烟办法\n（演示文件，内容虚构）\n第一条 公共场所不得吸烟，违者由卫生健康部门责令改正。\n"
    assert document_of("a.txt", lines).demonstration


def test_another_title_changes_every_digest_and_another_date_none() -> None:
    entry = entry_of()
    renamed = with_document(entry, replace(entry.document, title="家庭医生"))
    assert not set(renamed.digests) & set(entry.digests)
    assert with_document(entry, replace(entry.document, published=None)).digests == entry.digests


def test_a_document_is_signed_for_the_search_for_copies() -> None:
    assert entry_of().signature == entry_of(source="copy.md").signature != b""
