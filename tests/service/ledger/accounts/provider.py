"""A small OpenID Connect provider on a real port: code flow, PKCE, one client, signed tokens."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.security.utils import get_authorization_scheme_param
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from services.ledger.accounts.openid_rules import challenge

CLIENT, SECRET = "recours", "client-secret-of-the-provider"
REDIRECT = "http://desk.example/desk/openid"
PATH = "/v1/organisations/societe-demo/provider"


@dataclass
class Provider:
    """The provider's mind: who is signed in, and how its tokens are spoiled for a test."""

    issuer: str = ""
    subject: str = "sub-of-marie"
    email: str = "marie@societe.example"
    now: float = 0.0
    claims: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signing: Any = None
    published: dict[str, Any] | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    exchanged: int = 0

    def token(self, nonce: str) -> str:
        """Return an id token of who is signed in here."""
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.subject,
            "email": self.email,
            "email_verified": True,
            "nonce": nonce,
            "iat": int(self.now),
            "exp": int(self.now) + 300,
            # What is not ours to believe: it must change nothing.
            "role": "administrator",
            "organisation": "cooperative-demo",
            **self.claims,
        }
        header = {"alg": self.algorithm, "kid": "one"}
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, kept, self.signing or self.key, algorithms=[self.algorithm])

    def keys(self) -> dict[str, Any]:
        """Return the public keys."""
        return self.published or {"keys": [self.key.as_dict(private=False)]}


def other_keys() -> dict[str, tuple[str, Any]]:
    """Return ways to sign that must not be believed: algorithm and key by name."""
    return {
        "another key": ("RS256", RSAKey.generate_key(2048, {"kid": "one"})),
        "the client's secret": ("HS256", OctKey.import_key(SECRET, {"kid": "one"})),
        "another kind of key": ("ES256", ECKey.generate_key("P-256", {"kid": "one"})),
    }


def app_of(mind: Provider) -> FastAPI:
    """Return the provider's application."""
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return {
            "issuer": mind.issuer,
            "authorization_endpoint": f"{mind.issuer}/authorize",
            "token_endpoint": f"{mind.issuer}/token",
            "jwks_uri": f"{mind.issuer}/keys",
            **mind.discovery,
        }

    @app.get("/keys")
    async def keys() -> dict[str, Any]:
        return mind.keys()

    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        asked = dict(request.query_params)
        if asked["client_id"] != CLIENT or asked["code_challenge_method"] != "S256":
            return Response(status_code=400)
        code = token_urlsafe(16)
        mind.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    @app.post("/token")
    async def token(
        request: Request,
        grant_type: str = Form(),
        code: str = Form(),
        redirect_uri: str = Form(),
        code_verifier: str = Form(),
    ) -> Response:
        asked = mind.codes.pop(code, None)
        scheme, _ = get_authorization_scheme_param(request.headers.get("authorization"))
        right = (
            asked is not None
            and scheme.lower() == "basic"
            and grant_type == "authorization_code"
            and asked["redirect_uri"] == redirect_uri
            and asked["code_challenge"] == challenge(code_verifier)
        )
        if not right or asked is None:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        mind.exchanged += 1
        return JSONResponse({"id_token": mind.token(asked["nonce"]), "token_type": "Bearer"})

    return app


@contextmanager
def running(mind: Provider) -> Iterator[Provider]:
    """Run the provider on a free port in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    mind.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(app_of(mind), log_level="error", lifespan="off", loop="asyncio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started and time.monotonic() < until:
            thread.join(0.01)
        yield mind
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def sent_back(address: str) -> tuple[str, str]:
    """Return the code and the state that the provider sends a person back with."""
    query = parse_qs(urlsplit(address).query)
    return query["code"][0], query["state"][0]
