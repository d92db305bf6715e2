"""Find the sentences in source that is never shown: comments, templates, and inline HTML that hides its content."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.loaders.html_blocks import Element
from ingest.loaders.html_hidden import Sheet, is_hidden

_MARKUP = re.compile(r"<[^<>]*>|\[(?:if|endif)[^\]]*\]|&\w+;")
_CODE = re.compile(r"[{};]|function\s*\(|=\s*[\"']")
_HANZI = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"[A-Za-z]{2,}")
_MIN_HANZI, _MIN_WORDS = 12, 7


def prose_in(markup: str) -> str:
    """Return the sentence that a comment or another unshown piece of source holds, an empty string for anything else.

    Site software leaves its marks in comments (``begin main``, switched-off links); those are no smuggled text.
    """
    text = " ".join(_MARKUP.sub(" ", markup).split())
    if _CODE.search(text):
        return ""
    return text if len(_HANZI.findall(text)) >= _MIN_HANZI or len(_WORDS.findall(text)) >= _MIN_WORDS else ""


def unshown_prose(root: Element) -> Iterator[str]:
    """Yield the sentences in comments, templates and text for browsers without scripts."""
    from lxml import etree

    for node in root.iter(etree.Comment, "noscript", "template"):
        content = node.text or "" if node.tag is etree.Comment else " ".join(node.itertext(with_tail=False))
        if text := prose_in(content):
            yield text


_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b([^<>]*)>", re.IGNORECASE)
_MAY_HIDE = re.compile(r"\b(?:style|hidden|aria-hidden|color)\b", re.IGNORECASE)
_VOID = frozenset({"br", "hr", "img", "input", "wbr", "meta", "link"})


def _hides(tag: str, attributes: str) -> bool:
    from lxml import etree, html

    if tag in _VOID or not _MAY_HIDE.search(attributes):
        return False
    try:
        return is_hidden(html.fragment_fromstring(f"<{tag}{attributes}></{tag}>"), Sheet(), 0.0)
    except (etree.ParserError, etree.XMLSyntaxError):
        return False


def drop_hidden_markup(text: str) -> tuple[str, list[str]]:
    """Return Markdown without the inline HTML that hides its content, and what was hidden.

    An element that is never closed hides all that follows, as in a browser.
    """
    shown: list[str] = []
    hidden: list[str] = []
    seen_to = begun = depth = 0
    hiding = ""
    for match in _TAG.finditer(text):
        tag = match[2].lower()
        if hiding:
            if tag == hiding:
                depth += -1 if match[1] else 1
            if not depth:
                hidden.append(text[begun : match.start()])
                seen_to, hiding = match.end(), ""
        elif not match[1] and _hides(tag, match[3]):
            shown.append(text[seen_to : match.start()])
            hiding, depth, begun = tag, 1, match.end()
    (hidden if hiding else shown).append(text[begun if hiding else seen_to :])
    contents = (" ".join(_MARKUP.sub(" ", content).split()) for content in hidden)
    return "".join(shown), [content for content in contents if content]
