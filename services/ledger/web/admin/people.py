"""Acts on accounts: invite, change, recover, close, reopen, absence, sign out."""

from collections.abc import Mapping
from typing import Final

from services.ledger.accounts import bodies, manage
from services.ledger.accounts.manage import Order
from services.ledger.web.admin.acts import Act, Given, Outcome, Parts, one, valid
from services.ledger.web.forms import Field, Form

_ROLE: Final = Field("role", "choice", ("Rôle", "Role"), "roles")
_LEAD: Final = Field(
    "lead",
    "choice",
    ("Responsable des comptes de son organisme", "Looks after the organisation’s accounts"),
    "yes_no",
    False,
)


async def _invite(parts: Parts, order: Order, _: str, said: Given) -> Outcome:
    body = valid(
        bodies.NewAccount,
        organisation=one(said, "organisation"),
        login=one(said, "login"),
        role=one(said, "role"),
        lead=one(said, "lead") == "true",
    )
    wanted = manage.Wanted(body.organisation, body.login, body.role, body.lead)
    made = await manage.create(parts.identity, order, wanted)
    return Outcome(made.account.id, made.invitation)


async def _change(parts: Parts, order: Order, ident: str, said: Given) -> Outcome:
    lead = one(said, "lead") == "true"
    body = valid(bodies.AccountChange, role=one(said, "role"), lead=lead)
    await manage.change(parts.identity, order, ident, role=body.role, lead=body.lead)
    return Outcome(ident)


async def _recover(parts: Parts, order: Order, ident: str, said: Given) -> Outcome:
    reset = one(said, "second_factor_lost") == "true"
    made = await manage.recover(parts.identity, order, ident, reset=reset)
    return Outcome(ident, made.invitation)


async def _close(parts: Parts, order: Order, ident: str, _: Given) -> Outcome:
    await manage.close(parts.identity, order, ident)
    return Outcome(ident)


async def _reopen(parts: Parts, order: Order, ident: str, _: Given) -> Outcome:
    return Outcome(ident, (await manage.reopen(parts.identity, order, ident)).invitation)


async def _absent(parts: Parts, order: Order, ident: str, said: Given) -> Outcome:
    until = one(said, "until")
    last = valid(bodies.Absence, until=until).until if until else None
    await manage.absent(parts.identity, order, ident, last)
    return Outcome(ident)


async def _sign_out(parts: Parts, order: Order, ident: str, _: Given) -> Outcome:
    await manage.sign_out(parts.identity, order, ident)
    return Outcome(ident)


ACTS: Final[Mapping[str, Act]] = {
    "invite": Act(
        Form(
            ("Inviter une personne", "Invite a person"),
            (
                "Un compte est créé. Vous recevez une invitation à donner à la personne.",
                "An account is made. You get an invitation to hand to the person.",
            ),
            (
                Field("organisation", "choice", ("Organisme", "Organisation"), "offices", False),
                Field("login", "line", ("Nom de connexion (son adresse mail)",
                                        "Login name (their e-mail)")),
                _ROLE,
                _LEAD,
            ),
        ),
        _invite,
    ),
    "absence": Act(
        Form(
            ("Noter une absence", "Note an absence"),
            (
                "Ses dossiers reviennent à l’organisme tout de suite. Sans date : de retour.",
                "Their cases go back to the organisation at once. Without a date: they are back.",
            ),
            (Field("until", "date", ("Dernier jour d’absence", "Last day away"), (), False),),
        ),
        _absent,
    ),
    "sign-out": Act(
        Form(
            ("Déconnecter partout", "Sign out everywhere"),
            (
                "Toutes ses sessions finissent. La personne peut se connecter de nouveau.",
                "All their sessions end. The person can sign in again.",
            ),
        ),
        _sign_out,
    ),
    "change": Act(
        Form(
            ("Changer le rôle", "Change the role"),
            ("Ses sessions finissent.", "Their sessions end."),
            (_ROLE, _LEAD),
        ),
        _change,
    ),
    "recover": Act(
        Form(
            ("Donner une nouvelle invitation", "Invite anew"),
            (
                "L’ancienne phrase secrète ne sert plus. Le bureau de l’organisme est averti.",
                "The old passphrase is void. The organisation’s office is told.",
            ),
            (
                Field(
                    "second_factor_lost",
                    "choice",
                    ("Le téléphone des codes est perdu aussi",
                     "The phone of the codes is lost too"),
                    "yes_no",
                    False,
                ),
            ),
        ),
        _recover,
    ),
    "close": Act(
        Form(
            ("Fermer le compte", "Close the account"),
            (
                "La personne ne peut plus se connecter. Ses dossiers reviennent à l’organisme.",
                "The person cannot sign in any more. Their cases go back to the organisation.",
            ),
        ),
        _close,
    ),
    "reopen": Act(
        Form(
            ("Rouvrir le compte", "Reopen the account"),
            ("Vous recevez une nouvelle invitation.", "You get a new invitation."),
        ),
        _reopen,
    ),
}  # fmt: skip


def possible(state: str, *, administrator: bool) -> list[str]:
    """Return the acts that fit an account as it stands and who looks at it."""
    if state == "closed":
        return ["reopen"] if administrator else []
    names = ["absence", "sign-out"]
    names += ["change", "recover"] if administrator else []
    return [*names, "close"]
