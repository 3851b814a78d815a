"""Signed tokens: only ours, in force, by the one algorithm."""

import asyncio
import base64
import json
from typing import Any

import pytest
from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from shared.access import Caller, caller_of, issue_token, read_token
from shared.clock import real_time
from shared.errors import TransientError, Unauthorized

KEY = "k" * 40


def token(claims: dict[str, Any], key: Any = None, algorithm: str = "HS256") -> str:
    now = int(real_time())
    right = {
        "iss": "recours",
        "sub": "somebody",
        "role": "csr",
        "organisation": "societe-demo",
        "iat": now,
        "exp": now + 60,
    }
    kept = {name: value for name, value in {**right, **claims}.items() if value is not None}
    signing = key or OctKey.import_key(KEY)
    return jwt.encode({"alg": algorithm}, kept, signing, algorithms=[algorithm])


def unsigned() -> str:
    """Return a token by the algorithm `none`."""
    parts = ({"alg": "none"}, {"iss": "recours", "sub": "x", "role": "administrator", "exp": 9e9})
    return (
        ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in parts
        )
        + "."
    )


def test_a_token_of_ours_names_its_caller() -> None:
    assert read_token(KEY, token({})) == Caller("somebody", "csr", "societe-demo")
    issued = issue_token(KEY, sub="x", role="monitor", organisation=None)
    assert read_token(KEY, issued) == Caller("x", "monitor", None)


@pytest.mark.parametrize(
    "wrong",
    [
        token({"exp": int(real_time()) - 1}),
        token({"exp": None}),
        token({"iss": "another"}),
        token({"iss": None}),
        token({"sub": None}),
        token({"role": "king"}),
        token({"role": None}),
        token({"organisation": 5}),
        token({}, OctKey.import_key("x" * 40)),
        token({}, OctKey.import_key(KEY * 2), "HS512"),
        token({}, OctKey.import_key(KEY), "HS384"),
        token({}, RSAKey.generate_key(2048), "RS256"),
        unsigned(),
        "",
        "a.b.c",
        "\u00e9.\u00e9.\u00e9",
    ],
    ids=str.__len__,
)
def test_any_other_is_refused(wrong: str) -> None:
    """Expired, of another issuer, by another algorithm or key, or none of it."""
    with pytest.raises(Unauthorized):
        read_token(KEY, wrong)


@pytest.mark.parametrize(
    ("parts", "raised"), [(None, TransientError), (object(), Unauthorized)], ids=["start", "other"]
)
def test_what_the_ledger_gave_out_says_nothing_to_other_services(
    parts: object, raised: type[Exception]
) -> None:
    """While the ledger starts it is 503, not 401: nobody has to sign in again for that."""

    class Settings:
        token_key = type("Secret", (), {"get_secret_value": staticmethod(lambda: KEY)})

    app = FastAPI()
    app.state.parts, app.state.settings = parts, Settings
    headers = [(b"authorization", b"Bearer rs_something")]
    request = Request(
        {"type": "http", "app": app, "headers": headers, "method": "GET", "path": "/v1/cases"}
    )
    with pytest.raises(raised):
        asyncio.run(caller_of(request))
