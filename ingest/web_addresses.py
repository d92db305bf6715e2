"""Decide which web addresses an ingest may read, and under which name a page is kept.

An admin pastes addresses that others wrote. Such an address must not make the server read what only it can reach:
itself, its network, the metadata service of its cloud (server-side request forgery, CWE-918).
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from rag.errors import SourceError

PORTS = {"http": 80, "https": 443}
_MAX_CHARS = 2000
_LOCAL_NAMES = re.compile(r"(?:.*\.)?(?:localhost|localdomain|local|internal|intranet|lan|home|corp|home\.arpa|onion)")
_HOST = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")
_NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)")
_NOT_IN_ADDRESS = re.compile(r"[\s\\\x00-\x20\x7f<>\"^`{|}]")

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "3fff::/20"),  # RFC 6890, 7526, 9637
    )
)


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that a translator or tunnel would turn an IPv6 address into (RFC 4291, 3056, 6052)."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet; anything that is no IP address is not."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _embedded(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _GLOBAL_UNICAST:
            return False
    return (
        ip.is_global
        and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local)
        and not any(ip.version == network.version and ip in network for network in _SPECIAL)
    )


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web address in parts that were checked; ``host`` is ASCII, ``target`` is path and query as they are sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        """Return the address without a user, a fragment or the port that its scheme implies."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


def _ascii_host(address: str, host: str) -> str:
    """Return a host name in ASCII, or an IP address in its one plain form."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        name = unicodedata.normalize("NFKC", host).encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError as error:
        raise SourceError(f"{address}: the host name is not valid") from error
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        # 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1 to some resolvers.
        raise SourceError(f"{address}: a host in figures must be a plain IP address")
    if _LOCAL_NAMES.fullmatch(name) or not _HOST.fullmatch(name):
        raise SourceError(f"{address}: the host is not a name of the public internet")
    return name


def _quoted(text: str) -> str:
    """Percent-encode what is not ASCII; what is encoded already stays."""
    return "".join(
        character if character.isascii() else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in text
    )


def parse_address(address: str, *, any_port: bool = False) -> WebAddress:
    """Return the parts of a web address.

    Raises:
        SourceError: not http or https, a user or password in it, a port other than 80 and 443 unless ``any_port``,
            a host that is local by name or written in a disguised form, or too long.
    """
    shown = address if len(address) <= 200 else address[:199] + "…"
    stripped = address.strip()
    if len(stripped) > _MAX_CHARS or _NOT_IN_ADDRESS.search(stripped):
        raise SourceError(f"{shown}: not a web address")
    try:
        parts = urlsplit(stripped)
        port = parts.port
    except ValueError as error:
        raise SourceError(f"{shown}: not a web address ({error})") from error
    if parts.scheme not in PORTS:
        raise SourceError(f"{shown}: only http and https addresses are read")
    if "@" in parts.netloc:
        raise SourceError(f"{shown}: an address with a user name is not read")
    if not parts.hostname:
        raise SourceError(f"{shown}: the address names no host")
    port = PORTS[parts.scheme] if port is None else port
    if not any_port and port not in PORTS.values():
        raise SourceError(f"{shown}: only the ports 80 and 443 are read, not {port}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(parts.scheme, _ascii_host(shown, parts.hostname), port, _quoted(target))


_UNSAFE = re.compile(r"[^\w.\-]+")
_MAX_SEGMENT_CHARS = 80
_MAX_SEGMENTS = 8


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _segment(raw: str) -> str:
    """Return one step of a path as a file name; what had to be changed is told apart by a digest."""
    plain = unicodedata.normalize("NFC", unquote(raw, errors="replace"))
    safe = _UNSAFE.sub("_", plain).strip(".")
    if safe == plain and 0 < len(safe) <= _MAX_SEGMENT_CHARS:
        return safe
    return f"{safe[: _MAX_SEGMENT_CHARS - 9] or '_'}-{_digest(raw)}"


def source_for(address: WebAddress, extension: str) -> str:
    """Return the relative name under which a page is kept: ``host/path``, always the same for the same address.

    It ends in ``extension``. A query is kept as its digest, since two queries are two pages.
    """
    path, _, query = address.target.partition("?")
    steps = [step for step in path.split("/") if step]
    if len(steps) > _MAX_SEGMENTS:
        steps = [*steps[: _MAX_SEGMENTS - 2], _digest("/".join(steps)), steps[-1]]
    names = [_segment(step) for step in steps]
    if not names or path.endswith("/"):
        names.append("index")
    last = PurePosixPath(names[-1])
    stem = last.stem if last.suffix.lower() == extension else last.name
    host = address.host.replace(":", "_")
    return "/".join((host, *names[:-1], f"{stem}{f'-{_digest(query)}' if query else ''}{extension}"))
