"""Find text that was written so that it is not read at first sight: base64, hex, escapes, backwards and the like."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/\-_]{14,}={0,2}")
_HEX = re.compile(r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s,:]?){8,}")
_ESCAPES = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){3,}")
_ENTITY = re.compile(r"&#?\w{2,8};")
_BINARY = re.compile(r"(?:[01]{8}\s?){4,}")
_LETTERS = re.compile(r"[A-Za-z]{3,}")
_BACKWARDS = re.compile(
    "令指|略忽|視無|视无|记忘|記忘|词示提|則規|则规|erongi|tegrof|drager|tpmorp|snoitcurtsni", re.IGNORECASE
)
"""Parts of orders read backwards; turning every question round would double the work for nothing."""
_TAGS = range(0xE0020, 0xE007F)


def hidden_texts(text: str) -> Iterator[str]:
    r"""Yield what a text says when it is decoded, one reading at a time; texts that nothing readable comes from give none.

    Looked for: base64, hexadecimal and binary numbers, ``\u`` and percent escapes, HTML entities, tag characters of
    Unicode, rot13, and Chinese or English written backwards. At most two layers are taken off.
    """
    seen = {text}
    layer = [text]
    for _ in range(2):
        found = [more for each in layer for more in _once(each) if more not in seen]
        seen.update(found)
        yield from found
        layer = found
    if 3 * sum(map(len, _LETTERS.findall(text))) > len(text):
        yield codecs.decode(text, "rot13")
    if _BACKWARDS.search(text):
        yield text[::-1]


def _once(text: str) -> Iterator[str]:
    for run in _BASE64.findall(text):
        yield from _decoded(run)
    for run in _HEX.findall(text):
        digits = re.sub(r"0x|\\x|[^0-9a-fA-F]", "", run)
        yield from _readable(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    for run in _BINARY.findall(text):
        bits = re.sub(r"\s", "", run)
        yield from _readable(bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits) - 7, 8)))
    if _ESCAPES.search(text):
        yield _ESCAPES.sub(lambda match: _character(int(match[1], 16)), text)
    if _PERCENT.search(text):
        yield unquote(text, errors="ignore")
    if _ENTITY.search(text):
        yield html.unescape(text)
    if tags := "".join(chr(ord(c) - 0xE0000) for c in text if ord(c) in _TAGS):
        yield tags


def _decoded(run: str) -> Iterator[str]:
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return
    yield from _readable(data)


def _readable(data: bytes) -> Iterator[str]:
    """Yield the bytes as text where they are text in one of the encodings that Chinese is written in."""
    for encoding in ("utf-8", "utf-16-le", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = sum(
            (c.isascii() and c.isprintable()) or "\u4e00" <= c <= "\u9fff" or c in "，。：；！？、\n" for c in text
        )
        if len(text) >= 4 and plain >= 0.9 * len(text):
            yield text
            return


def _character(code: int) -> str:
    return chr(code) if code <= 0x10FFFF and unicodedata.category(chr(code)) != "Cs" else ""
