"""Acts on organisations, sites and calendar days."""

from collections.abc import Mapping
from typing import Final

from services.ledger.accounts import bodies, manage
from services.ledger.accounts import openid as providers
from services.ledger.accounts.manage import Order
from services.ledger.accounts.openid_rules import Provider
from services.ledger.accounts.register_api import DayBody, OrganisationBody, SiteBody
from services.ledger.web.admin.acts import NEW, Act, Given, Outcome, Parts, day, many, one, valid
from services.ledger.web.forms import Field, Form
from shared.directory import Organisation, Site
from shared.errors import TransientError

_NAME: Final = Field("name", "line", ("Nom", "Name"))
_ALIASES: Final = Field(
    "aliases", "long", ("Autres noms, un par ligne", "Other names, one a line"), (), False
)


async def _describe_organisation(parts: Parts, order: Order, ident: str, said: Given) -> Outcome:
    body = valid(
        OrganisationBody,
        name=one(said, "name"),
        kind=one(said, "kind"),
        functions=many(said, "functions"),
        sites=many(said, "sites"),
        aliases=many(said, "aliases"),
        emails=many(said, "emails"),
        national=one(said, "national") == "true",
    )
    ident = one(said, "organisation") or "" if ident == NEW else ident
    described = Organisation.model_validate(body.model_dump())
    await parts.register.describe_organisation(order, ident, described)
    return Outcome(ident)


async def _close(parts: Parts, order: Order, ident: str, _: Given) -> Outcome:
    await manage.set_open(parts.identity, order, ident, to=False)
    await parts.register.refresh()
    return Outcome(ident)


async def _reopen(parts: Parts, order: Order, ident: str, _: Given) -> Outcome:
    await manage.set_open(parts.identity, order, ident, to=True)
    await parts.register.refresh()
    return Outcome(ident)


async def _set_provider(parts: Parts, order: Order, ident: str, said: Given) -> Outcome:
    body = valid(
        bodies.NewProvider,
        issuer=one(said, "issuer"),
        client_id=one(said, "client_id"),
        client_secret=one(said, "client_secret"),
    )
    provider = Provider(body.issuer, body.client_id, body.client_secret.get_secret_value())
    await _keep_provider(parts, order, ident, provider)
    return Outcome(ident)


async def _drop_provider(parts: Parts, order: Order, ident: str, _: Given) -> Outcome:
    await _keep_provider(parts, order, ident, None)
    return Outcome(ident)


async def _keep_provider(parts: Parts, order: Order, ident: str, provider: Provider | None) -> None:
    if parts.openid is None:
        raise TransientError("The service is starting", retry_after=2)
    await providers.set_provider(parts.openid, order, ident, provider)
    await parts.register.refresh()


async def _describe_site(parts: Parts, order: Order, ident: str, said: Given) -> Outcome:
    body = valid(
        SiteBody,
        name=one(said, "name"),
        prefecture=one(said, "prefecture"),
        commune=one(said, "commune"),
        aliases=many(said, "aliases"),
    )
    ident = one(said, "site") or "" if ident == NEW else ident
    await parts.register.describe_site(order, ident, Site.model_validate(body.model_dump()))
    return Outcome(ident)


async def _set_day(parts: Parts, order: Order, ident: str, said: Given) -> Outcome:
    when = day(one(said, "day") if ident == NEW else ident, "day")
    body = valid(DayBody, kind=one(said, "kind"), why=one(said, "why"))
    await parts.register.set_day(order, when, body.kind, body.why)
    return Outcome(when.isoformat())


def _id_field(name: str) -> Field:
    label = (
        "Nom court, pour toujours (petites lettres, chiffres, tirets)",
        "Short name, for good (small letters, figures, hyphens)",
    )
    return Field(name, "line", label)


_ORGANISATION: Final = (
    _NAME,
    Field("kind", "choice", ("Sorte", "Kind"), "kinds"),
    Field("functions", "many", ("Ce que l’autorité fait", "What the authority does"),
          "functions", False),
    Field("sites", "many", ("Lieux (aucun : tout le pays)", "Sites (none: the whole country)"),
          "sites", False),
    Field("emails", "long", ("Adresses mail du bureau, une par ligne (sans adresse, il ne reçoit "
                             "pas de dossier)",
                             "E-mails of the office, one a line (without one it is given no case)"),
          (), False),
    _ALIASES,
    Field("national", "choice", ("Compétent dans tout le pays", "Responsible nationwide"),
          "yes_no", False),
)  # fmt: skip
_DESCRIBES: Final = (
    "Les comptes le savent tout de suite ; les dossiers, quand les règles sont remplacées.",
    "Accounts know it at once; cases, when the rules have been replaced.",
)
ORGANISATIONS: Final[Mapping[str, Act]] = {
    "add": Act(
        Form(("Ajouter un organisme", "Add an organisation"), _DESCRIBES,
             (_id_field("organisation"), *_ORGANISATION)),
        _describe_organisation,
    ),
    "describe": Act(
        Form(("Changer la description", "Change the description"), _DESCRIBES, _ORGANISATION),
        _describe_organisation,
    ),
    "provider": Act(
        Form(
            ("Connexion par l’organisme (OpenID Connect)",
             "Sign-in by the organisation (OpenID Connect)"),
            (
                "Ses personnes se connectent chez leur organisme. Rôle et droits restent d’ici.",
                "Its people sign in at their organisation. Role and rights stay from here.",
            ),
            (
                Field("issuer", "line", ("Adresse du fournisseur (https)",
                                         "Address of the provider (https)")),
                Field("client_id", "line", ("Nom de ce site chez lui", "Name of this site there")),
                Field("client_secret", "secret", ("Secret", "Secret")),
            ),
        ),
        _set_provider,
    ),
    "no-provider": Act(
        Form(
            ("Connexion par phrase secrète seule", "Sign-in by passphrase alone"),
            ("Ses personnes ont besoin d’une invitation chacune.",
             "Its people need an invitation each."),
        ),
        _drop_provider,
    ),
    "close": Act(
        Form(
            ("Fermer l’organisme", "Close the organisation"),
            (
                "Personne n’agit plus pour lui ; ses dossiers passent au niveau suivant.",
                "Nobody acts for it any more; its cases go to the next level.",
            ),
        ),
        _close,
    ),
    "reopen": Act(
        Form(
            ("Rouvrir l’organisme", "Reopen the organisation"),
            ("Ses personnes peuvent se connecter de nouveau.", "Its people can sign in again."),
        ),
        _reopen,
    ),
}  # fmt: skip
_SITE: Final = (
    _NAME,
    Field("prefecture", "line", ("Préfecture", "Prefecture"), (), False),
    Field("commune", "line", ("Commune", "Commune"), (), False),
    _ALIASES,
)
SITES: Final[Mapping[str, Act]] = {
    "add": Act(
        Form(("Ajouter un lieu", "Add a site"), _DESCRIBES, (_id_field("site"), *_SITE)),
        _describe_site,
    ),
    "describe": Act(
        Form(("Changer la description", "Change the description"), _DESCRIBES, _SITE),
        _describe_site,
    ),
}
_DAY: Final = (
    Field("kind", "choice", ("Ce jour est", "This day is"), "days"),
    Field("why", "line", ("Pourquoi (décret, annonce)", "Why (decree, announcement)")),
)
DAYS: Final[Mapping[str, Act]] = {
    "add": Act(
        Form(
            ("Changer un jour", "Change a day"),
            (
                "Les dossiers déjà ouverts gardent leur calendrier.",
                "Cases that are open keep the calendar they have.",
            ),
            (Field("day", "date", ("Jour", "Day")), *_DAY),
        ),
        _set_day,
    ),
    "describe": Act(
        Form(
            ("Changer ce jour", "Change this day"),
            (
                "Les dossiers déjà ouverts gardent leur calendrier.",
                "Cases that are open keep the calendar they have.",
            ),
            _DAY,
        ),
        _set_day,
    ),
}
