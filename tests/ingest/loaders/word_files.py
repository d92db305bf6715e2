"""Make small Word files for the tests: python-docx for the package, raw WordprocessingML where it has no call."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import docx
from docx.oxml import parse_xml

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def rewritten(data: bytes, member: str, old: bytes, new: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == member:
                assert old in content
                content = content.replace(old, new)
            target.writestr(name, content)
    return buffer.getvalue()


def with_parts(data: bytes, parts: Mapping[str, tuple[str, str]]) -> bytes:
    """Add parts to a document: file name in ``word/`` → (kind of its relationship, XML below the root)."""
    links = "".join(
        f'<Relationship Id="rNew{at}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
        f'Target="{name}"/>'
        for at, (name, (kind, _)) in enumerate(parts.items())
    )
    linked = rewritten(data, "word/_rels/document.xml.rels", b"</Relationships>", f"{links}</Relationships>".encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(linked)) as source, zipfile.ZipFile(buffer, "w") as target:
        for member in source.namelist():
            if member.removeprefix("word/") not in parts:
                target.writestr(member, source.read(member))
        for name, (_, content) in parts.items():
            target.writestr(f"word/{name}", content)
    return buffer.getvalue()


def of_body(*elements: str) -> bytes:
    """Return a Word file whose body is made of these elements, written as XML without namespaces."""
    document = docx.Document()
    body = document.element.body
    for element in elements:
        head, _, tail = element.partition(">") if not element.startswith("<w:p/") else ("<w:p", "", "</w:p>")
        body.insert(len(body) - 1, parse_xml(f"{head} {NAMESPACES}>{tail}"))
    return saved(document)


def paragraph(text: str, properties: str = "", run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def numbered(text: str, level: int = 0, number: int = 1) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def level(at: int, number_format: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def with_numbering(data: bytes, levels: Sequence[str], numbers: Sequence[str] = ("",)) -> bytes:
    """Give a file one abstract list and its lists, numbered from 1, each with its overrides."""
    lists = "".join(
        f'<w:num w:numId="{at}"><w:abstractNumId w:val="0"/>{override}</w:num>'
        for at, override in enumerate(numbers, start=1)
    )
    content = (
        f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        f"{lists}</w:numbering>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for member in source.namelist():
            target.writestr(member, content if member == "word/numbering.xml" else source.read(member))
    return buffer.getvalue()
