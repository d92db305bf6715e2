"""The form of one section of the settings, made of what the models say, and what somebody typed into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rag.catalogue.settings_changes import WITHDRAWN
from rag.setting_fields import SettingField, SettingKind, is_changeable, setting_fields, shown_value, typed_value
from rag.settings_changed import SettingProblem
from ui.console.frame import field as labelled
from ui.console.sent import MAX_REASON_CHARS, text_of
from ui.console.setting_words import allowed, choice_words, hints, label, value_words
from ui.markup import Html, element, join
from ui.wording import Wording

COMMON = frozenset(
    (
        "service",
        "banner",
        "help",
        "examples",
        "answering",
        "regions",
        "llm",
        "embedding",
        "reranker",
        "retention",
        "use",
        "calls",
        "offices",
    )
)
"""Sections for everybody; those of all others are read beside the documentation, so their keys are shown."""
_LONGEST_TYPED = 12_000
_LONG_TEXT = 400
"""Texts that may be longer get a box of several lines."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form: values and what the form held before, by key, and what is to be taken back."""

    values: Mapping[str, str]
    before: Mapping[str, str]
    withdrawn: frozenset[str] = frozenset()
    reason: str = ""
    problems: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What is wrong, in words, by key."""

    def wanted(self) -> dict[str, Any]:
        """Return what is to be changed: what was typed over, not what somebody else changed in the meantime."""
        fields = setting_fields()
        typed = {
            key: typed_value(fields[key], value)
            for key, value in self.values.items()
            if _plain(value) != _plain(self.before.get(key, ""))
        }
        return typed | dict.fromkeys(self.withdrawn, WITHDRAWN)


def fields_of(section: str) -> tuple[SettingField, ...]:
    """Return the settings of a section that can be changed, in the order of the models."""
    return tuple(one for one in setting_fields().values() if one.section == section and is_changeable(one.key))


def typed_in(section: str, sent: Mapping[str, object]) -> Typed:
    """Return what a form of this section sent; keys of other sections are not looked at."""
    keys = [one.key for one in fields_of(section) if one.key in sent]
    return Typed(
        {key: text_of(sent, key, _LONGEST_TYPED) for key in keys},
        {key: text_of(sent, f"was:{key}", _LONGEST_TYPED) for key in keys},
        frozenset(one.key for one in fields_of(section) if text_of(sent, f"back:{one.key}")),
        text_of(sent, "reason", MAX_REASON_CHARS),
    )


def as_it_stands(section: str, values: Mapping[str, Any]) -> Typed:
    """Return the form of what holds now; ``values`` by key, as JSON."""
    shown = {one.key: shown_value(one, values[one.key]) for one in fields_of(section)}
    return Typed(shown, shown)


def problem_words(problem: SettingProblem, wording: Wording) -> tuple[str, str]:
    """Return the key of what is wrong, or the section's name, and what is expected there, in words."""
    known = setting_fields().get(problem.key)
    if known is None:
        return problem.key, wording.text("settings.refused.together")
    if "environment variable" in problem.detail:
        return problem.key, wording.text("settings.wrong.variable")
    if "without a password" in problem.detail:
        return problem.key, wording.text("settings.wrong.password")
    return problem.key, wording.text("settings.wrong", allowed=allowed(known, wording))


def render_fields(
    fields: Sequence[SettingField],
    typed: Typed,
    configured: Mapping[str, Any],
    changed: Mapping[str, Any],
    wording: Wording,
) -> Html:
    """Return the controls; a member of a group of settings stands under the group's name."""
    parts: list[str] = []
    group = ""
    for one in fields:
        parent = one.key.rpartition(".")[0]
        if "." in parent and parent != group:
            group = parent
            parts.append(element("h2", wording.known(f"settings.label.{parent}") or parent))
        parts.append(_field(one, typed, configured, one.key in changed, wording))
    return join(*parts)


def render_wrong(typed: Typed, wording: Wording) -> Html:
    """Return the ways to the fields that cannot be taken as they are; nothing where there are none."""
    wrong = [one for one in setting_fields().values() if one.key in typed.problems]
    if not wrong:
        return join()
    links = (element("li", element("a", label(one, wording), href=f"#{one.key}")) for one in wrong)
    return element("ul", *links, class_="wrong-fields")


def render_reason(typed: Typed, wording: Wording) -> Html:
    """Return the field for why."""
    control = element(
        "input",
        type="text",
        name="reason",
        id="reason",
        value=typed.reason,
        maxlength=MAX_REASON_CHARS,
        aria_describedby="reason-hint",
        autocomplete="off",
    )
    return join(
        _complaint(typed, "reason"),
        labelled(wording.text("settings.reason"), control, wording.text("settings.reason.hint"), for_="reason"),
    )


def _field(one: SettingField, typed: Typed, configured: Mapping[str, Any], changed: bool, wording: Wording) -> Html:
    key = one.key
    name = label(one, wording)
    aside: str = join()
    if changed:
        back = element(
            "input", type="checkbox", name=f"back:{key}", value="yes", checked=key in typed.withdrawn, id=f"back-{key}"
        )
        file = wording.text("settings.configured", value=value_words(one, configured[key], wording))
        aside = element(
            "div",
            element("span", file, class_="hint"),
            element("label", back, wording.text("settings.withdraw"), class_="check"),
            class_="changed",
        )
    return element(
        "div",
        element("label", name, for_=key),
        element("div", hints(one, wording, key=one.section not in COMMON), id=f"{key}-hint"),
        _complaint(typed, key),
        element("input", type="hidden", name=f"was:{key}", value=typed.before.get(key, "")),
        _control(one, typed, wording),
        aside,
        class_=f"field setting {one.kind}{' wrong' if key in typed.problems else ''}",
    )


def _control(one: SettingField, typed: Typed, wording: Wording) -> Html:
    key, value = one.key, typed.values.get(one.key, "")
    common: dict[str, str | None] = {
        "id": key,
        "name": key,
        "aria_describedby": f"{key}-hint",
        "aria_invalid": "true" if key in typed.problems else None,
    }
    if one.kind in (SettingKind.SWITCH, SettingKind.CHOICE):
        choices = ("true", "false") if one.kind is SettingKind.SWITCH else one.choices
        options = (
            element("option", choice_words(one, each, wording), value=each, selected=each == value)
            for each in (*choices, *(("",) if one.optional else ()))
        )
        return element("select", *options, **common)
    long = one.kind in (SettingKind.LIST, SettingKind.FIELDS) or (one.longest or 0) >= _LONG_TEXT
    if long:
        # A text that begins with an empty line keeps it only behind another one.
        return element("textarea", f"\n{value}", rows=min(12, max(3, value.count("\n") + 2)), **common)
    kind = "date" if one.kind is SettingKind.DAY else "text"
    numeric = {SettingKind.WHOLE: "numeric", SettingKind.NUMBER: "decimal"}.get(one.kind)
    return element("input", type=kind, value=value, inputmode=numeric, autocomplete="off", **common)


def _complaint(typed: Typed, key: str) -> Html:
    words = typed.problems.get(key)
    return element("p", words, class_="problem", role="alert") if words else join()


def _plain(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()
