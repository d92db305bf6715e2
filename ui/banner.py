"""Write the notice at the top of the pages for residents."""

from __future__ import annotations

from rag.settings import BannerSettings
from ui.markup import Html, element, join
from ui.standing_state import stand_now
from ui.wording import Language, Wording


def render_banner(wording: Wording) -> Html:
    """Return the notice that is to be shown now; nothing where there is none."""
    stand = stand_now()
    words, language = banner_words(stand.banner, wording.language)
    # Whoever works here and looks at the pages while they are closed must not take them for open.
    closed = element("p", wording.text("banner.closed"), class_="banner warning") if stand.shown_anyway else join()
    if not words:
        return closed
    notice = element(
        "section",
        element("strong", wording.text(f"banner.{stand.banner.level}")),
        *(element("p", line, lang=language) for line in words.splitlines() if line.strip()),
        class_=f"banner {stand.banner.level}",
        aria_label=wording.text("banner.label"),
    )
    return join(closed, notice)


def banner_words(banner: BannerSettings, language: Language) -> tuple[str, Language | None]:
    """Return the words for a language, and their language where it is another."""
    own = {Language.ZH_HANS: banner.zh_hans, Language.ZH_HANT: banner.zh_hant, Language.EN: banner.en}
    if own[language]:
        return own[language], None
    other = next((one for one, words in own.items() if words), None)
    return (own[other], other) if other else ("", None)
