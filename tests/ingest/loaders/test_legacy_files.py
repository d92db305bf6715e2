from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import docx
import pytest

from ingest.blocks import BlockKind
from ingest.loaders import legacy_doc, load_bytes
from ingest.loaders.limits import Limits
from rag.errors import SourceError
from tests.ingest.loaders.word_files import of_body, paragraph, saved

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
SHARED = Path(__file__).parents[4] / "shared" / "docs" / "office"
BOOK = """<book><bookinfo><date>2024-01-01</date></bookinfo><chapter><title>体检方案</title><para>
凡六十五周岁以上老年人免费体检。
</para><para><informaltable><tgroup><tbody><row><entry>部门</entry><entry>任务</entry></row>
<row><entry>卫健局</entry><entry>体检</entry></row></tbody></tgroup></informaltable></para><para> </para></chapter></book>"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that is the whole PATH, apart from the shell that made-up programs need."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def soffice(folder: Path, made: bytes) -> None:
    (folder / "made.docx").write_bytes(made)
    program(
        folder,
        "soffice",
        f'while [ "$1" != --outdir ]; do shift; done\nmkdir -p "$2" && cp {folder}/made.docx "$2/source.docx"',
    )


def test_without_a_program_the_message_names_both(programs: Path) -> None:
    assert programs.is_dir()
    with pytest.raises(SourceError, match=r"政策\.doc: .*LibreOffice.*antiword.*\.docx"):
        load_bytes("政策.doc", OLE)


def test_what_only_libreoffice_reads_does_not_ask_for_antiword(programs: Path) -> None:
    program(programs, "antiword", "exit 0")
    for name, data in (("a.wps", OLE), ("a.rtf", b"{\\rtf1 x}"), ("a.doc", b"{\\rtf1 x}")):
        with pytest.raises(SourceError, match=r"install LibreOffice \(soffice\), or"):
            load_bytes(name, data)


def test_libreoffice_converts_and_the_file_is_read_as_word(programs: Path) -> None:
    soffice(programs, of_body(paragraph("正文")))
    loaded = load_bytes("A.DOC", OLE)
    assert [block.text for block in loaded.blocks] == ["正文"]
    assert loaded.media_type == "application/msword"


def test_antiword_gives_headings_paragraphs_and_tables(programs: Path) -> None:
    program(programs, "antiword", f"cat <<'END'\n{BOOK}\nEND")
    assert [(b.kind, b.level, b.text) for b in load_bytes("a.doc", OLE).blocks] == [
        (BlockKind.HEADING, 1, "体检方案"),
        (BlockKind.PARAGRAPH, 0, "凡六十五周岁以上老年人免费体检。"),
        (BlockKind.TABLE_ROW, 0, "部门: 卫健局；任务: 体检"),
    ]


def test_antiword_is_asked_when_libreoffice_fails(programs: Path) -> None:
    program(programs, "soffice", "exit 1")
    program(programs, "antiword", f"cat <<'END'\n{BOOK}\nEND")
    assert load_bytes("a.doc", OLE).blocks[0].text == "体检方案"


def test_a_converter_that_hangs_is_ended_with_its_children(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy_doc, "CONVERT_TIMEOUT_S", 0.5)
    program(programs, "soffice", f"sleep 600 &\necho $! > {programs}/child\nsleep 600")
    with pytest.raises(SourceError, match="could not be converted"):
        load_bytes("a.doc", OLE)
    child = Path("/proc") / (programs / "child").read_text(encoding="utf-8").strip() / "stat"
    deadline = time.monotonic() + 10
    while child.exists() and child.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z":
        assert time.monotonic() < deadline, "the converter's child still runs"
        time.sleep(0.05)


def test_nothing_of_a_conversion_stays_on_the_disk(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    soffice(programs, of_body(paragraph("正文")))
    load_bytes("a.doc", OLE)
    assert list(scratch.iterdir()) == []


def test_a_converter_sees_neither_the_name_nor_the_environment(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    program(programs, "antiword", 'echo "<book><para>$# $4 $SECRET$http_proxy $(basename "$3")</para></book>"')
    assert load_bytes("-rf.doc", OLE).blocks[0].text == "3 http://127.0.0.1:9 source.doc"


def test_output_beyond_the_limit_is_refused(programs: Path) -> None:
    program(programs, "antiword", "head -c 2000000 /dev/zero")
    with pytest.raises(SourceError, match="could not be converted"):
        load_bytes("a.doc", OLE, Limits(max_unpacked_mb=1))


def test_files_that_are_something_else_are_read_as_what_they_are(programs: Path) -> None:
    assert programs.is_dir()
    assert load_bytes("a.doc", of_body(paragraph("正文"))).blocks[0].text == "正文"
    page = "<html><body><p>云溪县老年人可以免费体检，请带身份证到社区卫生服务中心。</p></body></html>"
    assert "免费体检" in load_bytes("a.doc", page.encode()).blocks[0].text
    with pytest.raises(SourceError, match="no Word file"):
        load_bytes("a.doc", b"just text")


def test_an_encrypted_file_is_refused_before_anything_is_started(programs: Path) -> None:
    program(programs, "antiword", "exit 0")
    data = bytearray(OLE + b"\0" * 2048)
    data[30:32] = (9).to_bytes(2, "little")
    name = "WordDocument".encode("utf-16-le")
    data[1024 : 1024 + len(name)] = name
    data[1024 + 116 : 1024 + 120] = (2).to_bytes(4, "little")
    data[3 * 512 + 10 : 3 * 512 + 12] = (0x0100).to_bytes(2, "little")
    with pytest.raises(SourceError, match="encrypted"):
        load_bytes("a.doc", bytes(data))
    data[3 * 512 + 10 : 3 * 512 + 12] = b"\0\0"
    with pytest.raises(SourceError, match="could not be converted"):
        load_bytes("a.doc", bytes(data))


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_the_real_libreoffice_reads_rtf() -> None:
    text = "".join(f"\\u{ord(sign)}?" for sign in "免费体检")
    loaded = load_bytes("a.rtf", f"{{\\rtf1\\ansi {text}\\par}}".encode())
    assert [block.text for block in loaded.blocks] == ["免费体检"]
    assert loaded.media_type == "application/rtf"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared documents are not there")
@pytest.mark.parametrize("wanted", ["soffice", "antiword"])
def test_a_real_old_file_is_read_by_each_program(wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which(wanted)
    if found is None:
        pytest.skip(f"{wanted} is not installed")
    (tmp_path / wanted).symlink_to(found)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/nowhere" if wanted == "antiword" else f"{tmp_path}:/usr/bin")
    for path in SHARED.glob("*.doc"):
        text = "".join(block.text for block in load_bytes(path.name, path.read_bytes()).blocks)
        assert len(text) > 500
        assert "健康融入所有政策" in text
        assert "\ufffd" not in text


def test_a_word_file_with_no_text_is_refused(programs: Path) -> None:
    soffice(programs, saved(docx.Document()))
    with pytest.raises(SourceError, match="no text"):
        load_bytes("a.doc", OLE)
