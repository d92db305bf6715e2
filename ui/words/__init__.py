"""Every word that a reader sees beside those of ``ui.wording_…``, by area: three dictionaries with the same keys.

A key that begins with ``js.`` is handed to the browser (see ``ui/theme/context.js``).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ui.words import (
    accounts,
    actions,
    anywhere,
    console,
    console_documents,
    console_evaluation,
    console_schedules,
    console_setting_labels,
    console_settings,
    console_state,
    console_upkeep,
    console_use,
    display,
    documents,
    history,
    more,
    page,
    records,
    staff,
    staff_answer,
    staff_approved,
    staff_calls,
    staff_compare,
    staff_search,
)

_AREAS = (
    accounts,
    actions,
    anywhere,
    console,
    console_documents,
    console_schedules,
    console_upkeep,
    console_evaluation,
    console_setting_labels,
    console_settings,
    console_state,
    console_use,
    display,
    documents,
    history,
    more,
    page,
    records,
    staff,
    staff_approved,
    staff_answer,
    staff_calls,
    staff_compare,
    staff_search,
)


def joined(*parts: Mapping[str, str]) -> Mapping[str, str]:
    """Return all words in one. Raises ValueError where a key stands twice."""
    joined: dict[str, str] = {}
    for part in parts:
        twice = joined.keys() & part.keys()
        if twice:
            raise ValueError(f"words defined twice: {sorted(twice)}")
        joined |= part
    return MappingProxyType(joined)


ZH_HANS = joined(*(area.ZH_HANS for area in _AREAS))
ZH_HANT = joined(*(area.ZH_HANT for area in _AREAS))
EN = joined(*(area.EN for area in _AREAS))
