"""The words of the tracking page and of each act on it, French first."""

from typing import Final

#: key -> (French, English); each act has `_q` (its button and heading), `_what` (what follows from
#: it) and `_done`.
CASE_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "track_q": ("Où en est mon dossier ?", "Where is my case?"),
    "track_why": (
        "Avec le numéro et le code que vous avez notés.",
        "With the number and the code that you wrote down.",
    ),
    "see": ("Voir", "See"),
    "error_unknown": (
        "Ce numéro et ce code ne vont pas ensemble. Regardez bien chaque signe. "
        "Sans le code, le syndicat peut vous aider.",
        "This number and this code do not belong together. Look at each sign. "
        "Without the code, the syndicate can help you.",
    ),
    "error_often": (
        "Trop d’essais. Attendez quelques minutes, puis essayez encore.",
        "Too many tries. Wait a few minutes, then try again.",
    ),
    "error_expired": (
        "La page est restée ouverte longtemps. Donnez encore votre numéro et votre code.",
        "The page was open for long. Give your number and your code again.",
    ),
    "error_kept": (
        "Ce que vous avez écrit est gardé.",
        "What you wrote is kept.",
    ),
    "error_state": (
        "Ce n’est pas possible à ce stade. Rien n’est changé. Voici où en est le dossier.",
        "This is not possible at this stage. Nothing has changed. Here is where the case stands.",
    ),
    "error_until": (
        "C’était possible jusqu’au {day}. Rien n’est changé.",
        "This was possible until {day}. Nothing has changed.",
    ),
    "error_newer": (
        "Autre chose a été proposé ou annoncé depuis. Votre réponse n’a pas été prise. "
        "Regardez ceci et répondez.",
        "Something else was proposed or reported since. Your answer was not taken. "
        "Look at this and answer.",
    ),
    "error_rewritten": (
        "Le texte a changé depuis. Votre accord n’a pas été pris. Lisez le nouveau texte.",
        "The text has changed since. Your yes was not taken. Read the new text.",
    ),
    "error_sent_before": (
        "Cette page a déjà été envoyée une fois, avec d’autres mots. La première fois compte. "
        "Pour ajouter quelque chose, utilisez les boutons ici.",
        "This page was sent before with other words. The first time counts. "
        "To add something, use the buttons here.",
    ),
    "error_no_words": ("Écrivez quelques mots.", "Write a few words."),
    "error_no_photo": ("Choisissez une photo.", "Choose a photo."),
    "error_photo": (
        "Ce fichier n’est pas une photo que nous pouvons garder. Prenez une photo JPEG, PNG ou "
        "WebP de 5 Mo au plus.",
        "This file is no photo that we can keep. Take a JPEG, PNG or WebP photo of at most 5 MB.",
    ),
    "error_away": (
        "Nous ne pouvons pas répondre maintenant. Rien n’est perdu : attendez un peu et "
        "appuyez encore.",
        "We cannot answer right now. Nothing is lost: wait a little and press again.",
    ),
    "else": (
        "Vous pouvez toujours écrire au dossier, faire une nouvelle plainte, ou aller au syndicat, "
        "à l’inspection du travail ou au tribunal. Aide gratuite : {number}.",
        "You can always write to the case, make a new complaint, or go to the syndicate, the "
        "labour inspectorate or a court. Free help: {number}.",
    ),
    "case": ("Dossier", "Case"),
    "held_by": ("Votre dossier est chez", "Your case is with"),
    "due": ("Réponse attendue avant le", "An answer is due before"),
    "due_answer": ("Votre réponse est attendue avant le", "Your answer is due before"),
    "due_verify": (
        "On doit vérifier que c’est fait avant le",
        "It must be checked that it is done before",
    ),
    "due_deliver": (
        "Ce qui est convenu doit être fait avant le",
        "What was agreed must be done before",
    ),
    "late": ("Réponse en retard depuis le", "The answer is late since"),
    "late_answer": ("Votre réponse était attendue le", "Your answer was due on"),
    "late_verify": ("Vérification en retard depuis le", "The check is late since"),
    "late_deliver": (
        "Ce qui est convenu n’est pas encore fait. En retard depuis le",
        "What was agreed is not done yet. Late since",
    ),
    "late_next": (
        "Le retard est noté. Le dossier passe au niveau suivant, ou une nouvelle date est mise.",
        "The delay is recorded. The case goes to the next level, or a new date is set.",
    ),
    "late_you": ("Vous pouvez toujours répondre.", "You can still answer."),
    "no_holder": (
        "Votre dossier est reçu. Le nom de celui qui répond sera ici dans quelques instants.",
        "Your case is received. The name of who answers will be here in a moment.",
    ),
    "closed": ("Votre dossier est fermé.", "Your case is closed."),
    "again_until": (
        "Vous pouvez le faire rouvrir ou demander un recours jusqu’au {day}.",
        "You can have it reopened, or appeal, until {day}.",
    ),
    "again_over": (
        "Le rouvrir ou demander un recours était possible jusqu’au {day}.",
        "Having it reopened, or an appeal, was possible until {day}.",
    ),
    "now": ("Ce que vous pouvez faire maintenant", "What you can do now"),
    "asked_q": ("On vous pose une question", "You are asked a question"),
    "asked_why": (
        "Le délai attend votre réponse. Il reprend dès que vous répondez.",
        "The clock waits for your answer. It goes on as soon as you answer.",
    ),
    "reply": ("Répondre", "Answer"),
    "proposal_q": ("Une solution est proposée", "A solution is proposed"),
    "proposal_yes": ("D’accord", "I agree"),
    "proposal_no": ("Pas d’accord", "I do not agree"),
    "proposal_part": ("D’accord en partie", "I agree in part"),
    "proposal_yes_q": ("Vous êtes d’accord ?", "Do you agree?"),
    "proposal_no_q": ("Vous n’êtes pas d’accord ?", "Do you not agree?"),
    "proposal_part_q": ("Avec quoi êtes-vous d’accord ?", "What do you agree to?"),
    "proposal_yes_what": (
        "Ce qui est proposé doit être fait avant la date dite. Vous en suivez l’exécution ici.",
        "What is proposed must be done by the date told. You can follow it here.",
    ),
    "proposal_no_what": (
        "Celui qui tient le dossier doit proposer autre chose. Sinon le dossier passe au niveau "
        "suivant.",
        "Who holds the case must propose something else. If not, the case goes to the next level.",
    ),
    "proposal_part_what": (
        "Ce que vous cochez doit être fait avant sa date. Le reste est noté comme refusé.",
        "What you tick must be done by its date. The rest is recorded as not accepted.",
    ),
    "delivery_q": ("On dit que c’est fait. Est-ce vrai ?", "We are told it is done. Is it true?"),
    "delivery_yes": ("Oui, c’est fait", "Yes, it is done"),
    "delivery_no": ("Non, ce n’est pas fait", "No, it is not done"),
    "delivery_part": ("Fait en partie", "Done in part"),
    "delivery_yes_q": ("C’est fait ?", "Is it done?"),
    "delivery_no_q": ("Ce n’est pas fait ?", "Is it not done?"),
    "delivery_part_q": ("Qu’est-ce qui est fait ?", "What is done?"),
    "delivery_yes_what": (
        "Il est noté que c’est fait. Le dossier peut ensuite être fermé.",
        "It is recorded as done. The case can then be closed.",
    ),
    "delivery_no_what": (
        "Le dossier reste ouvert, et une autre réponse est attendue avec une date.",
        "The case stays open, and another answer is due by a date.",
    ),
    "delivery_part_what": (
        "Ce que vous cochez est noté comme fait. Le reste est toujours attendu.",
        "What you tick is recorded as done. The rest is still owed.",
    ),
    "items": ("Cochez", "Tick"),
    "why_optional": ("Pourquoi ? (vous pouvez laisser vide)", "Why? (may be left empty)"),
    "add_label": ("Vos mots", "Your words"),
    "statement_words": ("Ce que l’autre côté lira", "What the other side will read"),
    "message_q": ("Écrire au dossier", "Write to the case"),
    "message_what": (
        "Vos mots sont ajoutés au dossier. La société et l’État ne lisent que ce que vous leur "
        "transmettez vous-même.",
        "Your words are added to the case. The company and the State read only what you pass on "
        "to them yourself.",
    ),
    "photo_q": ("Ajouter une photo", "Add a photo"),
    "photo_what": (
        "La photo est ajoutée au dossier dès que vous appuyez. Le lieu et l’appareil que le "
        "téléphone y écrit sont effacés.",
        "The photo is added to the case as soon as you press. The place and the device that the "
        "telephone writes into it are removed.",
    ),
    "photo": ("La photo (JPEG, PNG ou WebP)", "The photo (JPEG, PNG or WebP)"),
    "share_q": ("Dire oui à ce texte", "Say yes to this text"),
    "share_what": (
        "Ce texte, et rien d’autre, est montré à ceux que vous cochez. Vous pouvez arrêter quand "
        "vous voulez.",
        "This text and nothing else is shown to those whom you tick. You can stop it whenever you "
        "wish.",
    ),
    "share_done": ("Votre accord est enregistré.", "Your yes is recorded."),
    "statement_q": ("Transmettre mes mots à l’autre côté", "Pass my words on to the other side"),
    "statement_what": (
        "Ces mots, et rien d’autre, sont montrés à ceux que vous cochez. Vous pouvez arrêter "
        "quand vous voulez.",
        "These words and nothing else are shown to those whom you tick. You can stop it whenever "
        "you wish.",
    ),
    "statement_now": (
        "Un exposé est écrit pour vous. Personne d’autre ne le lit sans votre accord.",
        "A statement was written for you. Nobody else reads it unless you agree.",
    ),
    "to": ("Qui peut les lire ?", "Who may read them?"),
    "to_authority": ("Le bureau de l’État qui doit répondre", "The public office that must answer"),
    "to_company": ("La société qui doit répondre", "The company that must answer"),
    "unshare_q": ("Ne plus montrer mes mots à l’autre côté", "Stop showing my words"),
    "unshare_what": (
        "À partir de maintenant, l’autre côté ne peut plus lire l’exposé. Votre plainte continue.",
        "From now on the other side can no longer read the statement. Your complaint goes on.",
    ),
    "follow-up_q": ("Dire comment ça va depuis", "Tell how things are since"),
    "follow-up_what": (
        "Vos réponses sont notées. Si ce qui était convenu ne tient plus, le dossier est rouvert. "
        "Si quelqu’un s’est vengé, seule la protection le saura.",
        "Your answers are recorded. If what was agreed no longer holds, the case is reopened. If "
        "somebody took revenge, only protection will know.",
    ),
    "satisfied": ("Êtes-vous content de la réponse ?", "Are you satisfied with the answer?"),
    "holds": ("Ce qui était convenu tient-il ?", "Does what was agreed hold?"),
    "retaliation": (
        "Quelqu’un s’est-il vengé de votre plainte ?",
        "Did anybody take revenge for your complaint?",
    ),
    "reopening_q": ("Faire rouvrir le dossier", "Have the case reopened"),
    "reopening_what": (
        "Le même bureau reprend le dossier, avec une nouvelle date.",
        "The same office takes the case up again, with a new date.",
    ),
    "appeal_q": ("Demander à quelqu’un d’autre de décider", "Ask somebody else to decide"),
    "appeal_what": (
        "C’est un recours. Un autre niveau regarde tout encore une fois et décide, avec une date.",
        "This is an appeal. Another level looks at everything again and decides, by a date.",
    ),
    "withdrawal_q": ("Retirer ma plainte", "Withdraw my complaint"),
    "withdrawal_what": (
        "Le dossier sera fermé. Si on vous force, dites-le : seule la protection le saura.",
        "The case will be closed. If you are forced, say so: only protection will know.",
    ),
    "pressured": ("Quelqu’un vous a-t-il forcé ?", "Did anybody force you?"),
    "check_act": ("Vérifiez, puis confirmez", "Check, then confirm"),
    "what_follows": ("Ce qui se passe ensuite", "What follows"),
    "confirm": ("Confirmer", "Confirm"),
    "not_now": ("Ne pas le faire", "Do not do it"),
    "way": ("Le chemin jusqu’ici", "The way so far"),
    "ahead_due": ("Réponse attendue.", "An answer is due."),
    "ahead_answer": ("Votre réponse est attendue.", "Your answer is due."),
    "ahead_verify": ("On doit avoir vérifié que c’est fait.", "It must have been checked."),
    "ahead_deliver": ("Ce qui est convenu doit être fait.", "What was agreed must be done."),
    "ahead_late": (
        "En retard : la réponse n’est pas encore là.",
        "Late: the answer is not there yet.",
    ),
    "ahead_until": (
        "Dernier jour pour rouvrir ou demander un recours.",
        "Last day to have it reopened or to appeal.",
    ),
    "ahead": ("Prochaine date", "Next date"),
    "message_done": ("C’est ajouté au dossier.", "It was added to the case."),
    "photo_done": ("La photo est ajoutée au dossier.", "The photo was added to the case."),
    "answer_done": ("Votre réponse est enregistrée.", "Your answer is recorded."),
    "statement_done": ("Vos mots sont transmis.", "Your words are passed on."),
    "unshare_done": ("Vos mots ne sont plus montrés.", "Your words are no longer shown."),
    "follow-up_done": ("Vos réponses sont notées. Merci.", "Your answers are noted. Thank you."),
    "reopening_done": ("Votre demande est enregistrée.", "Your wish is recorded."),
    "appeal_done": ("Votre recours est enregistré.", "Your appeal is recorded."),
    "withdrawal_done": ("Votre retrait est enregistré.", "Your withdrawal is recorded."),
    "done_soon": (
        "Le chemin ci-dessous le montre dans quelques instants.",
        "The way below shows it in a moment.",
    ),
    "refresh": ("Regarder encore", "Look again"),
}
