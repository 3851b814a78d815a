"""The words of the public pages, French first; short sentences, no legal word without its twin.

Pages in Sango are French: no Sango is shown that speakers have not checked.
"""

from typing import Final

from services.intake.web.case_texts import CASE_TEXTS
from services.intake.web.offline_texts import OFFLINE_TEXTS

#: key -> (French, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Informations", "Information"),
    "leave": ("Quitter vite", "Leave quickly"),
    "listen": ("Écouter", "Listen"),
    "stop": ("Arrêter", "Stop"),
    "large": ("Plus grand", "Larger"),
    "skip": ("Aller au contenu", "Skip to the content"),
    "back": ("Retour", "Back"),
    "next": ("Continuer", "Continue"),
    "send": ("Envoyer", "Send"),
    "change": ("Changer", "Change"),
    "step": ("Question {n} sur {all}", "Question {n} of {all}"),
    "errors": ("Attention", "Please look"),
    "nothing_lost": ("Rien n’est perdu. Regardez ceci :", "Nothing is lost. Look at this:"),
    "error_choose": ("Choisissez une réponse.", "Choose an answer."),
    "error_too_long": (
        "Le texte est trop long : 5 000 signes au plus. Envoyez la suite après, avec votre numéro.",
        "The text is too long: at most 5,000 characters. Send the rest later, with your number.",
    ),
    "error_nothing_said": (
        "Dites au moins de quoi il s’agit, ou racontez en quelques mots.",
        "Say at least what it is about, or tell it in a few words.",
    ),
    "too_large_q": ("C’est trop grand", "This is too large"),
    "too_large": (
        "Rien n’est envoyé, et le dossier n’a pas changé. Une photo peut avoir 5 Mo au plus. "
        "Ouvrez le dossier et choisissez-en une plus petite, ou écrivez ce qu’elle montre.",
        "Nothing was sent, and the case has not changed. A photo may have 5 MB at most. Open the "
        "case and choose a smaller one, or write what it shows.",
    ),
    "doubt_no_phone": (
        "Vous n’avez pas donné de numéro : nous ne pourrons pas vous écrire.",
        "You gave no number: we cannot write to you.",
    ),
    "doubt_phone": (
        "Ce numéro ne semble pas complet. Vous pouvez le changer ou envoyer quand même.",
        "This number does not look complete. You can change it, or send anyway.",
    ),
    "doubt_email": (
        "Cette adresse ne semble pas complète. Vous pouvez la changer ou envoyer quand même.",
        "This address does not look complete. You can change it, or send anyway.",
    ),
    "start_lead": ("Choisissez votre langue", "Choose your language"),
    "start_why": (
        "Dites un problème lié à la mine. C’est gratuit. Votre nom n’est pas demandé. "
        "Quelqu’un doit vous répondre, avec une date.",
        "Tell a problem about the mine. It is free. Your name is not asked. "
        "Somebody must answer you, by a date.",
    ),
    "sg_note": (
        "Vous pouvez écrire en sängö. Les questions sont en français.",
        "You can write in Sango. The questions are in French.",
    ),
    "have_reference": (
        "J’ai déjà un numéro : voir où en est mon dossier",
        "I already have a number: see where my case is",
    ),
    "danger_q": ("Êtes-vous en danger maintenant ?", "Are you in danger now?"),
    "danger_why": (
        "Vous, ou quelqu’un près de vous. Nous vous disons tout de suite où appeler.",
        "You, or somebody near you. We tell you at once where to call.",
    ),
    "yes": ("Oui", "Yes"),
    "no": ("Non", "No"),
    "help_q": ("De l’aide tout de suite", "Help right now"),
    "help_call": ("Appelez gratuitement", "Call free of charge"),
    "help_unchecked": (
        "Numéro à vérifier avant chaque diffusion.",
        "Number to be checked before each release.",
    ),
    "help_72": (
        "Après un viol, voyez un soignant avant 72 heures : le traitement protège mieux.",
        "After rape, see a health worker within 72 hours: treatment protects better.",
    ),
    "help_then": (
        "Si vous pouvez, continuez ici. Seule la personne chargée de la protection le verra.",
        "If you can, go on here. Only the protection focal point will see it.",
    ),
    "about_q": ("De quoi s’agit-il ?", "What is it about?"),
    "about_why": ("Pour trouver qui doit répondre.", "To find who must answer."),
    "unknown": ("Je ne sais pas", "I do not know"),
    "finer_q": ("Plus précisément ?", "More precisely?"),
    "words_q": ("Racontez avec vos mots", "Tell it in your own words"),
    "words_why": (
        "Que s’est-il passé ? Que demandez-vous ? Vos fautes ne comptent pas.",
        "What happened? What do you ask for? Mistakes do not matter.",
    ),
    "words_label": ("Vos mots (vous pouvez laisser vide)", "Your words (may be left empty)"),
    "place_q": ("Où et quand ?", "Where and when?"),
    "place_why": ("« Environ » est une bonne réponse.", "“About” is a good answer."),
    "site": ("Le lieu", "The place"),
    "elsewhere": ("Un autre lieu", "Another place"),
    "site_text": ("Le lieu avec vos mots", "The place in your own words"),
    "day": ("Le jour, si vous le savez", "The day, if you know it"),
    "about_when": (
        "Ou environ, avec vos mots (par exemple : en mars)",
        "Or about, in your own words (for example: in March)",
    ),
    "who_q": ("Qui est concerné ?", "Who is concerned?"),
    "who_why": (
        "Une société peut répondre elle-même. Un syndicat ou un bureau de l’État ne juge jamais "
        "son propre cas : quelqu’un d’autre décide.",
        "A company may answer for itself. A syndicate or a public office never judges its own "
        "case: somebody else decides.",
    ),
    "organisation": ("De qui vous plaignez-vous ?", "Whom do you complain about?"),
    "organisation_text": ("Un autre : écrivez son nom", "Somebody else: write the name"),
    "hidden_from": (
        "Qui ne doit pas voir votre plainte ?",
        "Who must not see your complaint?",
    ),
    "hidden_why": (
        "Ceux que vous nommez ici ne verront jamais votre plainte.",
        "Those whom you name here will never see your complaint.",
    ),
    "hidden_security": (
        "Police, gendarmes, soldats ou gardes",
        "Police, gendarmes, soldiers or guards",
    ),
    "hidden_armed": ("Un groupe armé", "An armed group"),
    "hidden_names": ("Des personnes : écrivez leurs noms", "Persons: write their names"),
    "reply_q": ("Comment vous répondre ?", "How can we answer you?"),
    "reply_why": (
        "Les messages ne disent ni le sujet, ni les noms, ni le lieu.",
        "Messages tell no subject, no names and no place.",
    ),
    "reply_sms": ("Par SMS", "By text message"),
    "reply_email": ("Par mail", "By mail"),
    "reply_via": ("Par quelqu’un de confiance", "Through somebody I trust"),
    "reply_none": (
        "Pas du tout : je regarderai avec mon numéro",
        "Not at all: I will look with my number",
    ),
    "phone": ("Numéro de téléphone", "Telephone number"),
    "shared": (
        "D’autres personnes utilisent ce téléphone",
        "Other people use this telephone",
    ),
    "email": ("Adresse mail", "Mail address"),
    "via": ("Le syndicat", "The syndicate"),
    "via_none": ("Quelqu’un d’autre", "Somebody else"),
    "via_text": ("Cette personne, et comment la joindre", "This person, and how to reach them"),
    "safe": (
        "Quand peut-on vous joindre sans danger ?",
        "When is it safe to reach you?",
    ),
    "open": (
        "Les messages peuvent dire de quoi il s’agit",
        "Messages may say what it is about",
    ),
    "name": ("Votre nom, si vous voulez", "Your name, if you wish"),
    "consents_q": ("Ce que nous ferons de vos mots", "What we will do with your words"),
    "consents_why": (
        "Sans coche, c’est non. Un non n’arrête jamais votre plainte.",
        "Without a tick it is no. A no never stops your complaint.",
    ),
    "consent_share_identity": (
        "Dire mon nom à celui qui doit répondre",
        "Tell my name to the one who must answer",
    ),
    "consent_share_statement": (
        "Montrer mes mots à celui qui doit répondre",
        "Show my words to the one who must answer",
    ),
    "consent_referral": (
        "Passer mon dossier à un service qui peut aider",
        "Pass my case to a service that can help",
    ),
    "consent_follow_up": (
        "Me demander plus tard si tout va bien",
        "Ask me later whether all is well",
    ),
    "consent_statistics": (
        "Me compter dans les chiffres publiés, sans nom",
        "Count me in published figures, without a name",
    ),
    "check_q": ("Vérifiez avant d’envoyer", "Check before sending"),
    "check_why": (
        "Rien n’est encore envoyé ni gardé.",
        "Nothing has been sent or kept yet.",
    ),
    "not_said": ("pas de réponse", "no answer"),
    "sum_danger": ("Danger maintenant", "Danger now"),
    "sum_about": ("Le sujet", "The subject"),
    "sum_words": ("Vos mots", "Your words"),
    "sum_place": ("Où et quand", "Where and when"),
    "sum_who": ("Vous vous plaignez de", "You complain about"),
    "sum_hidden": ("Ne doivent pas voir", "Must not see"),
    "sum_reply": ("Pour vous répondre", "To answer you"),
    "sum_consents": ("Vous dites oui à", "You say yes to"),
    "receipt_q": ("C’est reçu", "Received"),
    "receipt_keep": (
        "Photographiez cette page ou recopiez ces deux numéros.",
        "Take a picture of this page, or copy these two numbers.",
    ),
    "reference": ("Votre numéro de dossier", "Your case number"),
    "code": ("Votre code secret", "Your secret code"),
    "code_why": (
        "Ce code n’est montré qu’ici. Avec les deux, vous voyez où en est le dossier.",
        "This code is shown here only. With both you see where the case is.",
    ),
    "receipt_next": (
        "Ensuite : le dossier va à celui qui doit répondre. Son nom et la date sont "
        "sur la page de suivi dans quelques instants.",
        "Next: the case goes to the one who must answer. The name and the date are on the "
        "tracking page in a moment.",
    ),
    "receipt_see": ("Voir où en est mon dossier", "See where my case is"),
    "other_ways": (
        "Vous pouvez toujours aussi aller au tribunal, au syndicat ou à l’inspection du travail.",
        "You can still go to court, to a union or to the labour inspectorate as well.",
    ),
    "sent_before_q": ("Déjà envoyé", "Already sent"),
    "sent_before": (
        "Cette page a déjà été envoyée une fois, avec d’autres réponses. La première est gardée. "
        "Pour ajouter quelque chose, utilisez votre numéro de dossier.",
        "This page was sent before with other answers. The first one is kept. "
        "To add something, use your case number.",
    ),
    "start_again": ("Commencer une autre plainte", "Begin another complaint"),
}


class Words:
    """The texts in one language, by key."""

    def __init__(self, language: str) -> None:
        self.page_language = "en" if language == "en" else "fr"
        self._place = 1 if language == "en" else 0
        self.colon = ": " if language == "en" else "\u00a0: "

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its values filled in."""
        text = (TEXTS.get(key) or CASE_TEXTS.get(key) or OFFLINE_TEXTS[key])[self._place]
        if self._place == 0:
            # French puts a space before these signs; the line must not break there.
            for sign in "?:!»":
                text = text.replace(f" {sign}", f"\u00a0{sign}")
            text = text.replace("« ", "«\u00a0")
        return text.format(**values) if values else text
