"""Write the form of the desk: the search box, the caller's place, the filters, and what the keys do."""

from __future__ import annotations

from collections.abc import Sequence

from rag.domain import Authority, DocumentType, PlaceCount
from ui.addresses import at
from ui.console.frame import field
from ui.markup import Html, element, join
from ui.render_place import search_forms
from ui.staff.asked import Asked, Holding
from ui.wording import Wording

FORM_ID = "desk-form"
KEYS: tuple[tuple[str, str], ...] = (
    ("/", "focus"),
    ("↑ ↓", "move"),
    ("Enter", "open"),
    ("c", "copy"),
    ("w", "why"),
    ("v", "viewer"),
    ("Esc", "back"),
    ("?", "help"),
)
"""What the keys do: as written on the page, and the name in the words (``staff.key.<name>``)."""


def render_form(asked: Asked, places: Sequence[PlaceCount], wording: Wording) -> Html:
    """Return the form; without scripts its button sends it."""
    text = wording.text
    search = element(
        "div",
        element("label", text("staff.search"), for_="desk-q"),
        element(
            "input",
            type="search",
            id="desk-q",
            name="q",
            value=asked.words,
            maxlength="500",
            autocomplete="off",
            autocapitalize="none",
            spellcheck="false",
            enterkeyhint="search",
            aria_keyshortcuts="/",
            aria_describedby="desk-hint",
            autofocus=not asked.says_something,
            placeholder=text("staff.search.placeholder"),
        ),
        class_="desk-words",
    )
    send = element("button", text("console.search"), type="submit", class_="primary desk-send")
    return element(
        "form",
        element("div", search, _place(asked, places, wording), send, class_="desk-first"),
        _filters(asked, wording),
        id=FORM_ID,
        method="get",
        action=at("/staff/"),
        role="search",
    )


def _place(asked: Asked, places: Sequence[PlaceCount], wording: Wording) -> Html:
    """Return the control of the caller's place: the search and the answer beside it go by the same one."""
    options = (
        # Browsers compare what is typed with the label as well: 谢家集区 is found by xjjq.
        element("option", value=place.name, label=f"{place.name} {search_forms(place.name)} ({place.documents})")
        for place in places
    )
    return element(
        "div",
        element("label", wording.text("staff.place"), for_="caller-place"),
        element(
            "input",
            id="caller-place",
            name="region",
            value=asked.place,
            list="places",
            maxlength="100",
            autocomplete="off",
            placeholder=wording.text("display.place.all"),
        ),
        element("datalist", *options, id="places"),
        class_="desk-place",
    )


def _filters(asked: Asked, wording: Wording) -> Html:
    text = wording.text
    kinds = [(kind.value, wording.document_type(kind)) for kind in DocumentType]
    authorities = [(authority.value, wording.authority(authority)) for authority in Authority]
    holdings = [(one.value, text(f"staff.holding.{one}")) for one in Holding if one]
    narrowed = text("staff.filters.set", count=asked.narrowed) if asked.narrowed else ""
    summary = element(
        "summary",
        text("staff.filters"),
        " ",
        element("span", narrowed, id="filters-set", data_words=text("staff.filters.set", count="{count}")),
    )
    boxes = element(
        "div",
        _check("only", text("staff.only_place"), checked=asked.only_place),
        _check("exact", text("staff.exact"), checked=asked.exact),
        class_="checks",
    )
    fields = (
        _select("holding", text("validity.label"), holdings, asked.holding, wording),
        _select("authority", text("authority.label"), authorities, asked.authority, wording),
        _select("type", text("document.type"), kinds, asked.type, wording),
        _input("issuer", text("document.issuer"), asked.issuer),
        _input("number", text("document.number"), asked.number),
        _input("from", text("staff.from"), asked.published_from, "date"),
        _input("until", text("staff.until"), asked.published_until, "date"),
    )
    clear = element(
        "a", text("staff.filters.clear"), href=f"{at('/staff/')}?{_bare(asked).query()}", id="clear-filters"
    )
    return element(
        "details",
        summary,
        boxes,
        element("div", *fields, class_="filters"),
        clear,
        class_="desk-filters",
        open=asked.narrowed > 0,
    )


def _bare(asked: Asked) -> Asked:
    return Asked(words=asked.words, place=asked.place)


def _check(name: str, label: str, *, checked: bool) -> Html:
    return element(
        "label", element("input", type="checkbox", name=name, value="1", checked=checked), label, class_="check"
    )


def _select(name: str, label: str, values: Sequence[tuple[str, str]], chosen: str, wording: Wording) -> Html:
    options = [element("option", wording.text("console.all"), value="")]
    options += [element("option", words, value=value, selected=value == chosen) for value, words in values]
    return field(label, element("select", *options, name=name, id=f"desk-{name}"), for_=f"desk-{name}")


def _input(name: str, label: str, value: str, kind: str = "text") -> Html:
    control = element(
        "input", type=kind, name=name, id=f"desk-{name}", value=value, maxlength="100", autocomplete="off"
    )
    return field(label, control, for_=f"desk-{name}")


def render_keys(wording: Wording) -> Html:
    """Return the list of keys: a dialog where scripts run, folded away where they do not."""
    rows = (
        element("div", element("dt", element("kbd", key)), element("dd", wording.text(f"staff.key.{name}")))
        for key, name in KEYS
    )
    close = element("form", element("button", wording.text("staff.close"), type="submit"), method="dialog")
    return element(
        "dialog",
        element("h2", wording.text("staff.keys"), id="keys-heading"),
        element("dl", *rows, class_="keys"),
        close,
        id="keys",
        aria_labelledby="keys-heading",
    )


def render_hint(wording: Wording) -> Html:
    """Return the one line on the keys below the search box."""
    shown = [
        join(element("kbd", key), " ", wording.text(f"staff.key.{name}.short"), " ")
        for key, name in KEYS
        if name in ("focus", "move", "open", "copy")
    ]
    every = element(
        "button",
        element("kbd", "?"),
        wording.text("staff.key.help.short"),
        type="button",
        id="show-keys",
        class_="quiet",
        hidden=True,
    )
    return element("div", element("p", *shown, class_="hint keys-line", id="desk-hint"), every, class_="desk-keys")
