"""The edge to authlib: ask an identity provider who somebody is (OpenID Connect, authorization code flow with PKCE).

What the provider says of itself and its keys are kept for an hour. A token that none of them signed makes them be
fetched once more, so that a provider may change its keys at any moment. Every call has a deadline.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ssl import SSLContext
from typing import TYPE_CHECKING, Any

from rag.settings import OidcSettings
from ui.accounts.sign_on_flow import Flow, Identity, SignOnError

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client
    from httpx2 import Response

KEPT_S = 3600.0
"""A key that the provider has withdrawn is not believed for longer than this."""
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
"""Signatures made with a private key; never ``none``, and none that is made with a secret both sides know."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ENCRYPTED_OR_OWN = re.compile(r"https://|http://(?:localhost|127(?:\.\d{1,3}){3})[:/]")
_CODE = re.compile(r"[a-z_]{1,60}")


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What the provider said, and when."""

    facts: Mapping[str, Any]
    keys: Sequence[Any]
    at: float


class Provider:
    """One identity provider. Its methods run on the server's loop and never wait longer than their deadline."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Ask the provider of these settings; nothing is reached before the first sign-in."""
        self._settings = settings
        self._clock = clock
        self._fetched: _Fetched | None = None
        self._trusted: SSLContext | None = None

    async def address(self, flow: Flow, back: str) -> str:
        """Return where the browser goes to sign in, to come back to ``back``.

        Raises:
            SignOnError: ``away`` where the provider does not answer well in time, ``setup`` where it is another one
                than the settings name or says of itself what cannot be used.
        """
        facts = (await self._known()).facts
        async with self._client(facts, back) as client:
            url, _ = client.create_authorization_url(
                facts["authorization_endpoint"], state=flow.state, code_verifier=flow.verifier, nonce=flow.nonce
            )
        return str(url)

    async def identity(self, code: str, flow: Flow, back: str) -> Identity:
        """Return who signed in, by the code that the browser brought back.

        Raises:
            SignOnError: as :meth:`address`; ``stale`` where the code was used or is too old, ``wrong`` where what the
                provider sent does not hold: signature, issuer, audience, nonce, times.
        """
        known = await self._known()
        async with self._client(known.facts, back) as client:
            token = await self._within(
                client.fetch_token(known.facts["token_endpoint"], code=code, code_verifier=flow.verifier)
            )
            claims = await self._claims(token, flow, known)
            if self._leaves_open(claims) and known.facts.get("userinfo_endpoint"):
                more = _json(await self._within(client.get(_endpoint(known.facts, "userinfo_endpoint"))))
                if more.get("sub") != claims["sub"]:
                    raise SignOnError("wrong", "the provider told of another person than the one who signed in")
                claims = {**more, **claims}
        return self._identity(claims)

    async def _claims(self, token: Mapping[str, Any], flow: Flow, known: _Fetched) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        written = token.get("id_token")
        if not isinstance(written, str):
            raise SignOnError("wrong", "the provider sent no ID token")
        allowed = [name for name in _SIGNATURES if name in _texts(known.facts, _ALGORITHMS, ("RS256",))]
        read = _verified(written, known.keys, allowed)
        if read is None:
            known = await self._known(anew=True)
            read = _verified(written, known.keys, allowed)
        if read is None:
            raise SignOnError("wrong", "no key of the provider signed its ID token")
        rules: dict[str, Any] = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }
        asked = {"nonce": flow.nonce, "client_id": self._settings.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(read.claims, read.header, rules, asked)
        try:
            claims.validate(leeway=self._settings.clock_skew_s)
        except (JoseError, ValueError, TypeError) as error:
            raise SignOnError("wrong", f"the provider's ID token does not hold: {error}") from error
        return dict(claims)

    def _leaves_open(self, claims: Mapping[str, Any]) -> bool:
        """Return whether the ID token lacks what the provider may tell when it is asked."""
        no_roles = bool(self._settings.roles) and _at(claims, self._settings.role_claim) is None
        return no_roles or not any(isinstance(claims.get(key), str) for key in _NAMES)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        told = _at(claims, self._settings.role_claim)
        roles = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        subject = claims["sub"]
        if not isinstance(subject, str):
            raise SignOnError("wrong", "the provider's ID token names nobody")
        name = next(
            (claims[key] for key in _NAMES if isinstance(claims.get(key), str) and claims[key].strip()), subject
        )
        return Identity(
            str(self._settings.issuer), subject, name, frozenset(role for role in roles if isinstance(role, str))
        )

    async def _known(self, *, anew: bool = False) -> _Fetched:
        kept = self._fetched
        if kept is not None and not anew and self._clock() < kept.at + KEPT_S:
            return kept
        import httpx2

        at = self._clock()
        async with httpx2.AsyncClient(timeout=self._settings.timeout_s, verify=self._trust()) as client:
            issuer = str(self._settings.issuer)
            own = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            facts = _json(await self._within(client.get(own)))
            if facts.get("issuer") != issuer:
                raise SignOnError("setup", "the provider calls itself otherwise than the setting oidc.issuer")
            for name in _ENDPOINTS:
                _endpoint(facts, name)
            keys = _json(await self._within(client.get(facts["jwks_uri"])))
        self._fetched = _Fetched(facts, _public_keys(keys), at)
        return self._fetched

    def _client(self, facts: Mapping[str, Any], back: str) -> AsyncOAuth2Client:
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        secret = os.environ.get(self._settings.client_secret_env) or None
        methods = _texts(facts, "token_endpoint_auth_methods_supported", ("client_secret_basic",))
        wanted = ("client_secret_basic", "client_secret_post") if secret else ("none",)
        method = next((name for name in wanted if name in methods), wanted[0])
        return AsyncOAuth2Client(
            self._settings.client_id,
            secret,
            token_endpoint_auth_method=method,
            scope=" ".join(dict.fromkeys(("openid", *self._settings.scopes))),
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=self._settings.timeout_s,
            verify=self._trust(),
            leeway=0,  # the token is used at once; a short life is no reason to ask for another
        )

    def _trust(self) -> SSLContext:
        """Return whom the system trusts; read once, as that takes longer than all the rest."""
        import httpx2

        if self._trusted is None:
            self._trusted = httpx2.create_ssl_context()
        return self._trusted

    async def _within(self, call: Any) -> Any:
        """Await an answer of the provider, no longer than the deadline, and translate what can go wrong."""
        with _translated():
            async with asyncio.timeout(self._settings.timeout_s):
                return await call


_ALGORITHMS = "id_token_signing_alg_values_supported"
_NAMES = ("preferred_username", "name", "nickname")
"""Claims that can name an account; the first is one person's at the provider."""


@contextmanager
def _translated() -> Iterator[None]:
    from authlib.common.errors import AuthlibBaseError
    from httpx2 import HTTPError, InvalidURL

    try:
        yield
    except (TimeoutError, HTTPError, InvalidURL) as error:
        raise SignOnError("away", f"the provider did not answer well: {type(error).__name__}") from error
    except AuthlibBaseError as error:
        code = error.error if _CODE.fullmatch(str(error.error)) else "an unknown error"
        raise SignOnError("stale" if code == "invalid_grant" else "setup", f"the provider refused: {code}") from error
    except ValueError as error:
        raise SignOnError("away", "the provider answered with something that is no JSON") from error


def _json(response: Response) -> dict[str, Any]:
    with _translated():
        response.raise_for_status()
        answer = response.json()
        if not isinstance(answer, dict):
            raise ValueError("no object")
    return answer


def _endpoint(facts: Mapping[str, Any], name: str) -> str:
    address = facts.get(name)
    if not isinstance(address, str) or not _ENCRYPTED_OR_OWN.match(address):
        raise SignOnError("setup", f"the provider's {name} is missing or not encrypted")
    return address


def _texts(facts: Mapping[str, Any], name: str, default: tuple[str, ...]) -> Sequence[str]:
    told = facts.get(name)
    return told if isinstance(told, list) else default


def _public_keys(answer: Mapping[str, Any]) -> list[Any]:
    """Return the keys that can sign; a kind that is not known yet does not spoil the others."""
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    keys = []
    told = answer.get("keys")
    for written in told if isinstance(told, list) else []:
        if not isinstance(written, dict) or written.get("kty") not in ("RSA", "EC") or written.get("use") == "enc":
            continue
        try:
            keys.append(import_key(written))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return keys


def _verified(written: str, keys: Sequence[Any], allowed: list[str]) -> Any:
    """Return the token that one of the keys signed, None where none did; a name of a key proves nothing."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    for key in keys:
        try:
            return jwt.decode(written, key, algorithms=allowed)
        except (JoseError, ValueError, TypeError):
            continue
    return None


def _at(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its whole name, else by the way inside that its dots tell."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def new_flow(place: str | None, bound_to: str = "") -> Flow:
    """Begin a sign-in that leads on to ``place``; ``bound_to`` is what only the session that began it knows."""
    return Flow(secrets.token_urlsafe(32), place, bound_to)
