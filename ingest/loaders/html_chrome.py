"""Take out of a page what no reader sees and what belongs to the site, not to the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.blocks import MAX_SAMPLES, sample
from ingest.loaders.html_blocks import Element
from ingest.loaders.html_hidden import is_hidden, read_sheet
from ingest.loaders.html_unshown import unshown_prose

_CONTROLS = ("button", "select", "textarea", "datalist")
_CHROME_TAGS = frozenset({"nav", "footer", "aside", "dialog", "menu"})
_CHROME_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu", "dialog"})
_CHROME_NAMES = re.compile(
    r"""(?:^|[\s_-])(?:
        nav|navbar|navi|navigation|menu|submenu|breadcrumbs?|crumbs?|bread|footer|foot|sidebar|side|aside|share|bdsharebuttonbox
      | comments?|related|recommend|copyright|friendlinks?|friend|qrcode|ewm|erweima|pagination|pager|toolbar|tools?|login
      | search|searchbox|ads?|banner|topbar|dqwz|weizhi|position|skip-?link|sitemap|subscribe|cookie|hot|rank|prevnext
    )(?:[\s_-]|\d*$)""",
    re.VERBOSE | re.IGNORECASE,
)
_NOT_PROSE = re.compile(
    r"(?:19|20)?\d\d[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?|\d{1,2}[-/.]\d{1,2}|[\s·•>»|,、\[\]【】()（）-]"
)
"""Dates and marks beside the links of a list of news."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""``crumbsNav`` is two words."""
_ATTACHMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|pptx?)(?:$|[?#])", re.IGNORECASE)


def _text_length(element: Element) -> int:
    return sum(len(part.strip()) for part in element.itertext())


def _is_link_list(element: Element) -> bool:
    """Tell whether an element is a list of links to other pages, not of attachments."""
    if element.tag not in ("ul", "ol", "div", "dl", "p", "table", "section"):
        return False
    links = list(element.iter("a"))
    if len(links) < 3 or any(_ATTACHMENT.search(link.get("href") or "") for link in links):
        return False
    linked = sum(_text_length(link) for link in links)
    beside = len(_NOT_PROSE.sub("", "".join(element.itertext()))) - sum(
        len(_NOT_PROSE.sub("", "".join(link.itertext()))) for link in links
    )
    return beside <= 0.25 * linked and linked < 40 * len(links)


def _is_chrome(element: Element, page_length: int) -> bool:
    tag = element.tag
    named = _HUMP.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}")
    by_name = _CHROME_NAMES.search(named) is not None
    by_role = (element.get("role") or "").strip().lower() in _CHROME_ROLES
    if tag in ("html", "body", "main", "article") or not (
        tag in _CHROME_TAGS or tag in ("header", "form") or by_name or by_role or _is_link_list(element)
    ):
        return False
    own_titles = sum(1 for _ in element.iter("h1"))
    if own_titles and own_titles == sum(1 for _ in element.getroottree().iter("h1")):
        # The only title of the page stands here; beside another one it is the site's name.
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


@dataclass(slots=True)
class Removed:
    """What was taken out of a page, counted and shown under the names of the repairs."""

    repairs: dict[str, int] = field(default_factory=dict)
    samples: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def note(self, reason: str, text: str) -> None:
        """Count a piece of text; white space alone is nothing."""
        if not text.strip():
            return
        self.repairs[reason] = self.repairs.get(reason, 0) + 1
        shown = self.samples.get(reason, ())
        if len(shown) < MAX_SAMPLES and sample(text) not in shown:
            self.samples[reason] = (*shown, sample(text))


def remove_unseen(root: Element) -> Removed:
    """Drop hidden elements and site furniture from a page's body in place; say what as ``hidden_text`` and ``boilerplate``."""
    from lxml import etree

    removed = Removed()
    sheet = read_sheet(root.getroottree())
    for text in unshown_prose(root):
        removed.note("hidden_text", text)
    etree.strip_elements(root, "script", "style", "noscript", "template", "svg", "iframe", with_tail=False)
    etree.strip_tags(root, etree.Comment)

    def drop(element: Element, reason: str) -> None:
        removed.note(reason, " ".join(element.itertext()))
        element.drop_tree()

    page_length = max(1, _text_length(root))
    for element in _outermost(root):
        if element is not root and is_hidden(element, sheet, _text_length(element) / page_length):
            drop(element, "hidden_text")
    for control in list(root.iter(*_CONTROLS)):
        drop(control, "boilerplate")
    page_length = _text_length(root)
    for element in _outermost(root):
        if element is not root and _is_chrome(element, page_length):
            drop(element, "boilerplate")
    return removed
