"""Who asks the ledger's API in its tests."""

from shared.access import issue_token
from tests.unit.ledger.cases import REFERENCE

KEY, ADMIN = "k" * 40, "a" * 30
PATH = f"/v1/cases/{REFERENCE}"


def bearer(role: str, organisation: str | None, sub: str | None = None) -> dict[str, str]:
    """Return the header of a signed-in person."""
    token = issue_token(KEY, sub=sub or f"{role}-1", role=role, organisation=organisation)
    return {"Authorization": f"Bearer {token}"}


CSR = bearer("csr", "societe-demo")
SYNDICATE = bearer("representative", "syndicat-demo")
MONITOR = bearer("monitor", None)
AUTHORITY = bearer("authority", "commune-demo")
PROTECTION = bearer("protection", "protection-demo")
