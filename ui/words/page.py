"""Words of the first screen and the page without scripts."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {}

ZH_HANT: dict[str, str] = {}

EN: dict[str, str] = {}
