"""Fetch a model of a hub into the local cache: ``python -m rag.hub_download NAME``, run by ``rag.hub``.

A program of its own, so that it can be ended: a hub that accepts a connection and never answers holds the call for ever.
"""

from __future__ import annotations

import os
import socket
import sys
from urllib.parse import urlsplit

_CONNECT_S = 5.0
_PROXIES = ("https_proxy", "http_proxy", "all_proxy")
_LEFT_OUT = ["*.onnx", "onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.ot"]
"""Forms of the same weights that are not used here."""


def unreachable() -> str | None:
    """Return why the hub takes no connection, or None; behind a proxy only the download itself can tell.

    The look comes first because the hub's own client tries for 70 seconds where there is no network.
    """
    from huggingface_hub.constants import ENDPOINT

    if any(os.environ.get(name) or os.environ.get(name.upper()) for name in _PROXIES):
        return None
    address = urlsplit(ENDPOINT)
    port = address.port or (80 if address.scheme == "http" else 443)
    try:
        socket.create_connection((address.hostname or "", port), timeout=_CONNECT_S).close()
    except OSError as error:
        return (
            f"the model hub {ENDPOINT} cannot be reached ({error}). On a machine with a connection, fetch the model and "
            "copy its folder here: a folder's path can stand where a name does. HF_ENDPOINT names another hub"
        )
    return None


def main(arguments: list[str]) -> str | None:
    """Fetch the model that is named; return what went wrong, or None."""
    from huggingface_hub import snapshot_download

    reason = unreachable()
    if reason is None:
        try:
            snapshot_download(arguments[0], ignore_patterns=_LEFT_OUT)
        except Exception as error:  # the hub's client raises what its libraries raise
            reason = f"{type(error).__name__}: {error}"
    return reason


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
