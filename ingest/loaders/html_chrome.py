"""Take out of a page what no reader sees and what belongs to the site, not to the document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ingest.loaders.html_blocks import Element

_CHROME_TAGS = frozenset({"nav", "footer", "aside", "button", "select", "textarea", "dialog", "menu"})
_CHROME_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu", "dialog"})
_CHROME_NAMES = re.compile(
    r"""(?:^|[\s_-])(?:
        nav|navbar|navi|navigation|menu|submenu|breadcrumbs?|crumbs?|bread|footer|foot|sidebar|side|aside|share|bdsharebuttonbox
      | comments?|related|recommend|copyright|friendlinks?|friend|qrcode|ewm|erweima|pagination|pager|toolbar|tools?|login
      | search|searchbox|ads?|banner|topbar|dqwz|weizhi|position|skip-?link|sitemap|subscribe|cookie|hot|rank|prevnext
    )(?:[\s_-]|\d*$)""",
    re.VERBOSE | re.IGNORECASE,
)
_ATTACHMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|pptx?)(?:$|[?#])", re.IGNORECASE)

_HIDDEN_STYLE = re.compile(
    r"""(?:^|;)(?:
        display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0+)?(?:;|$)
      | (?:text-indent|left|top|margin-left|margin-top):-\d{3,}
      | clip:rect\(0|clip-path:inset\((?:50|100)%|(?:max-)?height:0(?:px)?;(?:.*;)?overflow:hidden
      | transform:scale\(0\)
    )""",
    re.VERBOSE,
)
_FONT_SIZE = re.compile(r"(?:^|;)font-size:([\d.]+)(px|pt|r?em|%)?")
_TINY = {"px": 1.0, "pt": 1.0, "em": 0.1, "rem": 0.1, "%": 10.0, "": 0.0}
_COLOUR = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_WHITE = re.compile(
    r"^(?:white|#f[a-f]f[a-f]f[a-f]|#f[d-f]{2}|rgba?\((?:25\d,?){3}.*\)|hsl\(0,0%,100%\)|rgba\(.*,0(?:\.0+)?\)|transparent)"
)


def _style(element: Element) -> str:
    return re.sub(r"\s+", "", element.get("style") or "").lower()


def _text_length(element: Element) -> int:
    return sum(len(part.strip()) for part in element.itertext())


def _is_tiny(style: str) -> bool:
    size = _FONT_SIZE.search(style)
    return bool(size) and float(f"0{size[1].rstrip('.')}" if size else "0") <= _TINY[(size[2] or "") if size else ""]


def _is_invisible_ink(element: Element, style: str) -> bool:
    """Tell whether an element is written white on white; without any inline background the page counts as white.

    An element with its own class, or a heading cell, may get its ground from a style sheet and is left alone.
    """
    colour = _COLOUR.search(style)
    own = colour[1] if colour else (element.get("color") or "").lower().strip()
    if not own or not _WHITE.match(own):
        return False
    for node in (element, *element.iterancestors()):
        background = _BACKGROUND.search(_style(node))
        ground = background[1] if background else (node.get("bgcolor") or "").lower().strip()
        if ground and ground != "none":
            return _WHITE.match(ground) is not None
    return not element.get("class") and element.tag != "th"


def _is_hidden(element: Element) -> bool:
    if element.get("hidden") is not None or (element.get("aria-hidden") or "").strip().lower() == "true":
        return True
    style = _style(element)
    if not style and not element.get("color"):
        return False
    if _HIDDEN_STYLE.search(style):
        return True
    if _is_tiny(style):
        # A parent of size 0 is a common trick against gaps between blocks whose children set their own size.
        return not any(
            _FONT_SIZE.search(child) and not _is_tiny(child) for child in map(_style, element.iterdescendants())
        )
    return _is_invisible_ink(element, style)


def _is_link_list(element: Element) -> bool:
    """Tell whether an element is a list of links to other pages, not of attachments."""
    if element.tag not in ("ul", "ol", "div", "dl", "p", "table", "section"):
        return False
    links = list(element.iter("a"))
    if len(links) < 3 or any(_ATTACHMENT.search(link.get("href") or "") for link in links):
        return False
    linked = sum(_text_length(link) for link in links)
    return linked >= 0.8 * max(1, _text_length(element)) and linked < 40 * len(links)


def _is_chrome(element: Element, page_length: int) -> bool:
    tag = element.tag
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    by_name = _CHROME_NAMES.search(named) is not None
    by_role = (element.get("role") or "").strip().lower() in _CHROME_ROLES
    if tag in ("html", "body", "main", "article") or not (
        tag in _CHROME_TAGS or tag in ("header", "form") or by_name or by_role or _is_link_list(element)
    ):
        return False
    if next(element.iter("h1"), None) is not None:
        return False
    if tag == "header" and next(element.iterancestors("article", "main"), None) is not None:
        return False
    # Some systems wrap the whole page in a form or call the main column "sidebar-left".
    return _text_length(element) <= 0.4 * page_length


def _outermost(root: Element) -> Iterator[Element]:
    """Yield elements from the outside in; the caller may drop the one just yielded."""
    pending = [root]
    while pending:
        element = pending.pop()
        yield element
        if element.getparent() is not None or element is root:
            pending.extend(child for child in reversed(element) if isinstance(child.tag, str))


def remove_unseen(root: Element) -> Counter[str]:
    """Drop hidden elements and site furniture from a page in place.

    Returns how many elements with text were dropped, as ``hidden_text`` and ``boilerplate``.
    """
    from lxml import etree

    etree.strip_elements(root, "script", "style", "noscript", "template", "svg", "iframe", with_tail=False)
    etree.strip_tags(root, etree.Comment)
    counts: Counter[str] = Counter()

    def drop(element: Element, reason: str) -> None:
        if _text_length(element):
            counts[reason] += 1
        element.drop_tree()

    for element in _outermost(root):
        if element is not root and _is_hidden(element):
            drop(element, "hidden_text")
    page_length = _text_length(root)
    for element in _outermost(root):
        if element is not root and _is_chrome(element, page_length):
            drop(element, "boilerplate")
    return counts
