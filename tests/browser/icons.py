"""Draw the icons of the installed app from ``ui/theme/icon.svg``: ``python -m tests.browser.icons``."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

THEME = Path(__file__).parents[2] / "ui" / "theme"
ICONS = {"icon-192.png": (192, False), "icon-512.png": (512, False), "icon-maskable-512.png": (512, True)}


def drawing(source: str, maskable: bool) -> str:
    """Return the icon; for a mask the ground fills the square and the sign keeps to the inner circle of 80 %."""
    if not maskable:
        return source
    full = source.replace(' rx="13"', "")
    return full.replace('<g id="sign">', '<g id="sign" transform="translate(32 32) scale(.78) translate(-32 -32.500)">')


def draw(browser: Browser, source: str, side: int, maskable: bool) -> bytes:
    """Return one icon as PNG, transparent outside the rounded ground."""
    page = browser.new_page(viewport={"width": side, "height": side})
    page.set_content(f"<style>*{{margin:0}}svg{{display:block;width:100vw}}</style>{drawing(source, maskable)}")
    picture = page.screenshot(omit_background=True)
    page.close()
    return picture


def main() -> None:
    source = (THEME / "icon.svg").read_text(encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (side, maskable) in ICONS.items():
            (THEME / name).write_bytes(draw(browser, source, side, maskable))
        browser.close()


if __name__ == "__main__":
    main()
