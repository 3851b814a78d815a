"""What is sent to a provider and believed of it: the pure part."""

import pytest

from services.ledger.accounts.openid_rules import challenge, check_issuer
from shared.errors import Invalid


def test_the_challenge_is_that_of_the_rfc() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("issuer", "here", "outside"),
    [
        ("https://login.example", True, True),
        ("https://login.example/tenant", True, True),
        ("http://127.0.0.1:9000", True, False),
        ("http://localhost:9000", True, False),
        ("http://login.example", False, False),
        ("http://127.0.0.1.example", False, False),
        ("http://127.0.0.1@evil.example", False, False),
        ("https://login.example?x=1", False, False),
        ("https://login.example#x", False, False),
        ("https://[", False, False),
        ("file:///etc/passwd", False, False),
        ("", False, False),
    ],
)
def test_issuers_are_https_or_on_this_machine_outside_production(
    issuer: str, here: bool, outside: bool
) -> None:
    for loopback, taken in ((True, here), (False, outside)):
        if taken:
            assert check_issuer(issuer, loopback=loopback) == issuer
        else:
            with pytest.raises(Invalid):
                check_issuer(issuer, loopback=loopback)
