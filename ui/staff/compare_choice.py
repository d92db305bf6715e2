"""Write the ways to say what is to be compared: two places and a question, or a document and another state of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from rag.domain import Document, NamedDocument
from ui.addresses import at
from ui.console.frame import button, field
from ui.console.moments import moment_text
from ui.markup import Html, element, join, line
from ui.staff.search_results import provenance
from ui.wording import Wording

_PATH = "/staff/compare"


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be compared with ``document``, or documents to begin with where there is none yet."""

    document: Document | None
    related: Sequence[NamedDocument]
    """Those that it replaces, that replace it, or that say the same."""
    found: Sequence[Document]
    find: str


def render_places_form(
    words: str, one: str, two: str, names: Iterable[str], wording: Wording, *, is_open: bool
) -> Html:
    """Return the form for a question and two places."""
    text = wording.text
    options = element("datalist", *(element("option", value=name) for name in names), id="places")
    form = element(
        "form",
        _input("q", text("staff.compare.question"), words, "500"),
        _input("one", text("staff.compare.one"), one, "100", places=True),
        _input("two", text("staff.compare.two"), two, "100", places=True),
        options,
        element("div", button(text("staff.compare.do"), primary=True), class_="actions"),
        method="get",
        action=at(_PATH),
        class_="filters",
    )
    return element("details", element("summary", text("staff.compare.places")), form, class_="saved", open=is_open)


def render_choice(choice: Choice, wording: Wording, *, is_open: bool) -> Html:
    """Return the ways to choose a document, and what to compare it with."""
    text = wording.text
    document = choice.document
    chosen = join()
    hidden = join()
    if document is not None:
        chosen = element(
            "p", text("staff.compare.chosen"), element("b", line(document.title), lang="zh"), class_="about-document"
        )
        hidden = element("input", type="hidden", name="document", value=document.document_id)
    key = "staff.compare.find.other" if document is not None else "staff.compare.find"
    search = element(
        "form",
        hidden,
        _input("find", text(key), choice.find, "500"),
        element("div", button(text("console.search")), class_="actions"),
        method="get",
        action=at(_PATH),
        class_="filters",
        role="search",
    )
    summary = element("summary", text("staff.compare.texts"))
    return element(
        "details", summary, chosen, _versions(document, wording), _related(choice, wording), search, _found(choice, wording),
        class_="saved", open=is_open,
    )  # fmt: skip


def _input(name: str, label: str, value: str, longest: str, *, places: bool = False) -> Html:
    control = element(
        "input",
        type="text" if places else "search",
        name=name,
        id=f"compare-{name}",
        value=value,
        maxlength=longest,
        autocomplete="off",
        required=True,
        list="places" if places else None,
    )
    return field(label, control, for_=f"compare-{name}")


def _link(words: str, **query: str) -> Html:
    return element("a", words, href=f"{at(_PATH)}?{urlencode(query)}", lang="zh")


def _versions(document: Document | None, wording: Wording) -> Html:
    if document is None or len(document.versions) < 2:
        return join()
    earlier = sorted((one for one in document.versions if one.version < document.version), key=lambda one: -one.version)
    rows = [
        element(
            "li",
            _link(
                wording.text("staff.compare.since", version=one.version, at=moment_text(wording, one.ingested)),
                document=document.document_id,
                since=str(one.version),
            ),
        )
        for one in earlier
    ]
    return join(element("h3", wording.text("staff.compare.versions")), element("ul", *rows)) if rows else join()


def _related(choice: Choice, wording: Wording) -> Html:
    document = choice.document
    if document is None or not choice.related:
        return join()
    rows = [
        element("li", _link(line(one.title), document=document.document_id, other=one.document_id))
        for one in choice.related
    ]
    return join(element("h3", wording.text("staff.compare.related")), element("ul", *rows))


def _found(choice: Choice, wording: Wording) -> Html:
    rows = []
    for one in choice.found:
        if choice.document is None:
            link = _link(line(one.title), document=one.document_id)
        elif one.document_id != choice.document.document_id:
            link = _link(line(one.title), document=choice.document.document_id, other=one.document_id)
        else:
            continue
        rows.append(element("li", link, element("span", provenance(one, wording), class_="source")))
    if choice.find and not rows:
        return element("p", wording.text("staff.search.none"))
    return element("ul", *rows, class_="found-documents") if rows else join()
