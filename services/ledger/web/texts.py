"""The words of the desk, French first."""

from typing import Final

#: key -> (French, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "desk": ("Bureau des dossiers", "Case desk"),
    "skip": ("Aller au contenu", "Skip to the content"),
    "language": ("English", "Français"),
    "inbox": ("Dossiers", "Cases"),
    "figures": ("Chiffres", "Figures"),
    "administration": ("Administration", "Administration"),
    "guide": ("Mode d’emploi", "Guide"),
    "guides": ("Modes d’emploi", "Guides"),
    "our_people": ("Nos personnes", "Our people"),
    "sign_in": ("Se connecter", "Sign in"),
    "sign_out": ("Se déconnecter", "Sign out"),
    "sign_out_all": ("Se déconnecter partout", "Sign out everywhere"),
    "organisation": ("Organisme", "Organisation"),
    "no_organisation": ("Aucun (suivi, administration)", "None (monitor, administrator)"),
    "login": ("Nom de connexion", "Sign-in name"),
    "passphrase": ("Phrase secrète", "Passphrase"),
    "code": ("Code du téléphone (ou code de secours)", "Code of the phone (or a recovery code)"),
    "code_later": ("Laissez vide la première fois.", "Leave empty the first time."),
    "by_provider": (
        "Se connecter par mon organisme (sans phrase secrète)",
        "Sign in through my organisation (no passphrase)",
    ),
    "no_provider": (
        "Choisissez votre organisme. S’il est choisi, il demande une phrase secrète.",
        "Choose your organisation. If it is chosen, it asks for a passphrase.",
    ),
    "provider_wrong": (
        "La connexion par cet organisme est mal réglée. Prévenez l’administration de Recours.",
        "The sign-in through this organisation is not set up rightly. Tell the administrator.",
    ),
    "not_by_provider": (
        "La connexion par l’organisme n’a pas abouti. Recommencez, ou écrivez la phrase secrète.",
        "The sign-in through the organisation did not succeed. Start again, or use a passphrase.",
    ),
    "provider_there": ("Vous allez chez votre organisme", "You are going to your organisation"),
    "provider_there_why": (
        "La page suivante est celle de {host}. Vérifiez ce nom avant d’y écrire un mot de passe.",
        "The next page is that of {host}. Check this name before you write a password there.",
    ),
    "provider_there_go": ("Aller à {host}", "Go to {host}"),
    "provider_back": ("Vous êtes connecté", "You are signed in"),
    "provider_back_why": (
        "Votre organisme vous a reconnu.",
        "Your organisation has recognised you.",
    ),
    "provider_back_go": ("Voir les dossiers", "See the cases"),
    "invited": ("J’ai une invitation", "I have an invitation"),
    "invitation": ("Invitation", "Invitation"),
    "new_passphrase": ("Votre nouvelle phrase secrète", "Your new passphrase"),
    "set": ("Enregistrer", "Save"),
    "factor": ("Un code sur votre téléphone", "A code on your phone"),
    "factor_why": (
        "Ajoutez cette clé dans l’application de codes de votre téléphone, puis écrivez le code.",
        "Add this key to the app for codes on your phone, then write the code.",
    ),
    "codes": ("Vos codes de secours", "Your recovery codes"),
    "codes_why": (
        "Recopiez-les. Chacun sert une fois, si le téléphone est perdu. Ils ne sont plus montrés.",
        "Copy them. Each works once, if the phone is lost. They are not shown again.",
    ),
    "go_on": ("Continuer", "Continue"),
    "wrong": (
        "Nom, phrase secrète ou code : quelque chose ne va pas. Essayez encore.",
        "Name, passphrase or code: something is not right. Try again.",
    ),
    "often": (
        "Trop d’essais. Attendez un peu, puis essayez encore.",
        "Too many tries. Wait a little, then try again.",
    ),
    "busy": ("Un instant…", "One moment…"),
    "away": (
        "Le service ne répond pas maintenant. Rien n’est perdu ; essayez encore.",
        "The service does not answer now. Nothing is lost; try again.",
    ),
    "expired": (
        "Cette page est trop ancienne. Rien n’a été fait. Ouvrez-la de nouveau et recommencez.",
        "This page is too old. Nothing was done. Open it again and start over.",
    ),
    "errors": ("Attention", "Please look"),
    "nothing_done": ("Rien n’a été fait. Regardez ceci :", "Nothing was done. Look at this:"),
    "look_here": ("À regarder", "To look at"),
    "find": ("Chercher un dossier", "Find a case"),
    "reference": ("Référence", "Reference"),
    "see": ("Voir", "See"),
    "not_here": (
        "Aucun dossier avec cette référence n’est visible pour vous.",
        "No case with this reference is visible to you.",
    ),
    "all_open": ("Tous les dossiers ouverts", "All open cases"),
    "overdue": ("En retard", "Overdue"),
    "week": ("À faire sous 7 jours", "Due within 7 days"),
    "mine": ("Chez nous", "With us"),
    "ended": ("Terminés", "Ended"),
    "file_for": ("Écrire la plainte de quelqu’un", "Write somebody’s complaint"),
    "file_offline": ("L’écrire là où il n’y a pas de réseau", "Write it where there is no network"),
    "download": ("Télécharger (CSV)", "Download (CSV)"),
    "more": ("Suite", "More"),
    "empty": (
        "Rien ici. Quand un dossier arrive, il apparaît dans cette liste avec sa date.",
        "Nothing here. When a case comes, it appears in this list with its date.",
    ),
    "empty_picked": (
        "Aucun dossier de cette liste n’est ainsi. Changez le choix, ou montrez toute la liste.",
        "No case of this list is so. Change what you picked, or show the whole list.",
    ),
    "none_so_far": (
        "Rien trouvé jusqu’ici dans cette longue liste. « Suite » cherche plus loin.",
        "Nothing found so far in this long list. “More” looks further.",
    ),
    "pick": ("Choisir dans la liste", "Pick from the list"),
    "pick_all": ("Tous", "All"),
    "pick_none": ("Montrer toute la liste", "Show the whole list"),
    "no_cases": (
        "Vous administrez : aucun dossier n’est visible pour vous.",
        "You administer: no case is visible to you.",
    ),
    "due": ("Échéance", "Due"),
    "no_due": ("sans date", "no date"),
    "late_since": ("en retard depuis le {day}", "overdue since {day}"),
    "due_by": ("{day}", "{day}"),
    "today": ("aujourd’hui", "today"),
    "in_day": ("dans 1 jour ouvrable", "in 1 working day"),
    "in_days": ("dans {n} jours ouvrables", "in {n} working days"),
    "kind": ("Sujet", "Kind"),
    "site": ("Lieu", "Site"),
    "state": ("Où il en est", "State"),
    "since": ("Ouvert le", "Opened"),
    "asked": ("Ce qui est demandé", "What is asked"),
    "question_waits": (
        "{who} vous a posé une question. Réponse attendue avant le {day}.",
        "{who} asked you a question. An answer is due by {day}.",
    ),
    "holder": ("Chez", "With"),
    "severity": ("Gravité", "Severity"),
    "hidden": ("pas encore communiqué", "not told yet"),
    "case": ("Dossier", "Case"),
    "now": ("À faire maintenant", "What to do now"),
    "nothing_now": (
        "Rien n’est à faire chez vous pour ce dossier.",
        "There is nothing for you to do in this case.",
    ),
    "dialogue": ("Ce qui a été dit", "What was said"),
    "read": ("Lire", "Read"),
    "readers": ("Peuvent lire", "May read"),
    "readers_side": ("la personne et qui l’aide", "the person and who helps them"),
    "readers_parties": (
        "qui demande, qui répond, la personne et qui l’aide",
        "who asks, who answers, the person and who helps them",
    ),
    "readers_released": (
        "la personne, qui l’aide, et ceux à qui l’exposé est communiqué",
        "the person, who helps them, and those to whom the statement is released",
    ),
    "told": ("Avertis : {who}.", "Told: {who}."),
    "not_told": ("⚠ Pas avertis : {who}.", "⚠ Not told: {who}."),
    "somebody_told": ("une partie", "a party"),
    "date_kept": ("tenu", "kept"),
    "date_missed": ("dépassé", "missed"),
    "date_still": ("arrêté", "standing still"),
    "date_overdue": ("EN RETARD", "OVERDUE"),
    "date_running": ("en cours", "running"),
    "legend": (
        "Trait fin : prévu. Plein : passé. Rayé : arrêté. Encadré : en retard. Barre : échéance, "
        "avant et maintenant. Pointillé : aujourd’hui. ● la personne avertie, ○ les autres.",
        "Thin: planned. Solid: passed. Striped: standing still. Framed: overdue. Stroke: due date, "
        "before and now. Dashed: today. ● the person told, ○ the others.",
    ),
    "not_drawn": (
        "Les premières échéances ({n}) ne sont pas dessinées ; la liste dit tout.",
        "The first dates ({n}) are not drawn; the list tells all.",
    ),
    "new_since": ("Nouveau :", "New:"),
    "safety": ("Sécurité de la personne", "Safety of the person"),
    "safe_contact": ("Contact sûr", "Safe contact"),
    "contact_unknown": ("pas encore demandé", "not asked yet"),
    "contact_allowed": ("oui, selon les consignes", "yes, by the instructions"),
    "contact_none": ("JAMAIS écrire ni appeler", "NEVER write or call"),
    "safety_plan": ("Plan de sécurité", "Safety plan"),
    "not_yet": ("pas encore écrit", "not written yet"),
    "none_yet": ("aucun pour l’instant", "none so far"),
    "services": ("Services", "Services"),
    "consent": ("accord", "consent"),
    "release": ("Sortie de la protection", "Release from protection"),
    "second_person": (
        "demandée : une deuxième personne doit dire oui",
        "asked for: a second person must say yes",
    ),
    "own_words": ("Ce que la personne a dit", "What the person said"),
    "own_words_kept": ("Cette lecture est notée.", "This reading is noted."),
    "suggested": ("Ce que le système propose, et pourquoi", "What the system suggests, and why"),
    "sorted_by_hand": (
        "Comment il est trié (corrigé), et pourquoi",
        "How it is sorted (corrected), and why",
    ),
    "accept_sorting": ("C’est juste : accuser réception", "This is right: acknowledge"),
    "to_release": (
        "L’exposé que l’autre partie lira",
        "The statement that the other side will read",
    ),
    "identifying": (
        "Cherchez ce qui ferait reconnaître la personne : son nom, un numéro, un "
        "lieu précis, son métier ou sa place, un fait que seuls elle et l’autre connaissent.",
        "Look for what would identify the person: their name, a number, an exact "
        "place, their job or position, a fact that only they and the other side know.",
    ),
    "way": ("Ce qui s’est passé", "What happened"),
    "picture": ("Le chemin du dossier dans le temps", "The way of the case in time"),
    "remedy": ("Réparation", "Remedy"),
    "what": ("Quoi", "What"),
    "who": ("Qui doit", "Who owes"),
    "by_when": ("Avant le", "By"),
    "how_far": ("État", "State"),
    "facts": ("De quoi il s’agit", "What it is about"),
    "accused": ("Mis en cause", "Accused"),
    "advocate": ("Représenté par", "Represented by"),
    "person": ("Suivi par", "Followed by"),
    "somebody": ("une personne de chez vous", "a person of yours"),
    "me": ("vous", "you"),
    "why_here": ("Pourquoi ce dossier est ici", "Why this case is here"),
    "record": ("Registre", "Record"),
    "verified": ("vérifié, complet", "verified, whole"),
    "not_verified": ("NE TIENT PAS : prévenez l’exploitant", "DOES NOT HOLD: tell the operator"),
    "words": ("Lire les mots (la lecture est notée)", "Read the words (the reading is noted)"),
    "words_title": ("Ce qui a été dit", "What was said"),
    "complainant": ("la personne", "the person"),
    "erased": ("effacé", "erased"),
    "no_words": ("Rien que vous puissiez lire.", "Nothing that you may read."),
    "questions": ("Questions", "Questions"),
    "answered": ("répondu", "answered"),
    "waiting": ("attend une réponse", "waits for an answer"),
    "back": ("Retour au dossier", "Back to the case"),
    "check": ("Vérifiez avant de confirmer", "Check before you confirm"),
    "new_date": ("Nouvelle date", "New date"),
    "new_state": ("Le dossier sera", "The case will be"),
    "stays_with": ("Il reste chez", "It stays with"),
    "same_date": ("La date ne change pas", "The date does not change"),
    "confirm": ("Confirmer", "Confirm"),
    "change": ("Changer", "Change"),
    "done": ("C’est fait.", "Done."),
    "moved_on": (
        "Quelqu’un d’autre vient d’agir dans ce dossier. Voyez ce qui a été fait, puis décidez.",
        "Somebody else has just acted in this case. See what was done, then decide.",
    ),
    "choose": ("Choisir…", "Choose…"),
    "optional": ("facultatif", "optional"),
    "yes": ("Oui", "Yes"),
    "no": ("Non", "No"),
    "item": ("Élément {n}", "Item {n}"),
    "item_what": ("Précision (nécessaire pour « autre »)", "Which (needed for “other”)"),
    "holder_owes": ("celui qui a le dossier", "whoever has the case"),
    "amount": ("Montant (FCFA)", "Amount (XAF)"),
    "period": ("Dossiers ouverts de {since} à {until}", "Cases opened from {since} to {until}"),
    "as_of": ("Compté le {at}", "Counted on {at}"),
    "cases": ("Dossiers", "Cases"),
    "open": ("Ouverts", "Open"),
    "closed": ("Terminés", "Closed"),
    "on_time": ("Dates tenues", "Dates kept"),
    "stage": ("Étape", "Stage"),
    "dates": ("Dates", "Dates"),
    "kept": ("Tenues", "Kept"),
    "share": ("Part", "Share"),
    "few": ("trop peu de dossiers (moins de 10)", "too few cases (fewer than 10)"),
    "no_figures": ("Rien à compter pour l’instant.", "Nothing to count so far."),
    "resolution": ("Durée jusqu’à la fin (jours)", "Time to the end (days)"),
    "median": ("Médiane", "Median"),
    "ninetieth": ("9 sur 10 avant", "9 in 10 by"),
    "most": ("Le plus long", "Longest"),
    "how_on_time": (
        "Point : part des dates tenues. Trait : ce que le hasard permet (95 %). Moins de 10 dates "
        "ne sont pas montrées.",
        "Point: share of dates kept. Line: what chance leaves open (95 %). Fewer than 10 dates are "
        "not shown.",
    ),
    "how_resolution": (
        "Point : médiane, en jours. Trait : 9 dossiers sur 10. Moins de 10 dossiers terminés : pas "
        "montré.",
        "Point: median, in days. Line: 9 cases in 10. Fewer than 10 closed cases: not shown.",
    ),
    "how_ageing": (
        "Dossiers ouverts, par nombre de jours depuis l’ouverture ; ceux qui en ont le plus, à la "
        "même échelle.",
        "Open cases by the number of days since they were opened; those who have most, on one "
        "scale.",
    ),
    "how_flow": (
        "Dossiers passés d’un organisme à un autre ; les 12 chemins les plus fréquents.",
        "Cases that went from one organisation to another; the 12 most frequent ways.",
    ),
    "ageing": ("Âge des dossiers ouverts (jours)", "Age of open cases (days)"),
    "flow": ("De qui à qui", "From whom to whom"),
    "from": ("De", "From"),
    "to": ("À", "To"),
    "since_day": ("Depuis", "Since"),
    "by_holder": ("Par organisme", "By organisation"),
    "by_site": ("Par lieu", "By site"),
    "by_category": ("Par sujet", "By kind"),
    "by_month": ("Par mois", "By month"),
}


class Words:
    """The words in one language; `w('key')`, and `w.of(TABLE, code)` for a code in a table."""

    def __init__(self, language: str) -> None:
        self.language = "en" if language == "en" else "fr"
        self._place = 1 if self.language == "en" else 0

    @property
    def colon(self) -> str:
        """The colon between a name and what it is: French sets a space before it."""
        return ": " if self.language == "en" else " : "

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key, filled in."""
        return TEXTS[key][self._place].format(**values)

    def said(self, key: str) -> str:
        """Return the text of a key; what is no key is a sentence already."""
        return self(key) if key in TEXTS else key

    def of(self, table: dict[str, tuple[str, str]], code: str | None) -> str:
        """Return the words for a code, the code itself where there are none."""
        return table[code][self._place] if code in table else str(code or "")
