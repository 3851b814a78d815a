"""What refusals about accounts, organisations and credentials say to people: (French, English)."""

from collections.abc import Mapping
from typing import Final

ACCOUNTS: Final[Mapping[str, tuple[str, str]]] = {
    "The organisation is closed": (
        "L’organisme est fermé : rouvrez-le d’abord.",
        "The organisation is closed: reopen it first.",
    ),
    "There is an administrator already": (
        "Il y a déjà un administrateur.",
        "There is an administrator already.",
    ),
    "This is the last administrator; make another one first": (
        "C’est le dernier administrateur : invitez-en un autre d’abord, et attendez sa venue.",
        "This is the last administrator: invite another one first, and wait until they came.",
    ),
    "The organisation has an account with this login name": (
        "L’organisme a déjà un compte avec ce nom de connexion.",
        "The organisation has an account with this login name.",
    ),
    "The organisation is {} already": (
        "C’est déjà le cas de cet organisme.",
        "The organisation is like this already.",
    ),
    "an e-mail, or a handle of 3 letters or more": (
        "une adresse mail, ou un nom de 3 lettres au moins, sans espace",
        "an e-mail, or a name of 3 letters or more without spaces",
    ),
    "does not go with the organisation; these do: {}": (
        "ce rôle n’existe pas dans cette sorte d’organisme",
        "this kind of organisation has no such role",
    ),
    "small letters, figures and hyphens, 60 at most": (
        "petites lettres, chiffres et tirets, 60 au plus",
        "small letters, figures and hyphens, 60 at most",
    ),
    "names a site that is not in the directory": (
        "un des lieux n’existe plus : choisissez dans la liste",
        "one of the sites is not there any more: choose from the list",
    ),
    "must be from today to three years from now": (
        "choisissez un jour entre aujourd’hui et dans trois ans",
        "choose a day from today to three years from now",
    ),
    "The kind of an organisation stays: people have roles by it. Describe another one": (
        "La sorte d’un organisme ne change pas : les rôles en dépendent. Ajoutez-en un autre.",
        "The kind of an organisation stays, as roles depend on it. Add another organisation.",
    ),
    "must not lie in the past": ("choisissez un jour à venir", "choose a day to come"),
    "The account is closed": ("Ce compte est fermé.", "This account is closed."),
    "The account is not closed": ("Ce compte n’est pas fermé.", "This account is not closed."),
    "The account is like this already": (
        "Rien ne change : le compte est déjà ainsi.",
        "Nothing changes: the account is like this already.",
    ),
    "no credential administers": (
        "un programme ne peut pas administrer",
        "no program may administer",
    ),
    "at least one is needed": ("choisissez au moins une chose", "choose at least one thing"),
    "within {} days from now": (
        "choisissez un jour dans les {0} jours qui viennent",
        "choose a day within {0} days from now",
    ),
    "at most {} days": ("{0} jours au plus", "at most {0} days"),
    "The credential was revoked": ("Cet accès a été retiré.", "This credential was revoked."),
    "is not in the directory": ("cet organisme n’existe pas", "there is no such organisation"),
    "must be an https address": (
        "écrivez une adresse qui commence par https://",
        "write an address that begins with https://",
    ),
    "This was done already, by the same Idempotency-Key": (
        "C’était déjà fait. Regardez comment cela se présente maintenant.",
        "This was done already. Look how it stands now.",
    ),
}
