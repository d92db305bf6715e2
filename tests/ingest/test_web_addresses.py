from __future__ import annotations

import pytest

from ingest.web_addresses import is_public, parse_address, source_for
from rag.errors import SourceError


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0",  # noqa: S104 - refused
        "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.9", "192.88.99.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1", "fec0::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:a00:1", "::127.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001::1", "5f00::1", "localhost", "", "1.1.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_open_internet_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "114.114.114.114", "2400:3200::1", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"]
)
def test_an_address_of_the_open_internet_is_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://example.org/a", "only http and https"),
        ("example.org/a", "only http and https"),
        ("http://user@example.org/", "user name"),
        ("http://example.org@127.0.0.1/", "user name"),
        ("http://example.org:8080/", "ports 80 and 443"),
        ("http://example.org:99999/", "not a web address"),
        ("http:///a", "names no host"),
        ("http://localhost/", "public internet"),
        ("http://LOCALHOST./", "public internet"),
        ("http://a.localhost/", "public internet"),
        ("http://printer.local/", "public internet"),
        ("http://metadata.google.internal/", "public internet"),
        ("http://intranet/", "public internet"),
        ("http://2130706433/", "figures"),
        ("http://0x7f000001/", "figures"),
        ("http://0177.0.0.1/", "figures"),
        ("http://127.1/", "figures"),
        ("http://0x7f.1/", "figures"),
        ("http://１２７.０.０.1x.１/", "figures"),
        ("http://example.org\\@127.0.0.1/", "not a web address"),
        ("http://exam ple.org/", "not a web address"),
        ("http://example.org/\r\nHost: x", "not a web address"),
        ("http://[::1", "not a web address"),
        ("http://example.org/" + "a" * 3000, "not a web address"),
    ],
)
def test_an_address_that_could_hide_another_is_refused_with_its_reason(address: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        parse_address(address)


def test_parts_of_an_address_are_put_into_one_form() -> None:
    address = parse_address(" HTTPS://WWW.Example.ORG:443/政策/a b.html?x=老人#top ".replace("a b", "ab"))
    assert address.url == "https://www.example.org/%E6%94%BF%E7%AD%96/ab.html?x=%E8%80%81%E4%BA%BA"
    assert parse_address("http://卫健委.中国/").host == "xn--nyq96ey2h.xn--fiqs8s"
    assert parse_address("http://[2400:3200::1]/a").url == "http://[2400:3200::1]/a"


@pytest.mark.parametrize(
    ("address", "extension", "source"),
    [
        ("http://a.example.org/", ".html", "a.example.org/index.html"),
        ("http://a.example.org/zwgk/", ".html", "a.example.org/zwgk/index.html"),
        ("http://a.example.org/zwgk/1.html", ".html", "a.example.org/zwgk/1.html"),
        ("http://a.example.org/t1.shtml", ".html", "a.example.org/t1.shtml.html"),
        ("http://a.example.org/通知.PDF", ".pdf", "a.example.org/通知.pdf"),
    ],
)
def test_a_page_is_kept_under_its_host_and_path(address: str, extension: str, source: str) -> None:
    assert source_for(parse_address(address), extension) == source


def test_two_queries_are_two_pages_and_a_name_is_always_the_same() -> None:
    names = [source_for(parse_address(f"http://a.example.org/s.jsp?id={n}"), ".html") for n in (1, 2, 1)]
    assert names[0] != names[1]
    assert names[0] == names[2]


@pytest.mark.parametrize(
    "path",
    ["..", "%2e%2e/%2e%2e/etc/passwd", "a/%2Fetc", "...", "a%00b", "x" * 500, "a/" * 200 + "b", "~", "-rf", "CON%5C.."],
)
def test_no_path_leaves_the_folder(path: str) -> None:
    source = source_for(parse_address(f"http://a.example.org/{path}"), ".html")
    steps = source.split("/")
    assert steps[0] == "a.example.org"
    assert all(step.strip(".") and len(step) <= 120 and "\\" not in step and "\0" not in step for step in steps)
    assert len(steps) <= 10
