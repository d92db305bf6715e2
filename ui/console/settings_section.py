"""Write the page of one section of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from rag.setting_fields import plain_value
from rag.settings import Settings
from rag.settings_changed import Effective, SettingsRefusedError, effective
from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.console.frame import button, console_page, form
from ui.console.parts import ConsoleParts
from ui.console.setting_forms import Typed, fields_of, render_fields, render_reason, render_wrong
from ui.console.setting_trying import TRIALS, key_line
from ui.console.setting_words import section_lead, section_title
from ui.console.settings_overview import render_changes, render_problem
from ui.markup import Html, element, join
from ui.wording import Wording

_SHOWN = 50
_OF_A_SECTION = 200
"""Changes looked through for those of one section."""


def section_page(
    parts: ConsoleParts,
    request: Request,
    signed_in: SignedIn,
    section: str,
    typed: Typed,
    *,
    refused: SettingsRefusedError | None = None,
    outcome: Html | None = None,
) -> Response:
    """Return the page with what somebody typed, what was wrong with it, and what came of trying it."""
    wording = parts.wording(request)
    with parts.open_catalogue() as catalogue:
        held = effective(parts.configured, catalogue.settings.held())
        history = [one for one in catalogue.settings.history(limit=_OF_A_SECTION) if one.key.startswith(f"{section}.")]
    following = parts.house.following if parts.house else None
    body = join(
        render_wrong(typed, wording),
        way_back(wording),
        render_problem(held, following.applied() if following else None, signed_in, wording),
        element("p", section_lead(section, str(Settings.model_fields[section].description), wording)),
        _later(parts, section, signed_in, wording),
        _form(parts, section, typed, held, outcome, signed_in, wording),
        element("h2", wording.text("settings.changes")),
        render_changes(history[:_SHOWN], wording),
    )
    return settings_page(
        request, signed_in, wording, section_title(section, wording), body, _sentence(typed, refused, wording)
    )


def _sentence(typed: Typed, refused: SettingsRefusedError | None, wording: Wording) -> str | None:
    """Return what is said at the top where something could not be taken."""
    if refused is None:
        return typed.problems.get("reason")
    together = next((one.detail for one in refused.problems if one.key in Settings.model_fields), None)
    if together is not None:
        return f"{wording.text('settings.refused.together')} {together}"
    return wording.text("settings.refused")


def _form(
    parts: ConsoleParts,
    section: str,
    typed: Typed,
    held: Effective,
    outcome: Html | None,
    signed_in: SignedIn,
    wording: Wording,
) -> Html:
    trial: tuple[str, ...] = ()
    if section in TRIALS:
        trial = (
            button(wording.text(f"settings.try.{section}"), formaction=at(f"/admin/settings/{section}/try")),
            element("span", wording.text("settings.try.hint"), class_="hint"),
        )
    configured = values_of(parts.configured, section)
    return form(
        signed_in,
        f"/admin/settings/{section}",
        render_fields(fields_of(section), typed, configured, held.changed, wording),
        key_line(held.settings.llm, wording) if section == "llm" else "",
        outcome or "",
        element("div", *trial, class_="actions") if trial else "",
        render_reason(typed, wording),
        element("div", button(wording.text("settings.save"), primary=True), class_="actions"),
        class_="settings",
        novalidate=True,
    )


def _later(parts: ConsoleParts, section: str, signed_in: SignedIn, wording: Wording) -> Html:
    """Return what has to be done before a change of this section takes effect, with the way to do it."""
    words = wording.known(f"settings.later.{section}")
    if words is None or section in ("serving", "rebuild"):
        return join()
    published = parts.assistant.published()
    if section == "ingest" or published is None:
        return element("p", words, class_="hint")
    serving = wording.text("settings.later.serving", model=published.model) if section == "embedding" else ""
    rebuild = form(signed_in, "/admin/rebuild", button(wording.text("settings.later.rebuild")))
    return element("div", element("p", words, " ", serving), rebuild, class_="told later")


def values_of(settings: Settings, section: str) -> Mapping[str, Any]:
    """Return the values of a section's settings by key, as JSON."""
    values = settings.model_dump(mode="json")
    return {one.key: plain_value(values, one.key) for one in fields_of(section)}


def way_back(wording: Wording) -> Html:
    """Return the link to the overview."""
    return element("p", element("a", wording.text("settings.back"), href=at("/admin/settings")))


def settings_page(
    request: Request, signed_in: SignedIn, wording: Wording, title: str, body: Html, problem: str | None = None
) -> Response:
    """Return a page of the settings."""
    return console_page(request, signed_in, wording, title, body, active="settings", problem=problem)
