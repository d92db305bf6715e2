"""Words of the widget, the installed page, and pages without a network."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {}

ZH_HANT: dict[str, str] = {}

EN: dict[str, str] = {}
