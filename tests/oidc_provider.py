"""An identity provider for tests: OpenID Connect over real HTTP, signs with RS256, and misbehaves in named ways on request.

It checks what a real one checks (redirect address, PKCE, the client's secret, a code is good for one time), so that a
sign-in that succeeds here was asked for rightly.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.answering import answering

CLIENT, SECRET = "policychat-test", "s3cret-of-the-client"


class Fault(StrEnum):
    """What the provider does instead of behaving well."""

    OK = "ok"
    WRONG_NONCE = "wrong_nonce"
    NO_NONCE = "no_nonce"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_ISSUER = "wrong_issuer"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from_the_future"
    UNKNOWN_KEY = "unknown_key"
    """Signed with a key that stands nowhere."""
    UNSIGNED = "unsigned"
    SIGNED_WITH_THE_PUBLIC_KEY = "signed_with_the_public_key"
    """With HMAC, the published key as the secret: the classic confusion of algorithms."""
    ANOTHER_PERSON = "another_person"
    """The user-info endpoint tells of somebody else."""
    DECLINES = "declines"
    SLOW = "slow"
    SERVER_ERROR = "500"
    HTML = "html"
    NO_TOKEN = "no_token"
    ANOTHER_NAME = "another_name"
    """It calls itself otherwise than it is known."""


@dataclass
class Person:
    """Who sits in front of the browser."""

    subject: str = "248289761001"
    claims: Mapping[str, Any] = field(default_factory=lambda: {"preferred_username": "li.wei", "roles": ["desk"]})
    told_later: Mapping[str, Any] = field(default_factory=dict)
    """What only the user-info endpoint tells."""


@dataclass
class OidcProvider:
    """A running provider. ``person``, ``fault``, ``skew_s`` and ``secret`` may be changed between requests."""

    issuer: str = ""
    person: Person = field(default_factory=Person)
    fault: Fault = Fault.OK
    skew_s: int = 0
    """How far its clock is ahead of ours."""
    secret: str | None = SECRET
    """None takes public clients."""
    redirect: str = "http://testserver/sign-in/sso/back"
    key: Any = None
    keys: list[Any] = field(default_factory=list)
    """What is published."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    """What was asked wrongly."""
    paths: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def rotate(self) -> None:
        """Sign with a new key from now on, and publish it alone."""
        from joserfc.jwk import RSAKey

        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": f"key-{len(self.paths)}"})
        self.keys = [self.key]

    def id_token(self, nonce: str) -> str:
        """Return the signed word about the person, or one that ``fault`` spoils."""
        from joserfc import jwt
        from joserfc.jwk import RSAKey

        now = int(time.time()) + self.skew_s
        claims = {"iss": self.issuer, "sub": self.person.subject, "aud": CLIENT, "nonce": nonce}
        claims |= {"iat": now, "exp": now + 300, **self.person.claims}
        spoiled: dict[Fault, dict[str, Any]] = {
            Fault.WRONG_NONCE: {"nonce": "another"},
            Fault.WRONG_AUDIENCE: {"aud": "another-client"},
            Fault.WRONG_ISSUER: {"iss": "http://127.0.0.1:9/other"},
            Fault.EXPIRED: {"iat": now - 900, "exp": now - 600},
            Fault.FROM_THE_FUTURE: {"iat": now + 3600},
        }
        claims |= spoiled.get(self.fault, {})
        if self.fault is Fault.NO_NONCE:
            del claims["nonce"]
        if self.fault is Fault.UNSIGNED:
            parts = ({"alg": "none", "typ": "JWT"}, claims)
            return ".".join(_encoded(json.dumps(part).encode()) for part in parts) + "."
        if self.fault is Fault.SIGNED_WITH_THE_PUBLIC_KEY:
            parts = ({"alg": "HS256", "kid": self.key.kid}, claims)
            signed = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
            made = hmac.digest(self.key.as_pem(private=False), signed.encode(), hashlib.sha256)
            return f"{signed}.{_encoded(made)}"
        key = RSAKey.generate_key(2048, {"kid": self.key.kid}) if self.fault is Fault.UNKNOWN_KEY else self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


@contextmanager
def oidc_provider() -> Iterator[OidcProvider]:
    """Serve on a free port of this machine until the block ends."""
    state = OidcProvider()

    class Handler(_Handler):
        provider = state

    state.rotate()
    with answering(Handler, state.stopping) as origin:
        state.issuer = f"{origin}/realms/health"
        yield state


class _Handler(BaseHTTPRequestHandler):
    provider: OidcProvider

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class names it so)
        """Keep the test output clean."""

    def do_GET(self) -> None:
        path, query = self._route()
        if self._is_away():
            return
        pages = {
            "/.well-known/openid-configuration": self._facts,
            "/keys": lambda: {
                "keys": [{"kty": "new kind"}, *(key.as_dict(private=False) for key in self.provider.keys)]
            },
            "/person": self._person,
        }
        if path == "/authorize":
            self._authorize({name: values[0] for name, values in query.items()})
        elif path in pages:
            self._json(200, pages[path]())
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        path, _ = self._route()
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        if self._is_away():
            return
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        problem = "not_found" if path != "/token" else self._wrong_with(fields)
        if problem:
            self.provider.complaints.append(problem)
            self._json(400, {"error": problem, "error_description": "said of a person by name"})
            return
        token = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 5}
        if self.provider.fault is not Fault.NO_TOKEN:
            token["id_token"] = self.provider.id_token(self.provider.codes[fields["code"]]["nonce"])
        del self.provider.codes[fields["code"]]
        self._json(200, token)

    def _route(self) -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/realms/health")
        self.provider.paths.append(path)
        return path, parse_qs(parts.query)

    def _is_away(self) -> bool:
        if self.provider.fault is Fault.SLOW:
            self.provider.stopping.wait(30)
        elif self.provider.fault is Fault.SERVER_ERROR:
            self._json(500, {"error": "server_error"})
            return True
        elif self.provider.fault is Fault.HTML:
            self._send(200, "text/html", b"<html><body>Please wait</body></html>")
            return True
        return self.provider.fault is Fault.SLOW

    def _facts(self) -> dict[str, Any]:
        issuer = self.provider.issuer
        called = "https://login.example/other" if self.provider.fault is Fault.ANOTHER_NAME else issuer
        methods = ["client_secret_basic"] if self.provider.secret else ["none"]
        return {
            "issuer": called,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "userinfo_endpoint": f"{issuer}/person",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": methods,
        }

    def _authorize(self, asked: dict[str, str]) -> None:
        wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        wanted["redirect_uri"] = self.provider.redirect
        wrong = [name for name, value in wanted.items() if asked.get(name) != value]
        wrong += [name for name in ("state", "nonce", "code_challenge") if len(asked.get(name, "")) < 43]
        if wrong or "openid" not in asked.get("scope", "").split():
            self.provider.complaints.append(f"authorize: {wrong}")
            self._json(400, {"error": "invalid_request"})
            return
        back = {"state": asked["state"], "iss": self.provider.issuer}
        if self.provider.fault is Fault.DECLINES:
            back["error"] = "access_denied"
        else:
            back["code"] = f"code-{len(self.provider.paths)}"
            self.provider.codes[back["code"]] = asked
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _wrong_with(self, fields: dict[str, str]) -> str | None:
        asked = self.provider.codes.get(fields.get("code", ""))
        challenge = _encoded(hashlib.sha256(fields.get("code_verifier", "").encode()).digest())
        if not self._is_client(fields):
            return "invalid_client"
        if asked is None or fields.get("redirect_uri") != asked["redirect_uri"]:
            return "invalid_grant"
        if fields.get("grant_type") != "authorization_code" or challenge != asked["code_challenge"]:
            return "invalid_request"
        return None

    def _is_client(self, fields: dict[str, str]) -> bool:
        if self.provider.secret is None:
            return fields.get("client_id") == CLIENT
        kind, _, sent = self.headers.get("Authorization", "").partition(" ")
        name, _, secret = base64.b64decode(sent).decode().partition(":")
        return (kind, unquote(name), unquote(secret)) == ("Basic", CLIENT, self.provider.secret)

    def _person(self) -> dict[str, Any]:
        if self.headers.get("Authorization") != "Bearer at-1":
            self.provider.complaints.append("person: no token")
        another = self.provider.fault is Fault.ANOTHER_PERSON
        subject = "another" if another else self.provider.person.subject
        return {"sub": subject, **self.provider.person.told_later}

    def _json(self, status: int, answer: Mapping[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, media_type: str, payload: bytes) -> None:
        with suppress(OSError):  # who waited too long has gone
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
