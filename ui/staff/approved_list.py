"""The list of approved answers with its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from rag.approved_records import ApprovalState, ApprovedAnswer
from rag.catalogue import Catalogue
from rag.catalogue.approved_finding import ApprovedFilter
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, field, paging, table
from ui.console.moments import moment
from ui.console.pages import page_of
from ui.console.sent import number_of, text_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

ROWS = 30


@dataclass(frozen=True, slots=True)
class ListAsked:
    """Which answers somebody wants to see."""

    state: ApprovalState | None
    words: str
    place: str
    mine: bool
    page: int

    @classmethod
    def of(cls, query: Mapping[str, str]) -> ListAsked:
        """Return what an address asks; what cannot be understood restricts nothing."""
        state = query.get("state")
        return cls(
            ApprovalState(state) if state in tuple(ApprovalState) else None,
            text_of(query, "words", 100),
            text_of(query, "place", 100),
            query.get("mine") == "1",
            number_of(query.get("page")) or 1,
        )

    def found(self, catalogue: Catalogue, user: str) -> tuple[ApprovedAnswer, ...]:
        """Return the answers that fit."""
        wanted = ApprovedFilter(self.state, user if self.mine else None, self.place or None, self.words or None)
        return catalogue.approved.find(wanted)

    @property
    def query(self) -> dict[str, str]:
        """The fields of an address that asks the same, its page aside."""
        told = {
            "state": self.state.value if self.state else "",
            "words": self.words,
            "place": self.place,
            "mine": "1" if self.mine else "",
        }
        return {name: value for name, value in told.items() if value}


def render_list(
    asked: ListAsked,
    found: Sequence[ApprovedAnswer],
    counts: Mapping[ApprovalState, int],
    places: Sequence[str],
    wording: Wording,
) -> Html:
    """Return the body of the list."""
    rows, page, pages = page_of(found, asked.page, ROWS)
    text = wording.text
    propose = element("a", text("staff.approved.propose"), href=at("/staff/approved/new"), class_="button primary")
    headings = [
        text(f"staff.approved.{name}")
        for name in ("question", "places", "state", "office", "review", "owner", "changed")
    ]
    listed = (
        table(
            headings,
            [_row(one, wording) for one in rows],
            caption=text("staff.approved.caption", count=len(found)),
        )
        if rows
        else element("p", text("staff.approved.none"))
    )
    return join(
        element("p", text("staff.approved.lead")),
        element("p", propose),
        _states(asked, counts, wording),
        _filters(asked, places, wording),
        listed,
        paging(wording, "/staff/approved", asked.query, page, pages),
    )


def render_state(answer: ApprovedAnswer, wording: Wording) -> Html:
    """Return where an answer stands, with the reason where it was withdrawn."""
    kind = {ApprovalState.APPROVED: "good", ApprovalState.WITHDRAWN: "bad"}.get(answer.state)
    said = element("strong", wording.text(f"staff.approved.state.{answer.state}"), class_=kind)
    if answer.reason is None:
        return said
    return join(said, " ", element("span", wording.text(f"staff.approved.reason.{answer.reason}"), class_="hint"))


def answer_path(number: int, rest: str = "") -> str:
    """Return the path of the page of an approved answer, or of one below it."""
    return f"/staff/approved/{number}{rest}"


def _row(answer: ApprovedAnswer, wording: Wording) -> list[str]:
    proposal = answer.proposal
    return [
        element("a", line(proposal.wordings[0]), href=at(answer_path(answer.number)), lang="zh"),
        line("、".join(proposal.places)),
        render_state(answer, wording),
        line(proposal.office),
        wording.day(proposal.review),
        line(proposal.owner),
        moment(wording, answer.decided_at or answer.proposed_at),
    ]


def _states(asked: ListAsked, counts: Mapping[ApprovalState, int], wording: Wording) -> Html:
    """Return the states with their counts, each as the way to the answers in it."""
    base = {name: value for name, value in asked.query.items() if name != "state"}
    links = [("", wording.text("staff.approved.filter.any"), sum(counts.values()))]
    links += [(state.value, wording.text(f"staff.approved.state.{state}"), counts[state]) for state in ApprovalState]
    current = asked.state.value if asked.state else ""
    items = (
        element(
            "li",
            element(
                "a",
                f"{words}（{count}）" if wording.language != "en" else f"{words} ({count})",
                href=at("/staff/approved") + (f"?{urlencode(query)}" if query else ""),
                aria_current="true" if value == current else None,
            ),
        )
        for value, words, count in links
        for query in [base | ({"state": value} if value else {})]
    )
    return element("ul", *items, class_="states")


def _filters(asked: ListAsked, places: Sequence[str], wording: Wording) -> Html:
    text = wording.text
    state = asked.state.value if asked.state else ""
    words = element("input", type="search", name="words", id="words", value=asked.words)
    place = element("input", type="search", name="place", id="place", value=asked.place, list="places")
    mine = element("input", type="checkbox", name="mine", value="1", checked=asked.mine)
    return element(
        "form",
        element("input", type="hidden", name="state", value=state) if state else "",
        field(text("staff.approved.words"), words, for_="words"),
        field(text("staff.approved.place"), place, for_="place"),
        element("label", mine, " ", text("staff.approved.filter.mine"), class_="choice"),
        element("div", button(text("staff.approved.filter.show"), primary=True), class_="actions"),
        render_places(places),
        method="get",
        action=at("/staff/approved"),
        class_="filters",
        aria_label=text("staff.approved.filter"),
    )


def render_places(places: Sequence[str]) -> Html:
    """Return the places that documents are about, for fields that name one (``list="places"``)."""
    return element("datalist", *(element("option", value=place) for place in places), id="places")


def may_change(answer: ApprovedAnswer, signed_in: SignedIn) -> bool:
    """Tell whether somebody may change an answer: who proposed it, who owns it, and whoever may approve."""
    return signed_in.role.covers(Role.SUPERVISOR) or signed_in.user in (answer.proposed_by, answer.proposal.owner)
