"""Ask axe-core what is wrong with a page for people who cannot see, hear or point well."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_SERIOUS = ("serious", "critical")
_SHOWN = 5


def violations(page: Page) -> list[str]:
    """Return the serious and critical findings of WCAG 2.1 A and AA, each with the elements it stands at.

    The script is evaluated through the driver, so the page's content policy neither stops it nor has to allow it.
    """
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": _LEVELS}, "resultTypes": ["violations"]})
    return [
        f"{finding['id']} ({finding['impact']}): " + "; ".join(node["html"][:160] for node in finding["nodes"][:_SHOWN])
        for finding in found.response["violations"]
        if finding["impact"] in _SERIOUS
    ]
