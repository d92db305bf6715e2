"""Our own frame for the page that Gradio sends: the first screen, the reader's words, our styles and scripts.

Gradio's page is empty until its scripts have run. The first screen is put before it and works from the first paint; when
Gradio's components are there, ``page.js`` hands over to them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.types import Scope

from rag.settings import HelpSettings
from ui.first_screen import render_first, render_site_foot, render_site_head
from ui.pages.frame_page import head_links
from ui.pages.plain import FILES, PlainPages
from ui.reader import reader_of
from ui.wording import Wording

_CONFIG = b"window.gradio_config = "
_UNUSED = re.compile(
    rb"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*"
    rb'|<link rel="manifest"[^>]*>\s*'
    # Fragments must lead to a place on this page, and not to its address without the query.
    rb'|<base href="\./" />\s*'
)
_ENTRY = re.compile(rb'\s*<script type="module" crossorigin src="\./assets/[^>]*></script>')
_SHEET = re.compile(rb'\s*<link rel="stylesheet" crossorigin href="(\./assets/[^">]*)">')
_RESIZER = re.compile(rb"<script>\s*\(\(\) => \{\s*const root = .*?</script>", re.DOTALL)
"""Loads what only a page framed by Gradio's own hosting needs."""

_LINE_ENDS = {ord("<"): "\\u003c", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class ResidentFrame:
    """Frames the resident's page for the reader of each request. Safe to use from several threads."""

    def __init__(self, pages: PlainPages, numbers: HelpSettings) -> None:
        self._pages = pages
        self._numbers = numbers

    def framed(self, page: bytes, nonce: str, scope: Scope) -> bytes:
        """Return Gradio's page with the first screen in it; its inline scripts get ``nonce``.

        The configuration inside it has every ``<`` escaped, so no text of a document or question gains a nonce.
        """
        reader = reader_of(scope)
        wording = reader.wording(self._numbers)
        screen = self._pages.screen(reader, "/")
        page = _with_words(_RESIZER.sub(b"", _UNUSED.sub(b"", page)), wording)
        # The first screen works without Gradio, whose many files would hold up ours on a slow line.
        entry = b"".join(_ENTRY.findall(page)).replace(b"<script", b'<script fetchpriority="low"')
        page = _ENTRY.sub(b"", page)
        head = head_links(wording, (*FILES, "gradio.css")).encode()
        page = page.replace(b"</head>", head + entry + b"</head>", 1)
        page = page.replace(b"<script", f'<script nonce="{nonce}"'.encode())
        page = page.replace(b'lang="en"', f'lang="{wording.language}" data-edition="{screen.edition}"'.encode(), 1)
        before = render_site_head(screen, wording) + render_first(screen, wording)
        # Gradio's style sheet would hold back the first paint and every script; page.js makes it one when it runs.
        page = _SHEET.sub(rb'<link rel="preload" as="style" class="late-sheet" crossorigin href="\1">', page)
        page = page.replace(b"<gradio-app", before.encode() + b"<gradio-app", 1)
        return page.replace(b"</gradio-app>", b"</gradio-app>" + render_site_foot(wording).encode(), 1)


def _with_words(page: bytes, wording: Wording) -> bytes:
    """Return the page with the reader's words in the configuration that Gradio builds its components from."""
    from ui.pages.resident import words_of

    begin = page.find(_CONFIG)
    if begin < 0:
        raise ValueError("Gradio's page holds no configuration where it is expected")
    begin += len(_CONFIG)
    text = page[begin:].decode("utf-8")
    config, length = json.JSONDecoder().raw_decode(text)
    config["title"] = wording.text("page.name")
    _put(config, words_of(wording))
    written = json.dumps(config, ensure_ascii=False).translate(_LINE_ENDS)
    return page[:begin] + (written + text[length:]).encode()


def _put(config: dict[str, Any], words: Mapping[str, Mapping[str, str]]) -> None:
    for component in config["components"]:
        component["props"].update(words.get(component["props"].get("elem_id"), {}))
