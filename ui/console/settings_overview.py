"""Write the first page of the settings: how things stand, the sections, and what was changed last."""

from __future__ import annotations

from collections.abc import Sequence

from rag.catalogue.settings_changes import SettingChange
from rag.settings import Settings
from rag.settings_changed import Effective
from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.console.frame import button, form, table
from ui.console.moments import moment
from ui.console.setting_forms import fields_of
from ui.console.setting_words import change_words, section_lead, section_title
from ui.house import Applied
from ui.markup import Html, element, join, line
from ui.wording import Wording

_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("now", ("service", "banner")),
    ("residents", ("help", "examples", "answering", "regions")),
    ("models", ("llm", "embedding", "reranker")),
    ("keeping", ("retention", "use")),
    ("hotline", ("calls", "offices")),
)
_ADVANCED = "advanced"


def sections() -> tuple[str, ...]:
    """Return every section of which something can be changed here."""
    return tuple(name for name in Settings.model_fields if fields_of(name))


def render_overview(
    effective: Effective,
    applied: Applied | None,
    recent: Sequence[SettingChange],
    signed_in: SignedIn,
    wording: Wording,
) -> Html:
    """Return the body of the page."""
    return join(
        render_problem(effective, applied, signed_in, wording),
        _state(effective.settings, wording),
        element("p", wording.text("settings.lead")),
        *(_group(name, members, effective, wording) for name, members in _grouped()),
        element("p", wording.text("settings.fixed"), class_="hint"),
        element(
            "section",
            element("h2", wording.text("settings.changes.recent")),
            render_changes(recent, wording),
            element("p", element("a", wording.text("settings.changes.all"), href=at("/admin/settings/changes")))
            if recent
            else "",
        ),
    )


def render_problem(effective: Effective, applied: Applied | None, signed_in: SignedIn, wording: Wording) -> Html:
    """Return what was changed and does not hold, with the way out; nothing where all does."""
    parts: list[str] = []
    if applied is not None and applied.problem is not None:
        detail = element("span", wording.text("settings.detail"), "：", applied.problem, class_="source")
        parts.append(element("p", wording.text("settings.problem"), detail, class_="problem", role="alert"))
    if effective.ignored:
        backs = (
            form(
                signed_in,
                "/admin/settings/withdraw",
                element("code", key),
                " ",
                element("span", reason, lang="en", class_="hint"),
                element("input", type="hidden", name="key", value=key),
                button(wording.text("settings.withdraw")),
            )
            for key, reason in effective.ignored.items()
        )
        told = wording.text("settings.ignored")
        parts.append(element("div", element("p", told), *backs, class_="problem", role="alert"))
    return join(*parts)


def render_changes(changes: Sequence[SettingChange], wording: Wording, *, caption: str = "settings.changes") -> Html:
    """Return changes as a table, newest first."""
    if not changes:
        return element("p", wording.text("settings.changes.none"))
    rows = []
    for change in changes:
        name, what = change_words(change, wording)
        rows.append(
            (
                join(element("span", name), element("span", change.key, class_="source")),
                what,
                line(change.reason),
                join(element("span", line(change.who)), element("span", moment(wording, change.at), class_="source")),
            )
        )
    headings = tuple(wording.text(f"settings.changes.column.{one}") for one in ("key", "change", "why", "who_when"))
    return table(headings, rows, caption=wording.text(caption))


def _grouped() -> list[tuple[str, tuple[str, ...]]]:
    there = sections()
    known = {name for _, members in _GROUPS for name in members}
    groups = [(name, tuple(one for one in members if one in there)) for name, members in _GROUPS]
    return [*groups, (_ADVANCED, tuple(one for one in there if one not in known))]


def _state(settings: Settings, wording: Wording) -> Html:
    is_open = settings.service.open
    words = wording.text("settings.state.open" if is_open else "settings.state.closed")
    way = wording.text("settings.state.to_close" if is_open else "settings.state.to_open")
    link = element("a", way, href=at("/admin/settings/service"), class_="button" if is_open else "button primary")
    return element("div", element("p", words), link, class_="told state" if is_open else "problem state")


def _group(name: str, members: tuple[str, ...], effective: Effective, wording: Wording) -> Html:
    if not members:
        return join()
    rows = [_row(section, effective, wording) for section in members]
    headings = tuple(wording.text(f"settings.column.{one}") for one in ("section", "what", "changed"))
    title = wording.text(f"settings.group.{name}")
    whole = table(headings, rows, caption=title)
    if name == _ADVANCED:
        lead = element("p", wording.text("settings.group.advanced.lead"), class_="hint")
        return element("details", element("summary", title), lead, whole, class_="settings-group")
    return element("section", element("h2", title), whole, class_="settings-group")


def _row(section: str, effective: Effective, wording: Wording) -> tuple[str, str, str]:
    count = sum(key.partition(".")[0] == section for key in effective.changed)
    changed = wording.text("settings.changed.count", count=count) if count else wording.text("settings.changed.none")
    link = element("a", section_title(section, wording), href=at(f"/admin/settings/{section}"))
    lead = section_lead(section, str(Settings.model_fields[section].description), wording)
    return link, lead, element("span", changed, class_="whole" if count else "whole unknown")
