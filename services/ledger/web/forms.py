"""The form of each command: what is asked, and what it says it will do. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["long", "line", "secret", "date", "choice", "many", "numbers", "items"]
_CONSENTS: Final = ("spoken", "written", "fingerprint")


@dataclass(frozen=True)
class Field:
    """One thing that a form asks for; `options` names where its choices come from."""

    name: str
    kind: Kind
    label: tuple[str, str]
    options: tuple[str, ...] | str = ()
    needed: bool = True


@dataclass(frozen=True)
class Form:
    """A command as a page: its title, what it does and whom it tells, and its fields."""

    title: tuple[str, str]
    does: tuple[str, str]
    fields: tuple[Field, ...] = ()


_TEXT = Field("text", "long", ("Texte", "Text"))
_MORE = Field("text", "long", ("Précisions", "Details"), needed=False)
_REASON = Field("reason", "long", ("Motif", "Reason"))
_CONSENT = Field("consent", "choice", ("Accord de la personne", "Consent of the person"), _CONSENTS)
_WHICH = ("Quels éléments (aucun : tous)", "Which items (none: all)")
_ITEMS_FIELD = Field("items", "items", ("Éléments", "Items"), needed=False)

FORMS: Final[dict[str, Form]] = {
    "acknowledge": Form(
        ("Accuser réception", "Acknowledge"),
        (
            "La personne et son représentant apprennent que vous avez le dossier.",
            "The person and their advocate learn that you have the case.",
        ),
    ),
    "start-inquiry": Form(
        ("Commencer l’examen", "Begin to look into it"),
        ("Noté au registre. Personne n’est averti.", "Kept on record. Nobody is told."),
    ),
    "ask-complainant": Form(
        ("Poser une question à la personne", "Ask the person"),
        (
            "La personne reçoit votre question. Vos délais s’arrêtent jusqu’à sa réponse.",
            "The person gets your question. Your dates stand still until the answer.",
        ),
        (_TEXT,),
    ),
    "extend": Form(
        ("Demander plus de temps", "Take more time"),
        (
            "La personne et son représentant apprennent la nouvelle date et le motif est gardé.",
            "The person and their advocate learn the new date; the reason is kept.",
        ),
        (_REASON, Field("until", "date", ("Nouvelle date", "New date"))),
    ),
    "propose-remedy": Form(
        ("Proposer une réparation", "Propose a remedy"),
        (
            "La personne doit dire si elle est d’accord, en tout ou en partie.",
            "The person must say whether they agree, in whole or in part.",
        ),
        (_TEXT, Field("deliver_by", "date", ("À réaliser avant le", "To be done by"), needed=False),
         _ITEMS_FIELD),
    ),
    "record-delivery": Form(
        ("Déclarer que c’est fait", "Report delivery"),
        (
            "La personne est invitée à dire si c’est vrai. Décrivez la preuve.",
            "The person is asked whether it is true. Describe the proof.",
        ),
        (Field("items", "numbers", _WHICH, "agreed", False), _MORE),
    ),
    "verify-delivery": Form(
        ("Confirmer que c’est fait", "Confirm delivery"),
        (
            "À faire avec la personne. Le responsable peut ensuite terminer le dossier.",
            "To be done with the person. The holder may close the case after it.",
        ),
        (Field("items", "numbers", _WHICH, "delivered", False),),
    ),
    "escalate": Form(
        ("Passer au niveau suivant", "Go to the next level"),
        (
            "Le dossier passe au responsable suivant, avec de nouvelles dates. Tous sont avertis.",
            "The case goes to the next holder with new dates. Everybody is told.",
        ),
        (_REASON,),
    ),
    "close": Form(
        ("Terminer le dossier", "Close the case"),
        (
            "La personne est avertie, et apprend jusqu’à quand elle peut faire un recours.",
            "The person is told, and until when they can appeal.",
        ),
        (
            Field("as", "choice", ("Comment", "How"), "closings"),
            _REASON,
            Field("to", "choice", ("Confié à (si orienté)", "To (if referred)"), "bodies", False),
            Field("consent", "choice", ("Accord de la personne (si orienté)",
                                        "Consent (if referred)"), _CONSENTS, False),
        ),
    ),
    "take": Form(
        ("Suivre ce dossier moi-même", "Work on this case myself"),
        ("Vos collègues voient que vous le suivez.", "Your colleagues see that you work on it."),
    ),
    "hand-over": Form(
        ("Rendre le dossier à l’organisme", "Give the case back"),
        ("Vos collègues sont avertis.", "Your colleagues are told."),
        (_MORE,),
    ),
    "ask-party": Form(
        ("Poser une question à une autre partie", "Ask another party"),
        (
            "La partie reçoit la question, avec une date pour répondre. Vos dates courent.",
            "The party gets the question, with a date to answer. Your dates run on.",
        ),
        (Field("to", "choice", ("À qui", "Whom"), "parties"), _TEXT),
    ),
    "answer-question": Form(
        ("Répondre à une question", "Answer a question"),
        ("La partie qui a demandé est avertie.", "Whoever asked is told."),
        (Field("question", "choice", ("Question", "Question"), "questions"), _TEXT),
    ),
    "correct-triage": Form(
        ("Corriger le tri", "Correct the triage"),
        (
            "Le dossier est orienté de nouveau. Qui est mis en cause ne voit plus rien.",
            "The case is routed again. Whoever is accused sees nothing any more.",
        ),
        (
            _REASON,
            Field("category", "choice", ("Sujet", "Kind"), "categories", False),
            Field("severity", "choice", ("Gravité", "Severity"), "severities", False),
            Field("accused", "many", ("Mis en cause", "Accused"), "bodies", False),
        ),
    ),
    "appeal": Form(
        ("Faire un recours (demander à quelqu’un d’autre de décider)",
         "Appeal (ask somebody else to decide)"),
        ("Le dossier va à l’organe suivant, qui décide.", "The next body decides."),
        (_REASON,),
    ),
    "decide-appeal": Form(
        ("Décider du recours", "Decide on the appeal"),
        (
            "La décision engage tout le monde : ce qui est ordonné est dû sans autre réponse.",
            "The decision binds everybody: what is ordered is owed without another answer.",
        ),
        (Field("outcome", "choice", ("Décision", "Decision"), ("upheld", "dismissed")), _TEXT,
         _ITEMS_FIELD),
    ),
    "reopen": Form(
        ("Rouvrir le dossier", "Reopen the case"),
        ("Le même responsable reprend, avec de nouvelles dates.",
         "The same holder takes it up again, with new dates."),
        (_REASON,),
    ),
    "record-follow-up": Form(
        ("Dire comment va la personne", "Tell how things are"),
        (
            "Des représailles arrivent à la protection seule, dans un dossier à part.",
            "Revenge reaches protection alone, in a case of its own.",
        ),
        (
            Field("satisfied", "choice", ("Satisfaite ?", "Satisfied?"), ("true", "false"), False),
            Field("remedy_holds", "choice", ("La réparation tient ?", "Does the remedy hold?"),
                  ("true", "false"), False),
            Field("retaliation", "choice", ("Représailles ?", "Revenge?"),
                  ("true", "false"), False),
        ),
    ),
    "record-contact-try": Form(
        ("Noter un essai de contact", "Record a try to reach the person"),
        (
            "Compte seulement aux heures que la personne a dites sûres.",
            "Counts only at hours that the person called safe.",
        ),
        (Field("how", "choice", ("Comment", "How"),
               ("phone", "sms", "email", "visit", "message-left")), _MORE),
    ),
    "record-statement": Form(
        ("Écrire l’exposé", "Write the statement"),
        (
            "Ce que l’autre partie lira. Enlevez ce qui fait reconnaître la personne.",
            "What the other side will read. Leave out what identifies the person.",
        ),
        (_TEXT,),
    ),
    "release-statement": Form(
        ("Communiquer l’exposé", "Release the statement"),
        (
            "L’autre partie lit l’exposé, le sujet et le lieu. L’accord peut être repris.",
            "The other side reads the statement, the kind and the site. Consent can be taken back.",
        ),
        (_CONSENT, Field("to", "many", ("À qui", "To whom"), ("company", "authority"))),
    ),
    "withdraw-statement": Form(
        ("Retirer l’exposé", "Take the statement back"),
        ("L’autre partie ne le lit plus.", "The other side reads it no more."),
    ),
    "record-safety-plan": Form(
        ("Écrire le plan de sécurité", "Write the safety plan"),
        ("Seule la protection le lit.", "For protection alone."),
        (_TEXT,),
    ),
    "record-safe-contact": Form(
        ("Noter le contact sûr", "Record safe contact"),
        ("« Non » : plus aucun message ne part.", "With “no”, no message is sent any more."),
        (Field("contact", "choice", ("Peut-on écrire ?", "May we write?"), ("allowed", "none")),
         _TEXT),
    ),
    "refer-service": Form(
        ("Orienter vers un service", "Refer to a service"),
        ("Un accord par service.", "One consent for each service."),
        (
            Field("service", "choice", ("Service", "Service"),
                  ("medical", "psychosocial", "legal", "shelter", "child-protection", "other")),
            _CONSENT,
            _TEXT,
        ),
    ),
    "request-release": Form(
        ("Demander la sortie de la protection", "Ask to release from protection"),
        ("Une deuxième personne doit être d’accord.", "A second person must agree."),
        (
            _REASON,
            Field("category", "choice", ("Sujet", "Kind"), "categories", False),
            Field("severity", "choice", ("Gravité", "Severity"), "severities", False),
        ),
    ),
    "agree-release": Form(
        ("Accepter la sortie de la protection", "Agree to the release"),
        ("Le dossier est orienté de nouveau.", "The case is routed again."),
    ),
    "link-case": Form(
        ("Lier à un autre dossier", "Link to another case"),
        ("Mêmes faits, plusieurs personnes : on peut répondre à tous ensemble.",
         "Same facts, several people: they can be answered together."),
        (Field("to", "line", ("Référence de l’autre dossier", "Reference of the other case")),),
    ),
}  # fmt: skip
