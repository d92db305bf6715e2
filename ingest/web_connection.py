"""Connect to addresses of the open internet only, and never for longer than a deadline allows.

A host is resolved once and the connection goes to an address that was checked, so that a name which answers
differently the second time (DNS rebinding) gains nothing; the certificate is still checked against the name.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import httpcore

from ingest.web_addresses import is_public

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be connected to; another one than ``PUBLIC`` is for tests and for servers that an operator names."""

    allowed: Callable[[str], bool] = is_public
    """Tells of an IP address whether it may be connected to."""
    any_port: bool = False


PUBLIC = Policy()


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, in the system's order.

    Raises:
        OSError: the name has none, or no name server answers.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Deadline:
    """A moment by which everything must have ended; each step gets what is left of the time."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._at = time.monotonic() + timeout_s

    def left(self) -> float:
        """Return the seconds that remain.

        Raises:
            httpcore.TimeoutException: none do.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException(f"not complete after {self._timeout_s:g} s")
        return left

    def call(self, work: Callable[[], list[str]]) -> list[str]:
        """Return what ``work`` returns; it is left alone when the time is over, since name lookups cannot be stopped."""
        results: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def run() -> None:
            try:
                results.put(work())
            except OSError as error:
                results.put(error)

        threading.Thread(target=run, daemon=True, name="name-lookup").start()
        try:
            result = results.get(timeout=self.left())
        except queue.Empty:
            raise httpcore.TimeoutException("the name lookup took too long") from None
        if isinstance(result, OSError):
            raise httpcore.ConnectError(f"the host is not known ({result.strerror or result})") from result
        return result


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no single step outlasts the deadline, however slowly the bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline decides
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: typing.Any,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._stream.get_extra_info(info)


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to a host only if every address of its name is allowed, and to one of these very addresses."""

    def __init__(
        self,
        policy: Policy,
        deadline: Deadline,
        lookup: Resolve = resolve,
        network: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._policy = policy
        self._deadline = deadline
        self._lookup = lookup
        self._network = network or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline decides
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection to the first checked address that answers."""
        addresses = self._deadline.call(lambda: self._lookup(host, port))
        refused = [address for address in addresses if not self._policy.allowed(address)]
        if refused or not addresses:
            raise NotAllowedError(f"{host} is not on the public internet ({', '.join(refused) or 'no address'})")
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses:
            try:
                stream = self._network.connect_tcp(address, port, self._deadline.left(), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _TimedStream(stream, self._deadline)
        raise failure or httpcore.ConnectError("no address")


class NotAllowedError(Exception):
    """A host that must not be connected to; turned into SourceError by ``fetch``."""
