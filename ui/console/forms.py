"""The pieces of the pages for people who signed in: forms that the doors believe, fields, tables, facts, paging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.markup import Html, element, join
from ui.wording import Wording


def form(
    signed_in: SignedIn, action: str, *children: str, method: str = "post", **attributes: str | bool | None
) -> Html:
    """Return a form that the doors will believe: with the session's hidden ``csrf`` field unless it only reads.

    ``action`` is a path of the site without prefix (``/admin/documents``).
    """
    hidden = element("input", type="hidden", name="csrf", value=signed_in.csrf) if method == "post" else ""
    return element("form", hidden, *children, method=method, action=at(action), **attributes)


def button(words: str, *, primary: bool = False, danger: bool = False, **attributes: str | bool | None) -> Html:
    """Return a button that sends its form."""
    kind = "primary" if primary else "danger" if danger else None
    return element("button", words, type="submit", class_=kind, **attributes)


def field(label: str, control: str, hint: str = "", *, for_: str) -> Html:
    """Return a labelled control, with a hint below its label. ``for_`` is the control's id."""
    told = element("span", hint, class_="hint", id=f"{for_}-hint") if hint else ""
    return element("div", element("label", label, for_=for_), told, control, class_="field")


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str) -> Html:
    """Return a table; cells are text or markup. On a narrow screen each cell says its column's name itself."""
    head = element("thead", element("tr", *(element("th", words, scope="col") for words in headings)))
    body = element(
        "tbody",
        *(
            element(
                "tr",
                *(element("td", cell, data_label=name or None) for name, cell in zip(headings, row, strict=True)),
            )
            for row in rows
        ),
    )
    return element("div", element("table", element("caption", caption), head, body), class_="table-wrap")


def facts(rows: Sequence[tuple[str, str]]) -> Html:
    """Return a list of names and values; values are text or markup."""
    return element(
        "dl", *(element("div", element("dt", name), element("dd", value)) for name, value in rows), class_="facts"
    )


def paging(wording: Wording, path: str, query: Mapping[str, str], page: int, pages: int) -> Html:
    """Return the ways to the pages before and after; nothing where there is one page."""
    if pages <= 1:
        return join()

    def link(key: str, target: int) -> Html:
        address = f"{at(path)}?{urlencode({**query, 'page': str(target)})}"
        return element("a", wording.text(key), href=address, class_="button")

    return element(
        "nav",
        link("console.page.before", page - 1) if page > 1 else "",
        element("span", wording.text("console.page.of", page=page, pages=pages)),
        link("console.page.after", page + 1) if page < pages else "",
        class_="paging",
        aria_label=wording.text("console.page.label"),
    )
