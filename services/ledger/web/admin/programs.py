"""Acts on credentials: what programs of an organisation may do, and until when."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from services.ledger.accounts import bodies, credentials
from services.ledger.accounts.manage import Order
from services.ledger.web.admin.acts import Act, Given, Outcome, Parts, day, many, one, valid
from services.ledger.web.forms import Field, Form

#: How long the secret before a new one still serves.
_OVERLAP: Final = timedelta(days=1)


async def _issue(parts: Parts, order: Order, _: str, said: Given) -> Outcome:
    # The day that was named is the last one on which it serves.
    end = datetime.combine(day(one(said, "expires_at"), "expires_at"), time.max, UTC)
    body = valid(
        bodies.NewCredential,
        organisation=one(said, "organisation"),
        role=one(said, "role"),
        scopes=many(said, "scopes"),
        expires_at=end,
    )
    asked = credentials.Asked(body.organisation, body.role, body.scopes, body.expires_at)
    issued = await credentials.issue(parts.identity, order, asked)
    return Outcome(issued.credential.id, issued.secret)


async def _rotate(parts: Parts, order: Order, ident: str, _: Given) -> Outcome:
    issued = await credentials.rotate(parts.identity, order, ident, _OVERLAP)
    return Outcome(ident, issued.secret)


async def _revoke(parts: Parts, order: Order, ident: str, _: Given) -> Outcome:
    await credentials.revoke(parts.identity, order, ident)
    return Outcome(ident)


ACTS: Final[Mapping[str, Act]] = {
    "issue": Act(
        Form(
            ("Donner un accès à un programme", "Give a program a credential"),
            (
                "Vous recevez un secret à mettre dans le programme.",
                "You get a secret to put into the program.",
            ),
            (
                Field("organisation", "choice", ("Organisme", "Organisation"), "offices", False),
                Field("role", "choice", ("Comme", "As"), "roles"),
                Field("scopes", "many", ("Il peut", "It may"), "scopes"),
                Field("expires_at", "date", ("Dernier jour (dans 400 jours au plus)",
                                             "Last day (400 days from now at most)")),
            ),
        ),
        _issue,
    ),
    "rotate": Act(
        Form(
            ("Donner un nouveau secret", "Give a new secret"),
            (
                "L’ancien sert encore un jour, pour que le programme change sans s’arrêter.",
                "The old one serves for one day more, so that the program changes without a stop.",
            ),
        ),
        _rotate,
    ),
    "revoke": Act(
        Form(
            ("Retirer l’accès", "Revoke the credential"),
            ("Le programme ne peut plus rien, tout de suite.",
             "The program can do nothing, at once."),
        ),
        _revoke,
    ),
}  # fmt: skip
