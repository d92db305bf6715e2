"""Read old office files (``.doc``, ``.wps``, ``.rtf``) through LibreOffice or antiword, where one is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from ingest.blocks import Block, BlockKind, LoadedFile
from ingest.loaders.docx import load_docx
from ingest.loaders.html import load_html
from ingest.loaders.limits import DEFAULT_LIMITS, Limits
from ingest.loaders.office_package import OLE_MAGIC
from ingest.loaders.tables import Cell, one_line, table_blocks
from rag.errors import SourceError

MEDIA_TYPES = {".doc": "application/msword", ".wps": "application/vnd.ms-works", ".rtf": "application/rtf"}
CONVERT_TIMEOUT_S = 60
"""LibreOffice took 7 s on a cold start with 2 busy cores, 1.2 s warm, for a file of 27 KB."""
ANTIWORD_TIMEOUT_S = 30
"""Both together stay below the time that a whole file is given."""

_RTF_MAGIC = b"{\\rtf"
_ZIP_MAGIC = b"PK\x03\x04"
_ENCRYPTED_FLAG = 0x0100
"""Bit ``fEncrypted`` of the FIB, at offset 10 of the stream WordDocument ([MS-DOC] 2.5.2)."""
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""
"""No macro runs, no linked picture is fetched: an address inside a document must not be called by the server."""
_NOWHERE = "http://127.0.0.1:9"


def _is_encrypted(data: bytes) -> bool:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return True
    entry = data.find("WordDocument".encode("utf-16-le"))
    if entry < 0:
        return False
    sector_bytes = 1 << min(int.from_bytes(data[30:32], "little"), 16)
    start = (int.from_bytes(data[entry + 116 : entry + 120], "little") + 1) * sector_bytes
    return bool(int.from_bytes(data[start + 10 : start + 12], "little") & _ENCRYPTED_FLAG)


def _run(command: Sequence[str], folder: Path, output: Path, timeout_s: float) -> bool:
    """Run a converter in ``folder`` with its own process group; what it writes goes to ``output``."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "http_proxy": _NOWHERE,
        "https_proxy": _NOWHERE,
    }
    with output.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603 - fixed programs, a file name of our own
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(timeout_s) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            # soffice leaves its own child behind when it is killed alone.
            _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # every process of the group has ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _bounded(path: Path, limits: Limits) -> bytes | None:
    if not path.is_file() or not 0 < path.stat().st_size <= limits.max_unpacked_mb << 20:
        return None
    return path.read_bytes()


def _by_soffice(program: str, name: str, source: Path, limits: Limits) -> LoadedFile | None:
    folder = source.parent
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        "docx",
        "--outdir",
        str(folder / "converted"),
        str(source),
    ]
    if not _run(command, folder, folder / "log", CONVERT_TIMEOUT_S):
        return None
    data = _bounded(folder / "converted" / f"{source.stem}.docx", limits)
    return None if data is None else load_docx(name, data, limits)


def _by_antiword(program: str, name: str, source: Path, limits: Limits) -> LoadedFile | None:
    from lxml import etree

    output = source.parent / "out.xml"
    # DocBook keeps tables apart from text and is always UTF-8, whatever the locale says.
    if not _run([program, "-x", "db", str(source)], source.parent, output, ANTIWORD_TIMEOUT_S):
        return None
    data = _bounded(output, limits)
    if data is None:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(data, parser)
    if root is None:
        raise SourceError(f"{name}: antiword gave no readable text")
    return LoadedFile(MEDIA_TYPES[".doc"], tuple(_docbook_blocks(root)))


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _docbook_blocks(root: Any) -> list[Block]:
    blocks: list[Block] = []
    for element in root.iter("title", "para", "row", "informaltable", "table"):
        parents = {parent.tag for parent in element.iterancestors()}
        if element.tag in ("informaltable", "table"):
            rows = [[Cell(one_line([_text(entry)])) for entry in row.iter("entry")] for row in element.iter("row")]
            blocks += table_blocks(rows)
        elif element.tag == "row" or parents & {"row", "bookinfo"} or element.find(".//row") is not None:
            continue
        elif text := _text(element):
            heading = element.tag == "title"
            level = sum(1 for parent in element.iterancestors("chapter", "sect1", "sect2", "sect3", "sect4"))
            blocks.append(Block(BlockKind.HEADING if heading else BlockKind.PARAGRAPH, text, level if heading else 0))
    return blocks


def load_legacy(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> LoadedFile:
    """Return the text of an old office file; LibreOffice is asked first, it keeps numbers, notes and headings.

    What offices save under these names and is something else (HTML, a zipped Word file) is read as what it is.

    Raises:
        SourceError: neither program is installed, encrypted, damaged, or not converted in 60 seconds.
    """
    opening = data[:1024].lstrip()
    if data.startswith(_ZIP_MAGIC):
        return load_docx(name, data, limits)
    if opening[:1] == b"<" or opening.startswith(b"\xef\xbb\xbf<"):
        return load_html(name, data)
    is_rtf = opening.startswith(_RTF_MAGIC)
    if not is_rtf and not data.startswith(OLE_MAGIC):
        raise SourceError(f"{name}: the file is damaged or no Word file")
    if _is_encrypted(data):
        raise SourceError(f"{name}: encrypted; save it without a password")
    extension = ".rtf" if is_rtf else PurePath(name).suffix.lower()
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    antiword = None if is_rtf or extension == ".wps" else shutil.which("antiword")
    if not soffice and not antiword:
        wanted = "LibreOffice (soffice)" if is_rtf or extension == ".wps" else "LibreOffice (soffice) or antiword"
        raise SourceError(f"{name}: old office format; install {wanted}, or save the file as .docx")
    with tempfile.TemporaryDirectory(prefix="policychat-doc-") as folder:
        # A name of our own: the document's may begin with a hyphen or hold what a shell script trips over.
        source = Path(folder) / f"source{extension if extension in MEDIA_TYPES else '.doc'}"
        source.write_bytes(data)
        loaded = _by_soffice(soffice, name, source, limits) if soffice else None
        if loaded is None and antiword:
            loaded = _by_antiword(antiword, name, source, limits)
    if loaded is None:
        raise SourceError(f"{name}: could not be converted; the file is damaged or takes over {CONVERT_TIMEOUT_S} s")
    return replace(loaded, media_type=MEDIA_TYPES.get(extension, MEDIA_TYPES[".doc"]))
