"""The frame of every page of the site: its head, and what a page without Gradio has above and below its content."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlencode

from ui.addresses import at, site_prefix
from ui.assets import theme, themed
from ui.banner import render_banner
from ui.markup import Html, element, join
from ui.reader import Edition, Reader
from ui.wording import Language, Wording


def head_links(wording: Wording, files: Sequence[str]) -> Html:
    """Return what stands in the head of a page: icon, manifest, the words for scripts, style sheets and modules.

    ``files`` are names of style sheets and scripts in ``ui/theme``.
    """
    modules = [name for name in files if name.endswith(".js")]
    imported = dict.fromkeys(name for module in modules for name in theme().imported_by(module))
    return join(
        element("link", rel="icon", href=themed("icon.svg"), type="image/svg+xml"),
        element("link", rel="manifest", href=at(f"/manifest.webmanifest?lang={wording.language}")),
        element(
            "meta",
            id="page-words",
            data_words=json.dumps(wording.for_browser(), ensure_ascii=False),
            data_prefix=site_prefix(),
            data_lang=wording.language,
        ),
        *(element("link", rel="stylesheet", href=themed(name)) for name in files if name.endswith(".css")),
        # Named here, all modules load side by side instead of one import after the other.
        *(element("link", rel="modulepreload", href=themed(name)) for name in imported),
        *(element("script", src=themed(name), type="module") for name in modules),
    )


def plain_page(
    wording: Wording,
    title: str,
    body: Html,
    *,
    edition: Edition = Edition.STANDARD,
    files: Sequence[str] = ("plain.css",),
    path: str = "/",
    query: Mapping[str, str] = MappingProxyType({}),
    head: Html | None = None,
) -> str:
    """Return a whole page without Gradio.

    ``body`` is its content and brings its own ``main``; ``files`` are of the theme; ``path`` and ``query`` are where the links to other languages
    lead, and ``head`` what else stands in the head of the page.
    """
    top = element(
        "header",
        element("a", wording.text("page.skip.content"), href="#main", class_="skip"),
        element("a", wording.text("page.name"), href=at("/"), class_="home"),
        language_links(wording, path, **query),
        class_="bar",
    )
    title = f"{title} · {wording.text('page.name')}" if title else wording.text("page.name")
    return bare_page(wording, title, join(top, render_banner(wording), body, site_foot(wording)), edition, files, head)


def bare_page(
    wording: Wording, title: str, body: Html, edition: Edition, files: Sequence[str], head: Html | None = None
) -> str:
    """Return a whole page without Gradio whose body is ``body`` and nothing else."""
    inside = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        head_links(wording, files),
        head or "",
    )
    content = element("body", body, class_="plain")
    whole = element("html", inside, content, lang=wording.language, data_edition=edition)
    return f"<!doctype html>{whole}"


def message_page(reader: Reader, wording: Wording, message: str) -> str:
    """Return a page that says one thing, and leads back to asking."""
    back = element("p", element("a", wording.text("document.back"), href=at("/")))
    main = element("main", element("p", message, class_="message"), back, id="main")
    return plain_page(wording, "", main, edition=reader.edition)


def language_links(wording: Wording, path: str, **query: str) -> Html:
    """Return the ways to the same page in the other languages."""
    links = []
    for language in Language:
        address = f"{at(path)}?{urlencode({'lang': language.value, **query})}"
        current = "page" if language is wording.language else None
        links.append(element("a", language.own_name, href=address, lang=language.value, aria_current=current))
    return element("nav", *links, class_="languages", aria_label=wording.text("page.language"))


def site_foot(wording: Wording) -> Html:
    """Return the foot of a page: how the site treats personal data."""
    link = element("a", wording.text("page.privacy"), href=at("/privacy"))
    return element("footer", element("p", link), class_="site-foot")
