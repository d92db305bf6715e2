"""Words of conversations kept in the browser, and an answer under way."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {}

ZH_HANT: dict[str, str] = {}

EN: dict[str, str] = {}
