"""What the pages show of the publications: what was published when and by whom, and how each differs from another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from urllib.parse import quote

from ingest.generation_difference import GenerationDifference, generation_difference
from rag.catalogue import RunInfo
from rag.domain import GenerationInfo
from rag.errors import UnknownIdError
from rag.generations import list_generations, published_id
from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.console.difference_page import render_counts, render_difference
from ui.console.frame import button, facts, field, form, table
from ui.console.gate_page import render_gate
from ui.console.generation_answers import AnswersBetween
from ui.console.held_page import found_generation, gate_of, made_and_again
from ui.console.moments import moment, moment_text
from ui.console.parts import ConsoleParts
from ui.console.run_words import how_words, when_and_who
from ui.markup import Html, element, join, line
from ui.wording import Wording

_DIFFERENCES_KEPT = 8
"""A generation never changes, so what was compared once is kept; with 10,000 documents comparing takes seconds."""


class Releases:
    """The publications that are kept, as markup."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._answers = AnswersBetween(parts)
        self._difference = lru_cache(maxsize=_DIFFERENCES_KEPT)(self._compared)

    def found(self, generation: str) -> GenerationInfo:
        """Return a publication that is kept. Raises UnknownIdError."""
        return found_generation(self._parts, generation)

    def render_list(self, signed_in: SignedIn, wording: Wording) -> Html:
        """Return every publication, and the form that has the one in use checked."""
        infos = list_generations(self._parts.layout)
        if not infos:
            return element("p", wording.text("state.overview.nothing"))
        kept = {info.generation: info for info in infos}
        runs = self._runs(kept)
        rows = [self._row(info, kept.get(info.parent or ""), runs.get(info.generation, ()), wording) for info in infos]
        headings = tuple(wording.text(f"state.releases.column.{name}") for name in ("when", "how", "holds", "act"))
        check = form(
            signed_in,
            "/admin/generations/check",
            element("p", wording.text("state.releases.check.why"), class_="hint"),
            button(wording.text("state.releases.check")),
        )
        lead = wording.text("state.releases.lead", kept=self._parts.settings.ingest.keep_generations)
        shown = table(headings, rows, caption=wording.text("state.releases.caption"))
        keep = self._parts.settings.ingest.keep_generations
        held = element("p", wording.text("gate.kept", kept=keep)) if any(info.held for info in infos) else ""
        return join(element("p", lead), held, shown, check)

    def render_one(
        self, info: GenerationInfo, against: str | None, page: int, signed_in: SignedIn, wording: Wording
    ) -> Html:
        """Return what is known of one publication and how it differs from another, the one before unless one is named."""
        infos = list_generations(self._parts.layout)
        made, again = made_and_again(self._runs([info.generation]).get(info.generation, ()))
        gate = gate_of(self._parts, made)
        rows: list[tuple[str, str]] = [
            (wording.text("state.release.made"), moment(wording, info.created)),
            (wording.text("state.release.by"), how_words(wording, made) if made else _unknown(wording)),
            *((wording.text("state.release.again.label"), _published_again(run, wording)) for run in again),
            (wording.text("state.documents"), f"{info.documents:,}"),
            (wording.text("state.chunks"), f"{info.chunks:,}"),
            (wording.text("state.model"), element("code", info.model)),
            (wording.text("state.release.id"), element("code", info.generation)),
        ]
        acts = join() if info.published else _act(info, wording, "button")
        unfinished = element("p", wording.text("gate.unfinished"), class_="problem") if info.held and not gate else ""
        others = [other for other in infos if other.generation != info.generation]
        return join(
            element("p", _mark(info, wording), " ", acts),
            facts(rows),
            render_gate(gate, wording) if gate is not None else unfinished,
            element("h2", wording.text("state.difference")),
            _choice(info, others, against, signed_in, wording) if others else "",
            self._shown_difference(info, against, page, wording),
            self._answers.render(info, against, signed_in, wording),
        )

    def render_question(self, info: GenerationInfo, signed_in: SignedIn, wording: Wording) -> Html:
        """Return what going back to a publication would change, and the form that does it."""
        stay = element("a", wording.text("state.back.not"), href=at("/admin/generations"), class_="button")
        if info.published:
            return join(element("p", wording.text("state.back.same")), element("p", stay))
        current = published_id(self._parts.layout)
        known = current if any(other.generation == current for other in list_generations(self._parts.layout)) else None
        ask = form(
            signed_in,
            f"/admin/generations/{info.generation}/back",
            button(wording.text("state.back.do"), primary=True),
            stay,
            class_="actions",
        )
        if known is None:
            return join(ask)
        found = self._difference(info.generation, known)
        address = at(f"/admin/generations/{quote(info.generation)}?against={quote(known)}")
        see = element("p", element("a", wording.text("state.releases.see"), href=address))
        return join(element("p", wording.text("state.back.lead")), render_counts(found, wording), see, ask)

    def _compared(self, later: str, earlier: str | None) -> GenerationDifference:
        return generation_difference(self._parts.layout, later, earlier)

    def _shown_difference(self, info: GenerationInfo, against: str | None, page: int, wording: Wording) -> Html:
        if against is not None:
            self.found(against)
        elif info.parent is None:
            first = element("p", wording.text("state.difference.first"))
            found = self._difference(info.generation, None)
            return join(first, render_difference(found, page, {}, wording))
        earlier = against or info.parent
        try:
            before = self.found(str(earlier))
        except UnknownIdError:
            return element("p", wording.text("state.difference.gone"))
        told = wording.text("state.difference.to", when=moment_text(wording, before.created))
        query = {"against": against} if against else {}
        found = self._difference(info.generation, before.generation)
        return join(element("p", told), render_difference(found, page, query, wording))

    def _runs(self, generations: Collection[str]) -> dict[str, list[RunInfo]]:
        """Return the runs that published each publication, newest first."""
        found: dict[str, list[RunInfo]] = {}
        with self._parts.open_catalogue() as catalogue:
            for run in catalogue.runs.that_made(generations):
                found.setdefault(str(run.generation), []).append(run)
        return found

    def _row(
        self, info: GenerationInfo, before: GenerationInfo | None, runs: Sequence[RunInfo], wording: Wording
    ) -> tuple[str, ...]:
        address = f"/admin/generations/{quote(info.generation)}"
        made, later = made_and_again(runs)
        how = how_words(wording, made) if made else _unknown(wording)
        again = [element("div", wording.text("state.release.again"), when_and_who(wording, run)) for run in later]
        acts = [element("a", wording.text("gate.decide" if info.held else "state.releases.see"), href=at(address))]
        if not (info.published or info.held):
            acts.append(_act(info, wording))
        return (
            join(moment(wording, info.created), " ", _mark(info, wording)),
            join(element("div", how), *again),
            join(
                _counted("documents", info.documents, before.documents if before else None, wording),
                _counted("chunks", info.chunks, before.chunks if before else None, wording),
            ),
            join(*(element("div", act) for act in acts)),
        )


def _mark(info: GenerationInfo, wording: Wording) -> Html:
    if info.held:
        return element("strong", wording.text("gate.mark"), class_="mark held")
    return element("strong", wording.text("state.release.in_use"), class_="mark") if info.published else join()


def _act(info: GenerationInfo, wording: Wording, kind: str | None = None) -> Html:
    """Return the way to have one published that is not: back to an earlier one, or on to one that was held back."""
    words, rest = ("gate.publish", "publish") if info.held else ("state.releases.back", "back")
    address = at(f"/admin/generations/{quote(info.generation)}/{rest}")
    return element("a", wording.text(words), href=address, class_=kind)


def _published_again(run: RunInfo, wording: Wording) -> Html:
    reason = run.arguments.get("reason")
    told = element("div", wording.text("gate.publish.published", reason=line(str(reason)))) if reason else ""
    return join(when_and_who(wording, run), told)


def _unknown(wording: Wording) -> str:
    return wording.text("state.release.unknown")


def _counted(what: str, now: int, before: int | None, wording: Wording) -> Html:
    """Return how many there are and by how much that differs from the publication before."""
    counted = wording.text(f"state.holds.{what}", count=f"{now:,}")
    change = now - before if before is not None else 0
    if not change:
        return element("div", counted)
    told = wording.text("state.releases.more" if change > 0 else "state.releases.fewer", count=f"{abs(change):,}")
    return element("div", counted, " ", element("span", told, class_="hint"))


def _named(info: GenerationInfo, wording: Wording) -> str:
    held = wording.text("state.holds.documents", count=f"{info.documents:,}")
    return f"{moment_text(wording, info.created)} · {held}"


def _choice(
    info: GenerationInfo, others: Sequence[GenerationInfo], against: str | None, signed_in: SignedIn, wording: Wording
) -> Html:
    chosen = against or info.parent
    options = (
        element("option", _named(one, wording), value=one.generation, selected=one.generation == chosen)
        for one in others
    )
    return form(
        signed_in,
        f"/admin/generations/{info.generation}",
        field(
            wording.text("state.difference.choose"),
            element("select", *options, name="against", id="against"),
            for_="against",
        ),
        element("div", button(wording.text("state.difference.compare")), class_="actions"),
        method="get",
        class_="filters",
    )
