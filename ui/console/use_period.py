"""What the pages on use are asked for: which days, which place, which door. The same on every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from rag.catalogue.question_records import Channel, UseFilter
from rag.use_figures import last_days
from ui.addresses import at
from ui.console.frame import button, field
from ui.console.sent import number_of
from ui.markup import Html, element, join
from ui.wording import Wording

LENGTHS = (7, 30, 90, 365)
USUAL = 30
MOST_DAYS = 3660
_LONGEST = 200

_TABS = (
    ("figures", "/admin/use"),
    ("topics", "/admin/use/topics"),
    ("documents", "/admin/use/documents"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The period with its narrowing; ``length`` is that of the last days, where they were asked for so."""

    wanted: UseFilter
    length: int | None

    @classmethod
    def of(cls, query: Mapping[str, str], today: date) -> Asked:
        """Read a query; what cannot be understood is left out. Days in the wrong order are put right."""
        days = number_of(query.get("days"), most=MOST_DAYS)
        since, until = _day(query.get("since")), _day(query.get("until"))
        if days is not None or (since is None and until is None):
            period, length = last_days(days or USUAL, today), days or USUAL
        else:
            last = until or today
            first = since or last - timedelta(days=USUAL - 1)
            first, last = min(first, last), max(first, last)
            period, length = UseFilter(max(first, last - timedelta(days=MOST_DAYS - 1)), last), None
        region = query.get("region", "")[:_LONGEST].replace("\0", "").strip() or None
        channel = query.get("channel")
        chosen = Channel(channel) if channel in tuple(Channel) else None
        return cls(UseFilter(period.since, period.until, region, chosen), length)

    def query(self, **changed: str) -> str:
        """Return it as the query of an address, with its question mark."""
        own = self.narrowing() | self._period()
        if "days" in changed:
            own = self.narrowing()
        return f"?{urlencode(own | changed)}"

    def narrowing(self) -> dict[str, str]:
        """Return the fields that say which place and door."""
        wanted = self.wanted
        fields = {"region": wanted.region or "", "channel": wanted.channel.value if wanted.channel else ""}
        return {name: value for name, value in fields.items() if value}

    def fields(self) -> dict[str, str]:
        """Return all fields, for the ways between the pages of a list."""
        return self.narrowing() | self._period()

    def _period(self) -> dict[str, str]:
        if self.length is not None:
            return {"days": str(self.length)}
        return {"since": self.wanted.since.isoformat(), "until": self.wanted.until.isoformat()}


def _day(asked: str | None) -> date | None:
    with suppress(ValueError):
        found = date.fromisoformat((asked or "")[:10])
        # Days at the ends of the calendar have no neighbours to count from.
        return found if 2000 <= found.year <= 2999 else None
    return None


def render_tabs(active: str, asked: Asked, wording: Wording) -> Html:
    """Return the ways between the pages, each for the same period."""
    links = (
        element(
            "li",
            element(
                "a",
                wording.text(f"use.tab.{name}"),
                href=at(path) + asked.query(),
                aria_current="page" if name == active else None,
            ),
        )
        for name, path in _TABS
    )
    return element("nav", element("ul", *links), class_="tabs", aria_label=wording.text("use.nav"))


def render_chooser(active: str, asked: Asked, places: tuple[str, ...], wording: Wording) -> Html:
    """Return the form for the period, the place and the door, with the usual periods as links."""
    path = dict(_TABS)[active]
    lengths = (
        element(
            "li",
            element(
                "a",
                wording.text("use.period.last", days=days),
                href=at(path) + asked.query(days=str(days)),
                aria_current="true" if days == asked.length else None,
            ),
        )
        for days in LENGTHS
    )
    wanted = asked.wanted
    days = (
        field(
            wording.text(f"use.{name}"),
            element("input", type="date", name=name, id=name, value=getattr(wanted, name).isoformat()),
            for_=name,
        )
        for name in ("since", "until")
    )
    named = sorted({*places, *([wanted.region] if wanted.region else [])})
    regions = [(name, name) for name in named]
    channels = [(channel.value, wording.text(f"use.channel.{channel}")) for channel in Channel]
    return join(
        element("ul", *lengths, class_="choices", aria_label=wording.text("use.period.label")),
        element(
            "form",
            _select("region", wording.text("use.region.any"), regions, wanted.region, wording),
            _select("channel", wording.text("use.channel.any"), channels, wanted.channel, wording),
            *days,
            element("div", button(wording.text("use.show"), primary=True), class_="actions"),
            method="get",
            action=at(path),
            class_="filters use-filters",
        ),
    )


def _select(name: str, anything: str, choices: list[tuple[str, str]], chosen: str | None, wording: Wording) -> Html:
    options = [element("option", anything, value="")]
    options += [element("option", words, value=value, selected=value == chosen) for value, words in choices]
    return field(wording.text(f"use.{name}"), element("select", *options, name=name, id=name), for_=name)
