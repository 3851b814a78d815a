"""The words of the administrators' pages: (French, English)."""

from typing import Final

Pair = tuple[str, str]

ROLES: Final[dict[str, Pair]] = {
    "representative": ("représentant du syndicat", "syndicate representative"),
    "csr": ("responsable de la société", "company officer"),
    "authority": ("agent de l’autorité", "authority officer"),
    "protection": ("point focal protection", "protection focal point"),
    "monitor": ("observateur", "monitor"),
    "administrator": ("administrateur", "administrator"),
}
STATES: Final[dict[str, Pair]] = {
    "invited": ("invité, pas encore venu", "invited, not come yet"),
    "open": ("ouvert", "open"),
    "closed": ("fermé", "closed"),
}
KINDS: Final[dict[str, Pair]] = {
    "syndicate": ("syndicat", "syndicate"),
    "company": ("société", "company"),
    "cooperative": ("coopérative", "cooperative"),
    "authority": ("autorité", "authority"),
    "security_force": ("force de sécurité", "security force"),
    "protection": ("protection", "protection"),
}
FUNCTIONS: Final[dict[str, Pair]] = {
    "commune": ("commune", "commune"),
    "labour": ("travail", "labour"),
    "mines": ("mines", "mines"),
    "environment": ("environnement", "environment"),
    "social-security": ("sécurité sociale", "social security"),
    "central": ("autorité centrale", "central authority"),
    "health": ("santé", "health"),
}
SCOPES: Final[dict[str, Pair]] = {
    "cases.read": ("lire les dossiers", "read cases"),
    "cases.words": ("lire les mots", "read the words"),
    "cases.command": ("agir dans les dossiers", "act in cases"),
}
DAYS: Final[dict[str, Pair]] = {
    "holiday": ("jour férié", "holiday"),
    "working": ("jour de travail", "working day"),
    "computed": ("comme le calendrier le calcule", "as the calendar computes it"),
}
YES_NO: Final[dict[str, Pair]] = {"true": ("oui", "yes"), "false": ("non", "no")}

#: What happened, by the type of the event without its first and last part.
HAPPENED: Final[dict[str, Pair]] = {
    "account.created": ("Compte créé.", "Account made."),
    "account.changed": ("Rôle changé.", "Role changed."),
    "account.recovered": ("Nouvelle invitation donnée.", "Invited anew."),
    "account.closed": ("Compte fermé.", "Account closed."),
    "account.reopened": ("Compte rouvert.", "Account reopened."),
    "account.absent": ("Absence notée.", "Absence noted."),
    "account.signed-out": ("Déconnecté partout.", "Signed out everywhere."),
    "account.linked": ("Lié au compte de son organisme.", "Bound to the organisation’s sign-in."),
    "passphrase.set": ("Phrase secrète choisie.", "Passphrase set."),
    "passphrase.rehashed": ("Phrase secrète mieux gardée.", "Passphrase kept with more care."),
    "second-factor.set": ("Code du téléphone mis en place.", "Second factor set up."),
    "recovery-code.used": ("Code de secours utilisé.", "Recovery code used."),
    "organisation.described": ("Description changée.", "Description changed."),
    "organisation.closed": ("Organisme fermé.", "Organisation closed."),
    "organisation.reopened": ("Organisme rouvert.", "Organisation reopened."),
    "provider.set": ("Connexion par l’organisme changée.", "Sign-in by the organisation changed."),
    "site.described": ("Description changée.", "Description changed."),
    "calendar-day.set": ("Jour changé.", "Day changed."),
}

TEXTS: Final[dict[str, Pair]] = {
    "administration": ("Administration", "Administration"),
    "people": ("Personnes", "People"),
    "people_why": (
        "Qui peut se connecter, et pour quel organisme.",
        "Who may sign in, and for which organisation.",
    ),
    "organisations": ("Organismes", "Organisations"),
    "organisations_why": (
        "Qui peut recevoir un dossier, où, et à quelle adresse.",
        "Who may be given a case, where, and at which address.",
    ),
    "sites": ("Lieux", "Sites"),
    "sites_why": ("Les lieux que l’on peut choisir.", "The sites that can be chosen."),
    "days": ("Jours de travail", "Working days"),
    "days_why": (
        "Les fêtes que l’État annonce : les délais en dépendent.",
        "The holidays that the state announces: dates depend on them.",
    ),
    "credentials": ("Accès de programmes", "Credentials of programs"),
    "credentials_why": (
        "Les programmes d’un organisme qui lisent ou agissent à sa place.",
        "Programs of an organisation that read or act in its place.",
    ),
    "policy": ("Règles en vigueur", "Policy in force"),
    "policy_why": (
        "Quelle version des règles décide, et si les fichiers sont en ordre.",
        "Which version of the rules decides, and whether the files are in order.",
    ),
    "letters": ("Messages en panne", "Messages put aside"),
    "letters_why": (
        "Ce qu’un service n’a pas pu traiter, et que l’on peut essayer encore.",
        "What a service could not handle, and what can be tried again.",
    ),
    "untold": ("Ce qui n’a pas pu être dit", "What could not be told"),
    "untold_why": (
        "Des avis qui n’ont pas pu partir. On ne voit ni le dossier ni le message. Réglez la cause "
        "(une adresse, la passerelle), puis essayez encore.",
        "Notices that could not leave. Neither case nor message is shown. Mend the cause (an "
        "address, the gateway), then try again.",
    ),
    "untold_more": ("Les {n} plus anciens de {total}.", "The {n} oldest of {total}."),
    "whom": ("Pour qui", "For whom"),
    "how": ("Comment", "How"),
    "refused_there": ("refusé par la passerelle ou le serveur", "refused by gateway or server"),
    "leaves_again": (
        "C’est reparti. S’il échoue encore, il reviendra ici.",
        "It leaves again. Should it fail once more, it comes back here.",
    ),
    "leaves_not": (
        "Il n’est pas reparti : il est déjà en route, ou ce destinataire ne doit plus le recevoir.",
        "It does not leave: it is on its way already, or its recipient may not get it any more.",
    ),
    "waiting": ("{n} à regarder", "{n} to look at"),
    "nobody": ("Personne ici.", "Nobody here."),
    "nothing": ("Rien ici.", "Nothing here."),
    "login": ("Nom de connexion", "Login name"),
    "organisation": ("Organisme", "Organisation"),
    "none": ("aucun", "none"),
    "role": ("Rôle", "Role"),
    "state": ("État", "State"),
    "lead": ("Responsable des comptes", "Looks after the accounts"),
    "secured": ("Code du téléphone", "Second factor"),
    "away": ("Absent jusqu’au", "Away until"),
    "every": ("Tous", "All"),
    "filter": ("Afficher", "Show"),
    "history": ("Ce qui s’est passé", "What happened"),
    "by": ("par", "by"),
    "by_holder": ("la personne elle-même", "the holder"),
    "by_manager": ("l’administration", "the administration"),
    "new_account": ("Inviter une personne", "Invite a person"),
    "new_organisation": ("Ajouter un organisme", "Add an organisation"),
    "new_site": ("Ajouter un lieu", "Add a site"),
    "new_day": ("Changer un jour", "Change a day"),
    "new_credential": ("Donner un accès à un programme", "Give a program a credential"),
    "name": ("Nom", "Name"),
    "kind": ("Sorte", "Kind"),
    "emails": ("Adresses du bureau", "Addresses of the office"),
    "where": ("Lieux", "Sites"),
    "whole_country": ("tout le pays", "the whole country"),
    "no_address": ("aucune : ne reçoit pas de dossier", "none: is given no case"),
    "provider": ("Connexion par", "Sign-in by"),
    "prefecture": ("Préfecture", "Prefecture"),
    "commune": ("Commune", "Commune"),
    "day": ("Jour", "Day"),
    "why": ("Pourquoi", "Why"),
    "scopes": ("Peut", "May"),
    "until": ("Jusqu’au", "Until"),
    "revoked": ("retiré", "revoked"),
    "serving": ("en service", "in use"),
    "over": ("expiré", "expired"),
    "acts": ("Ce que vous pouvez faire", "What you can do"),
    "unapplied": (
        "Ceci vaut déjà pour les comptes. Pour les dossiers, il faut encore le mettre dans les "
        "règles : « recours directory write DOSSIER », puis remplacer les fichiers.",
        "This holds for accounts already. For cases it has still to be put into the rules: "
        "“recours directory write FOLDER”, then replace the files.",
    ),
    "unapplied_what": ("Décrit, pas encore dans les règles", "Described, not yet in the rules"),
    "version": ("Version en vigueur", "Version in force"),
    "changed": ("Ce qu’elle a changé", "What it changed"),
    "changed_will": ("ce qu’elle changera", "what it will change"),
    "diff_none": ("Rien de ce qui décide n’a changé.", "Nothing that decides has changed."),
    "diff_unread": (
        "La version d’avant est trop ancienne pour être lue ici.",
        "The version before is too old to be read here.",
    ),
    "coming": ("Prochaine version", "Coming version"),
    "from_day": ("à partir du", "from"),
    "in_order": ("Les fichiers sont en ordre.", "The files are in order."),
    "not_in_order": (
        "Les fichiers ne sont pas en ordre : la version d’avant reste en vigueur.",
        "The files are not in order: the version before stays in force.",
    ),
    "earlier": ("Versions connues", "Versions known"),
    "in_force_since": ("en vigueur depuis le", "in force since"),
    "never_in_force": ("jamais en vigueur", "never in force"),
    "diff_how": (
        "Pour savoir ce que d’autres règles changeraient, et pour quels dossiers : « recours "
        "policy diff DOSSIER ».",
        "To learn what other rules would change, and for which cases: “recours policy diff "
        "FOLDER”.",
    ),
    "service": ("Service", "Service"),
    "topic": ("File", "Stream"),
    "reason": ("Cause", "Reason"),
    "since": ("Depuis le", "Since"),
    "service_away": ("{name} ne répond pas maintenant.", "{name} does not answer now."),
    "try_again": ("Essayer encore", "Try again"),
    "retried": ("Traité.", "Handled."),
    "still_fails": ("N’a pas réussi cette fois non plus.", "Did not succeed this time either."),
    "secret_title": ("À donner maintenant", "To be handed over now"),
    "invitation_once": (
        "Cette invitation n’est montrée qu’ici, et vaut trois jours. Donnez-la de vive voix ou "
        "sous pli fermé, avec le nom de connexion ; la personne l’utilise sur la page de "
        "connexion, « J’ai une invitation ».",
        "This invitation is shown here alone, and holds for three days. Hand it over in person or "
        "sealed, with the login name; the person uses it on the sign-in page, “I have an "
        "invitation”.",
    ),
    "credential_once": (
        "Ce secret n’est montré qu’ici. Mettez-le dans le programme, et nulle part ailleurs.",
        "This secret is shown here alone. Put it into the program, and nowhere else.",
    ),
    "ready": ("J’ai terminé", "I am done"),
    "check": ("Vérifiez avant de confirmer", "Check before you confirm"),
    "about": ("Concerne", "About"),
    "confirm": ("Confirmer", "Confirm"),
    "back_list": ("Retour", "Back"),
    "done": ("C’est fait.", "Done."),
}
