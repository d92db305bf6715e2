"""Words of what the server may keep, and what it says of personal data typed by mistake."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {}

ZH_HANT: dict[str, str] = {}

EN: dict[str, str] = {}
