"""The words of what is written without a network and waits on a telephone, French first."""

from typing import Final

#: key -> (French, English)
OFFLINE_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "offline_link": ("Écrire sans réseau", "Write without a network"),
    "offline_q": ("Écrivez ici, même sans réseau", "Write here, even without a network"),
    "offline_why": (
        "Répondez à ce que vous pouvez. Seuls vos mots sont nécessaires. Une photo peut être "
        "ajoutée après l’envoi.",
        "Answer what you can. Only your words are needed. A photo can be added after sending.",
    ),
    "offline_words": ("Vos mots", "Your words"),
    "offline_hide": (
        "Quelqu’un ne doit rien voir de ceci ? Dites-le sous « Qui est concerné ? ».",
        "Must somebody see nothing of this? Say so under “Who is concerned?”.",
    ),
    "offline_keeps": (
        "Sans réseau, c’est gardé sur ce téléphone. Quand cette page est ouverte et que le réseau "
        "est là, c’est envoyé, puis effacé du téléphone. Personne ne peut le relire ici. Mais qui "
        "ouvre ce site voit que quelque chose attend, et voit votre code secret si l’envoi se fait "
        "devant lui. « Quitter vite » efface tout.",
        "Without a network it is kept on this telephone. When this page is open and the network is "
        "there, it is sent, then erased from the telephone. Nobody can read it here again. But "
        "whoever opens this site sees that something waits, and sees your secret code if it is "
        "sent before their eyes. “Leave quickly” erases everything.",
    ),
    "offline_keep": ("Garder et envoyer dès que possible", "Keep and send as soon as possible"),
    "offline_not": ("Ne pas garder", "Do not keep"),
    "offline_on_the_way": (
        "Le réseau est parti pendant l’envoi. Gardez, et ce sera envoyé une seule fois.",
        "The network went away while it was sent. Keep it, and it will be sent only once.",
    ),
    "offline_cannot": (
        "Ce téléphone ne peut rien garder. Rien n’est envoyé. Laissez la page ouverte et essayez "
        "encore quand le réseau est là, ou recopiez vos mots.",
        "This telephone cannot keep anything. Nothing was sent. Leave the page open and try again "
        "when the network is there, or copy your words.",
    ),
    "offline_script": (
        "Sans réseau, cette page a besoin de JavaScript, et il est arrêté ici.",
        "Without a network this page needs JavaScript, which is switched off here.",
    ),
    "offline_online": ("Écrire avec le réseau", "Write with the network"),
    "kept_waiting": (
        "Gardé sur ce téléphone, pas encore envoyé",
        "Kept on this telephone, not sent yet",
    ),
    "kept_sending": ("Envoi en cours…", "Being sent…"),
    "kept_failed": (
        "Le réseau n’est pas là. Rien n’est perdu : laissez cette page ouverte, ou revenez plus "
        "tard.",
        "The network is not there. Nothing is lost: leave this page open, or come back later.",
    ),
    "kept_sent": ("Envoyé", "Sent"),
    "kept_gone": (
        "C’est effacé de ce téléphone. Ces numéros ne sont écrits que sur cette page.",
        "It is erased from this telephone. These numbers stand on this page alone.",
    ),
    "kept_send": ("Envoyer maintenant", "Send now"),
    "kept_erase": ("Effacer de ce téléphone, sans envoyer", "Erase from this telephone, unsent"),
    "kept_erased": ("Effacé. Rien n’est gardé ni envoyé.", "Erased. Nothing is kept or sent."),
    "kept_another": ("Écrire pour quelqu’un d’autre", "Write for somebody else"),
}
