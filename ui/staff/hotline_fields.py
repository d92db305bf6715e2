"""What the forms and lists of calls, waiting questions and cases have in common: places, days, and who may see what."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from urllib.parse import urlencode

from rag.catalogue import Catalogue
from rag.catalogue.call_records import WholeCall
from rag.domain import PersonalData
from rag.errors import UnknownIdError
from rag.regions import Gazetteer
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import field, form
from ui.console.pages import pages_of
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

MARK_BYTES = 12
MOST_READ = 20_000
"""Characters of a text that are read from a form; more than may be kept, so that a form comes back as it was sent."""
_DRAFT = re.compile("[a-z0-9_-]{1,60}")
_FIRST_YEAR, _LAST_YEAR = 2000, 2999


def sees_all(signed_in: SignedIn) -> bool:
    """Tell whether somebody sees the calls of others."""
    return signed_in.role.covers(Role.SUPERVISOR)


def own(whole: WholeCall, signed_in: SignedIn) -> WholeCall:
    """Return a call to whoever may see it; to everybody else it is not there.

    Raises:
        UnknownIdError: it is somebody else's.
    """
    if whole.call.by != signed_in.user and not sees_all(signed_in):
        raise UnknownIdError(f"there is no call {whole.call.number} of {signed_in.user}")
    return whole


def new_mark() -> Html:
    """Return the hidden field that makes a form sent twice count once."""
    return element("input", type="hidden", name="mark", value=secrets.token_hex(MARK_BYTES))


def day_of(text: str) -> date | None:
    """Return a day as a form sends it; None for anything else, and for years that no call can be of."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def begin_of(day: date | None, later: int = 0) -> datetime | None:
    """Return when a day of this machine begins, or one so many days later."""
    return None if day is None else (datetime.combine(day, time.min) + timedelta(days=later)).astimezone()


def today() -> date:
    """Return the day it is on this machine."""
    return datetime.now().astimezone().date()


def note_due(catalogue: Catalogue) -> None:
    """Give a task to whoever has to call back by today, and to whoever waits for an office that is late."""
    catalogue.calls.note_due(today())
    catalogue.cases.note_overdue(today())


@cache
def gazetteer_of(extra: tuple[str, ...]) -> Gazetteer:
    """Return the places of the country with those of the settings, read once."""
    return Gazetteer.load(extra)


def asked_page(query: Mapping[str, str], count: int, size: int) -> tuple[int, int]:
    """Return the page that an address asks for, and how many there are; one that is not there is the last."""
    pages = pages_of(count, size)
    return min(number_of(query.get("page")) or 1, pages), pages


def count_line(count: int, none: str, export: str, wording: Wording) -> Html:
    """Return how many there are, with the way to all of them as a file; ``none`` where there are none."""
    if not count:
        return element("p", none)
    link = element("a", wording.text("calls.export"), href=export)
    return element("p", wording.text("calls.count", count=f"{count:,}"), " ", link, class_="count")


def regions_within(gazetteer: Gazetteer, names: Iterable[str], asked: str) -> Collection[str] | None:
    """Return those of the names that are the place asked for or lie in it; None where no place is asked for.

    A place that nobody knows is looked for by its words.
    """
    if not asked:
        return None
    outer = gazetteer.get(asked)
    found = []
    for name in names:
        inner = gazetteer.get(name)
        if name == asked or (outer and inner and gazetteer.is_within(inner, outer)) or (not outer and asked in name):
            found.append(name)
    return found


def place_field(parts: ConsoleParts, wording: Wording, value: str = "", hint: str = "") -> Html:
    """Return the control for a place, which offers those that the documents are about."""
    offered = (element("option", value=name) for name in parts.places.names())
    return join(
        field(
            wording.text("calls.place"),
            element(
                "input",
                type="text",
                name="region",
                id="region",
                value=value,
                maxlength=100,
                list="places",
                autocomplete="off",
                aria_describedby="region-hint" if hint else None,
            ),
            hint,
            for_="region",
        ),
        element("datalist", *offered, id="places"),
    )


def select_field(
    name: str, label: str, options: Iterable[tuple[str, str]], chosen: str = "", *, hint: str = ""
) -> Html:
    """Return a labelled choice; ``options`` are (value, words)."""
    made = (element("option", words, value=value, selected=value == chosen) for value, words in options)
    described = f"{name}-hint" if hint else None
    return field(label, element("select", *made, name=name, id=name, aria_describedby=described), hint, for_=name)


def text_field(
    name: str,
    label: str,
    value: str = "",
    *,
    hint: str = "",
    longest: int,
    rows: int = 0,
    kind: str = "text",
    id_: str = "",
) -> Html:
    """Return a labelled text, of several lines where ``rows`` says how many."""
    shared: dict[str, str | int | bool | None] = {
        "name": name,
        "id": id_ or name,
        "maxlength": longest,
        "aria_describedby": f"{id_ or name}-hint" if hint else None,
    }
    if rows:
        control = element("textarea", f"\n{value}" if value else "", rows=rows, **shared)
    else:
        control = element("input", type=kind, value=value, **shared)
    return field(label, control, hint, for_=id_ or name)


def day_field(name: str, label: str, value: date | None = None, *, hint: str = "", id_: str = "") -> Html:
    """Return a labelled day."""
    control = element(
        "input",
        type="date",
        name=name,
        id=id_ or name,
        value=value.isoformat() if value else "",
        aria_describedby=f"{id_ or name}-hint" if hint else None,
    )
    return field(label, control, hint, for_=id_ or name)


def draft_form(signed_in: SignedIn, action: str, name: str, wording: Wording, *children: str) -> Html:
    """Return a form whose fields a script keeps in the window under a name until they are stored.

    The name is in letters, digits and hyphens; :func:`stored` tells the next page which one it was.
    """
    return form(
        signed_in,
        action,
        element("input", type="hidden", name="draft", value=name),
        *children,
        class_="stacked",
        data_draft=name,
        data_found=wording.text("calls.draft.found"),
        data_drop=wording.text("calls.draft.drop"),
    )


def draft_name(kind: str, sent: str, *filled: str) -> str:
    """Return the name of a form's draft: the one it was sent with, else one by what it was filled in with."""
    if _DRAFT.fullmatch(sent):
        return sent
    if not any(filled):
        return kind
    return f"{kind}-{hashlib.sha256(chr(0).join(filled).encode('utf-8', 'replace')).hexdigest()[:12]}"


def stored(sent: Mapping[str, object]) -> dict[str, str]:
    """Return what tells the next page that a draft is stored."""
    name = sent.get("draft")
    return {"stored": name} if isinstance(name, str) and _DRAFT.fullmatch(name) else {}


def masked_query(masked: Collection[PersonalData]) -> dict[str, str]:
    """Return what tells the next page that personal numbers were masked."""
    return {"masked": "1"} if masked else {}


def address(path: str, query: Mapping[str, str] | None = None) -> str:
    """Return an address of the site with a query, of which empty values are left out."""
    told = urlencode({name: value for name, value in (query or {}).items() if value})
    return at(path) + (f"?{told}" if told else "")


def excerpt(text: str, longest: int = 90) -> str:
    """Return the beginning of a text on one line."""
    short = line(text)
    return short if len(short) <= longest else f"{short[:longest]}…"


def paragraphs(text: str) -> Html:
    """Return a text with its line ends kept."""
    return element("p", text, class_="said", lang="zh")
