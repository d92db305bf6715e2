"""Say in the reader's language what a setting is called, what may stand there, and what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.catalogue.settings_changes import SettingChange, Withdrawn
from rag.setting_fields import SettingField, SettingKind, setting_fields, shown_value
from ui.markup import Html, element, join
from ui.wording import Wording

_UNITS = ("_s", "_days", "_mb", "_chars")
_LONGEST_SHOWN = 120
_ROOMY = 300
_SHARED_HINTS: Mapping[str, str] = {
    "service.closed_zh_hans": "service.closed",
    "service.closed_zh_hant": "service.closed",
    "service.closed_en": "service.closed",
    "banner.zh_hant": "banner.other",
    "banner.en": "banner.other",
}


def section_title(section: str, wording: Wording) -> str:
    """Return what a section is called; its name where it has no words yet."""
    return wording.known(f"settings.section.{section}") or section


def section_lead(section: str, description: str, wording: Wording) -> Html:
    """Return what a section is for, in English from the code where it has no words yet."""
    known = wording.known(f"settings.section.{section}.lead")
    return join(known) if known else element("span", description, lang="en")


def label(field: SettingField, wording: Wording) -> str:
    """Return what a setting is called; a member of a group by its group and its name."""
    known = wording.known(f"settings.label.{field.key}")
    if known:
        return known
    group, _, name = field.key.rpartition(".")
    if group == "answering.stale_after":
        return wording.known(f"document.type.{name}") or name
    return field.key


def hints(field: SettingField, wording: Wording, *, key: bool = False) -> Html:
    """Return what a setting does where its name does not say it, what is allowed, its unit, and with ``key`` its key."""
    known = wording.known(f"settings.hint.{_SHARED_HINTS.get(field.key, field.key)}")
    named = label(field, wording) != field.key
    what = join(known) if known else join() if named else element("span", field.description, lang="en")
    own = wording.text("settings.key", name=field.key) if key and named else ""
    parts = [part for part in (what, _told(field, wording), own) if part]
    return join(*(element("span", part, class_="hint") for part in parts))


def allowed(field: SettingField, wording: Wording) -> str:
    """Return what may stand there."""
    words = _allowed(field, wording)
    return wording.text("settings.allowed.optional", allowed=words) if field.optional else words


def value_words(field: SettingField, value: Any, wording: Wording) -> str:
    """Return a value as JSON holds it for people to read, cut where it is long."""
    if field.kind in (SettingKind.SWITCH, SettingKind.CHOICE) and value is not None:
        return choice_words(field, shown_value(field, value), wording)
    words = shown_value(field, value).replace("\n", " / ")
    if not words:
        return wording.text("settings.nothing")
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN]}…"


def choice_words(field: SettingField, value: str, wording: Wording) -> str:
    """Return one of the values of a choice or a switch in words."""
    known = wording.known(f"settings.choice.{field.key}.{value}")
    if known or field.kind is not SettingKind.SWITCH:
        return known or value
    return wording.text("settings.on" if value == "true" else "settings.off")


def change_words(change: SettingChange, wording: Wording) -> tuple[str, str]:
    """Return what a change was about, and from what to what."""
    field = setting_fields().get(change.key)
    if field is None:
        return change.key, ""
    before = value_words(field, change.before, wording)
    withdrawn = isinstance(change.after, Withdrawn)
    after = wording.text("settings.changes.withdrawn") if withdrawn else value_words(field, change.after, wording)
    return label(field, wording), f"{before} → {after}"


def _told(field: SettingField, wording: Wording) -> str:
    """Return bounds and unit; nothing where the control shows them itself."""
    if field.kind in (SettingKind.SWITCH, SettingKind.CHOICE):
        return ""
    unit = next(
        (wording.text(f"settings.unit{end.replace('_', '.')}") for end in _UNITS if field.key.endswith(end)), ""
    )
    if field.key.startswith("answering.stale_after."):
        unit = wording.text("settings.unit.days")
    # That a name has room enough need not be said.
    bare = field.kind is SettingKind.TEXT and (field.longest or _ROOMY) == _ROOMY
    sep = ", " if wording.language == "en" else "，"
    return sep.join(part for part in ("" if bare else allowed(field, wording), unit) if part)


def _allowed(field: SettingField, wording: Wording) -> str:
    match field.kind:
        case SettingKind.WHOLE | SettingKind.NUMBER:
            name = "above" if field.least_open else field.kind.value
            return wording.text(f"settings.allowed.{name}", least=_number(field.least), most=_number(field.most))
        case SettingKind.TEXT if field.longest is not None:
            return wording.text("settings.allowed.text", most=field.longest)
        case SettingKind.LIST if field.longest is not None:
            return wording.text("settings.allowed.list.most", most=field.longest)
        case SettingKind.TEXT:
            return wording.text("settings.allowed.any")
        case SettingKind.SWITCH | SettingKind.CHOICE:
            return wording.text("settings.allowed.choice")
        case _:
            return wording.text(f"settings.allowed.{field.kind}")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value == int(value) else f"{value:g}"
