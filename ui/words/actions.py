"""Words of what can be done with an answer: say whether it helped, copy, share, print, save."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {}

ZH_HANT: dict[str, str] = {}

EN: dict[str, str] = {}
