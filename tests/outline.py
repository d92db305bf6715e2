"""Read markup as a browser's parser would, and tell whether it could do harm."""

from __future__ import annotations

from html.parser import HTMLParser


class Outline(HTMLParser):
    """Collects tags, attributes and text; fails on a tag that is closed twice or never."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in ("meta", "link", "br", "hr", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def values(self, tag: str, name: str) -> list[str | None]:
        return [value for at, attribute, value in self.attributes if (at, attribute) == (tag, name)]


def outline(markup: str) -> Outline:
    parsed = Outline()
    parsed.feed(markup)
    parsed.close()
    return parsed


def assert_harmless(markup: str, scripts: tuple[str, ...] = ()) -> Outline:
    parsed = outline(markup)
    assert parsed.values("script", "src") == list(scripts)
    assert parsed.tags.count("script") == len(scripts)
    assert not {"img", "iframe", "form", "style", "object"} & set(parsed.tags)
    assert [name for _, name, _ in parsed.attributes if name.startswith("on")] == []
    links = [value for value in parsed.values("a", "href") if value]
    assert [link for link in links if link.lower().startswith(("javascript:", "data:"))] == []
    return parsed
