"""The guides: what each role does, step by step, in French and English.

Buttons are named by where their words stand, so that a guide says what the page says: `{w[...]}`
for a text of the desk, `{act[...]}` for an act on a case, `{a[...]}` for the administrators' pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Pair = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One step: what to do, and the picture that shows it (`pictures/NAME.LANGUAGE.webp`)."""

    title: Pair
    text: Pair
    picture: str | None = None


@dataclass(frozen=True)
class Guide:
    """The guide of a role."""

    title: Pair
    lead: Pair
    steps: tuple[Step, ...]


_COME: Final = Step(
    ("Venez au bureau", "Come to the desk"),
    (
        "Choisissez votre organisme, écrivez votre nom et votre phrase secrète, puis le code de "
        "votre téléphone. "
        "La première fois : « {w[invited]} », puis ajoutez la clé dans l’application de codes de "
        "votre téléphone. "
        "Recopiez les codes de secours. Finissez toujours par « {w[sign_out]} ».",
        "Choose your organisation, write your name and passphrase, then the code of your phone. "
        "The first time: "
        "“{w[invited]}”, then add the key to your phone’s app for codes. Copy the recovery "
        "codes. Always end with "
        "“{w[sign_out]}”.",
    ),
)
_LIST: Final = Step(
    ("Regardez ce qui est dû", "See what is due"),
    (
        "La liste montre d’abord ce qui est en retard (⚠), puis ce qui vient. « {w[mine]} » "
        "montre ce que votre "
        "organisme doit faire. « {w[find]} » ouvre un dossier par sa référence.",
        "The list shows what is overdue first (⚠), then what comes next. “{w[mine]}” shows what "
        "your organisation "
        "has to do. “{w[find]}” opens a case by its reference.",
    ),
    "inbox",
)
_CASE: Final = Step(
    ("Ouvrez un dossier", "Open a case"),
    (
        "En haut : chez qui il est, ce qui est demandé, jusqu’à quand. « {w[now]} » montre "
        "seulement ce qui est "
        "possible. Chaque bouton dit d’abord ce qu’il fera, qui il avertit et la nouvelle date ; "
        "rien n’est fait "
        "avant « {w[confirm]} ».",
        "On top: who has it, what is asked, until when. “{w[now]}” shows only what is possible. "
        "Each button says "
        "first what it will do, whom it tells and the new date; nothing is done before "
        "“{w[confirm]}”.",
    ),
    "case",
)
_TOGETHER: Final = Step(
    ("Si quelqu’un a été plus rapide", "If somebody was quicker"),
    (
        "Le bureau vous montre ce que l’autre a fait. Lisez, puis décidez de nouveau. Rien n’est "
        "fait deux fois.",
        "The desk shows you what the other did. Read it, then decide again. Nothing is done twice.",
    ),
)

#: Its buttons are those of the public pages, whose words stand in another service.
_COMPLAINANT: Final = Guide(
    ("Guide de la personne qui se plaint", "Guide for the person who complains"),
    (
        "À lire seul, ou avec quelqu’un qui aide. Se plaindre est gratuit, et votre nom n’est pas "
        "demandé.",
        "To read alone, or with somebody who helps. Complaining is free, and your name is not "
        "asked.",
    ),
    (
        Step(
            ("Dites ce qui ne va pas", "Say what is wrong"),
            (
                "Sur la page publique, par SMS, ou avec un représentant du syndicat. Répondez à ce "
                "que vous pouvez : on peut passer les questions. Ceux que vous nommez comme "
                "concernés ne voient jamais votre plainte. Sans réseau : « Écrire sans réseau ».",
                "On the public page, by text message, or with a representative of the syndicate. "
                "Answer what you can: questions can be skipped. Those whom you name as concerned "
                "never see your complaint. Without a network: “Write without a network”.",
            ),
            "form",
        ),
        Step(
            ("Gardez les deux numéros", "Keep the two numbers"),
            (
                "À la fin, vous recevez « Votre numéro de dossier » et « Votre code secret ». "
                "Recopiez-les et ne les donnez à personne. Sans eux, seul un représentant peut "
                "vous aider.",
                "At the end you get “Your case number” and “Your secret code”. Copy them and give "
                "them to nobody. Without them only a representative can help you.",
            ),
        ),
        Step(
            ("Voyez où en est votre dossier", "See where your case is"),
            (
                "« Où en est mon dossier ? » dit chez qui il est, jusqu’à quand une réponse est "
                "attendue, et « Ce que vous pouvez faire maintenant ». Par SMS : envoyez STATUT, "
                "du numéro avec lequel vous avez écrit.",
                "“Where is my case?” says who has it, until when an answer is due, and “What you "
                "can do now”. By text message: send STATUT from the number that you wrote with.",
            ),
            "tracking",
        ),
        Step(
            ("Répondez et ajoutez", "Answer and add"),
            (
                "Quand une solution est proposée : « D’accord », « Pas d’accord » ou « D’accord en "
                "partie ». Quand on dit que c’est fait, dites si c’est vrai. « Écrire au dossier » "
                "et « Ajouter une photo » restent possibles. Par SMS : OUI ou NON.",
                "When a solution is proposed: “I agree”, “I do not agree” or “I agree in part”. "
                "When they say it is done, say whether it is true. “Write to the case” and “Add a "
                "photo” stay possible. By text message: OUI or NON.",
            ),
        ),
        Step(
            ("Si ce n’est pas juste", "If it is not right"),
            (
                "« Demander à quelqu’un d’autre de décider » donne le dossier à l’organe suivant. "
                "Un dossier fermé : « Faire rouvrir le dossier ». Vous pouvez « Retirer ma "
                "plainte » ; on vous demande alors si quelqu’un vous y pousse. Le tribunal, le "
                "syndicat et l’inspection du travail restent ouverts.",
                "“Ask somebody else to decide” gives the case to the next body. A closed case: "
                "“Have the case reopened”. You can “Withdraw my complaint”; you are asked then "
                "whether somebody pressed you. Court, syndicate and labour inspectorate stay open.",
            ),
        ),
        Step(
            ("Après la fin", "After the end"),
            (
                "À la fin, puis après 30 et 90 jours, on vous demande si la solution tient et si "
                "quelqu’un vous fait du mal : « Dire comment ça va depuis ». Un oui va à la "
                "protection seule.",
                "At the end, and after 30 and 90 days, you are asked whether the solution holds "
                "and whether anybody hurts you: “Tell how things are since”. A yes goes to "
                "protection alone.",
            ),
        ),
        Step(
            ("Sur un téléphone partagé", "On a shared telephone"),
            (
                "« Quitter vite » quitte la page et efface ce qui attend sur le téléphone. Les "
                "messages ne disent ni le sujet ni les noms. Pour n’en plus recevoir : envoyez "
                "STOP.",
                "“Leave quickly” leaves the page and erases what waits on the telephone. Messages "
                "say neither the subject nor names. To get none any more: send STOP.",
            ),
        ),
    ),
)

GUIDES: Final[Mapping[str, Guide]] = {
    "complainant": _COMPLAINANT,
    "representative": Guide(
        ("Guide du représentant du syndicat", "Guide of the syndicate representative"),
        (
            "Vous parlez pour la personne qui se plaint, et vous veillez à ce qu’une réponse "
            "vienne à temps.",
            "You speak for the person who complains, and see to it that an answer comes in time.",
        ),
        (
            _COME,
            _LIST,
            Step(
                ("Écrivez pour quelqu’un", "Write for somebody"),
                (
                    "« {w[file_for]} » ouvre le formulaire public. Sans réseau : « "
                    "{w[file_offline]} ». Donnez à la "
                    "personne les deux numéros du reçu, et à personne d’autre.",
                    "“{w[file_for]}” opens the public form. Without a network: "
                    "“{w[file_offline]}”. Give the person "
                    "the two numbers of the receipt, and give them to nobody else.",
                ),
            ),
            _CASE,
            Step(
                ("Corrigez le tri", "Correct the triage"),
                (
                    "« {w[words]} », puis « {act[correct-triage]} » si le sujet ou la gravité "
                    "n’est pas juste. Nommez "
                    "qui est mis en cause : il ne voit plus rien, tout de suite.",
                    "“{w[words]}”, then “{act[correct-triage]}” if kind or severity is not "
                    "right. Name who is "
                    "accused: they see nothing any more, at once.",
                ),
            ),
            Step(
                ("Écrivez l’exposé avec la personne", "Write the statement with the person"),
                (
                    "« {act[record-statement]} » : seulement les faits que l’autre partie doit "
                    "lire. Enlevez noms, "
                    "numéros, lieu exact, métier, et ce que seule la personne sait. Avec son "
                    "accord : "
                    "« {act[release-statement]} ». Elle peut le reprendre : « "
                    "{act[withdraw-statement]} ».",
                    "“{act[record-statement]}”: only the facts that the other side has to read. "
                    "Leave out names, "
                    "numbers, the exact place, the job, and what only the person knows. With "
                    "their consent: "
                    "“{act[release-statement]}”. They can take it back: "
                    "“{act[withdraw-statement]}”.",
                ),
            ),
            Step(
                ("Ne laissez pas le silence gagner", "Do not let silence win"),
                (
                    "Une date passée fait monter le dossier toute seule. Avant : « "
                    "{act[escalate]} », avec un motif. "
                    "Quand c’est fait : voyez-le avec la personne, puis « {act[verify-delivery]} "
                    "».",
                    "A date that passes takes the case up by itself. Before that: "
                    "“{act[escalate]}”, with a reason. "
                    "When it is done: see it with the person, then “{act[verify-delivery]}”.",
                ),
            ),
            _TOGETHER,
        ),
    ),
    "csr": Guide(
        ("Guide du responsable de la société", "Guide of the company officer"),
        (
            "Vous répondez aux plaintes que votre société doit traiter, avant la date.",
            "You answer the grievances that your company has to deal with, before the date.",
        ),
        (
            _COME,
            _LIST,
            _CASE,
            Step(
                ("Accusez réception", "Acknowledge"),
                (
                    "« {act[acknowledge]} » le premier jour. « {w[hidden]} » veut dire : la "
                    "personne n’a pas encore "
                    "donné son accord pour que vous lisiez. La date court quand même.",
                    "“{act[acknowledge]}” on the first day. “{w[hidden]}” means: the person has "
                    "not agreed yet that "
                    "you read it. The date runs all the same.",
                ),
            ),
            Step(
                ("Demandez, ou demandez du temps", "Ask, or ask for time"),
                (
                    "« {act[ask-complainant]} » arrête vos dates jusqu’à la réponse. « "
                    "{act[extend]} » donne une "
                    "nouvelle date, une seule fois, avec un motif.",
                    "“{act[ask-complainant]}” stops your dates until the answer. “{act[extend]}” "
                    "gives a new date, "
                    "with a reason, as often as the rules allow.",
                ),
            ),
            Step(
                ("Proposez et réalisez", "Propose and deliver"),
                (
                    "« {act[propose-remedy]} » : quoi, combien, jusqu’à quand. La personne dit "
                    "oui, non, ou en "
                    "partie. Puis « {act[record-delivery]} » avec la preuve. Vous ne pouvez pas "
                    "confirmer "
                    "vous-même : c’est à la personne de le faire.",
                    "“{act[propose-remedy]}”: what, how much, until when. The person says yes, "
                    "no, or in part. Then "
                    "“{act[record-delivery]}” with the proof. You cannot confirm it yourselves: "
                    "that is for the "
                    "person.",
                ),
            ),
            Step(
                ("Regardez vos chiffres", "See your figures"),
                (
                    "« {w[figures]} » montre combien de dates votre société a tenues.",
                    "“{w[figures]}” shows how many dates your company has kept.",
                ),
                "figures",
            ),
            _TOGETHER,
        ),
    ),
    "authority": Guide(
        ("Guide de l’agent de l’autorité", "Guide of the authority officer"),
        (
            "Vous traitez ce que la loi confie à l’État, et vous décidez des recours.",
            "You deal with what the law gives to the state, and you decide appeals.",
        ),
        (
            _COME,
            _LIST,
            _CASE,
            Step(
                ("Traitez le dossier", "Deal with the case"),
                (
                    "« {act[acknowledge]} », « {act[start-inquiry]} », « {act[ask-party]} », puis "
                    "« {act[propose-remedy]} ».",
                    "“{act[acknowledge]}”, “{act[start-inquiry]}”, “{act[ask-party]}”, then "
                    "“{act[propose-remedy]}”.",
                ),
            ),
            Step(
                ("Décidez d’un recours", "Decide an appeal"),
                (
                    "« {act[decide-appeal]} » : ce que vous ordonnez est dû, sans autre réponse. "
                    "Écrivez le motif "
                    "pour que tous comprennent.",
                    "“{act[decide-appeal]}”: what you order is owed without another answer. "
                    "Write the reason so that "
                    "everybody understands it.",
                ),
            ),
            Step(
                ("Confiez à un autre service", "Refer to another service"),
                (
                    "« {act[close]} », confié à un organisme qui n’est pas mis en cause, et "
                    "seulement avec l’accord "
                    "de la personne.",
                    "“{act[close]}”, referred to a body that is not accused, and only with the "
                    "person’s consent.",
                ),
            ),
            _TOGETHER,
        ),
    ),
    "protection": Guide(
        ("Guide du point focal protection", "Guide of the protection focal point"),
        (
            "Vous seul voyez ces dossiers. La sécurité de la personne passe avant tout le reste.",
            "You alone see these cases. The person’s safety comes before everything else.",
        ),
        (
            _COME,
            Step(
                ("D’abord le contact sûr", "Safe contact first"),
                (
                    "« {act[record-safe-contact]} » : comment joindre la personne sans danger. "
                    "Avec « non, ne jamais "
                    "écrire », plus aucun message ne part.",
                    "“{act[record-safe-contact]}”: how the person can be reached without danger. "
                    "With “no, never "
                    "write”, no message is sent any more.",
                ),
                "case",
            ),
            Step(
                ("Le plan de sécurité, en trois jours", "The safety plan, within three days"),
                (
                    "« {act[record-safety-plan]} ». Sa date court à côté de toutes les autres.",
                    "“{act[record-safety-plan]}”. Its date runs beside all the others.",
                ),
            ),
            Step(
                (
                    "Orientez, avec un accord par service",
                    "Refer, with one consent for each service",
                ),
                (
                    "« {act[refer-service]} » : soins, écoute, droit, abri. Demandez l’accord "
                    "pour chacun.",
                    "“{act[refer-service]}”: medical, psychosocial, legal, shelter. Ask for "
                    "consent for each.",
                ),
            ),
            Step(
                ("Sortir de la protection, à deux", "Release from protection takes two"),
                (
                    "« {act[request-release]} », puis une autre personne : « "
                    "{act[agree-release]} ». Ce qui s’est "
                    "passé sous protection y reste.",
                    "“{act[request-release]}”, then another person: “{act[agree-release]}”. What "
                    "happened under "
                    "protection stays there.",
                ),
            ),
            Step(
                ("Sur un téléphone partagé", "On a shared phone"),
                (
                    "Ne laissez jamais un dossier ouvert. « {w[sign_out]} », puis fermez le "
                    "navigateur.",
                    "Never leave a case open. “{w[sign_out]}”, then close the browser.",
                ),
            ),
        ),
    ),
    "monitor": Guide(
        ("Guide de l’observateur", "Guide of the monitor"),
        (
            "Vous voyez si les réponses viennent à temps ; jamais qui se plaint, ni ses mots, ni "
            "un dossier protégé.",
            "You see whether answers come in time; never who complains, nor their words, nor a "
            "protected case.",
        ),
        (
            _COME,
            Step(
                ("Regardez les chiffres", "See the figures"),
                (
                    "« {w[figures]} » : dates tenues par organisme, durée jusqu’à la fin, âge "
                    "des dossiers ouverts, "
                    "ce qui est en retard et chez qui. Choisissez les mois, puis « {w[see]} ».",
                    "“{w[figures]}”: dates kept by organisation, time to the end, age of open "
                    "cases, what is overdue "
                    "and with whom. Choose the months, then “{w[see]}”.",
                ),
                "figures",
            ),
            Step(
                ("Prenez les tableaux avec vous", "Take the tables with you"),
                (
                    "« {w[download]} » sous chaque tableau. « {w[few]} » : avec si peu de "
                    "dossiers, une part "
                    "pourrait désigner quelqu’un.",
                    "“{w[download]}” below each table. “{w[few]}”: with so few cases a share "
                    "could point at "
                    "somebody.",
                ),
            ),
            Step(
                ("Suivez un dossier en retard", "Follow an overdue case"),
                (
                    "« {w[overdue]} » montre chez qui il est et depuis quand. Vérifiez le "
                    "registre en bas du "
                    "dossier : « {w[verified]} ».",
                    "“{w[overdue]}” shows with whom it is and since when. Check the record at "
                    "the bottom of the "
                    "case: “{w[verified]}”.",
                ),
                "inbox",
            ),
        ),
    ),
    "administrator": Guide(
        ("Guide de l’administrateur", "Guide of the administrator"),
        (
            "Vous tenez les comptes, les organismes, les lieux et les jours. Vous ne voyez aucun "
            "dossier.",
            "You keep accounts, organisations, sites and days. You see no case.",
        ),
        (
            _COME,
            Step(
                ("Invitez une personne", "Invite a person"),
                (
                    "« {a[people]} », « {a[new_account]} ». L’invitation n’est montrée qu’une "
                    "fois : donnez-la de "
                    "vive voix ou sous pli fermé.",
                    "“{a[people]}”, “{a[new_account]}”. The invitation is shown once: hand it "
                    "over in person or "
                    "sealed.",
                ),
                "admin",
            ),
            Step(
                ("Quelqu’un part, ou est absent", "Somebody leaves, or is away"),
                (
                    "Ouvrez la personne, notez l’absence ou fermez le compte : ses dossiers "
                    "reviennent tout de suite "
                    "à son organisme.",
                    "Open the person, note the absence or close the account: their cases go back "
                    "to the organisation "
                    "at once.",
                ),
            ),
            Step(
                ("Organismes, lieux et jours fériés", "Organisations, sites and holidays"),
                (
                    "Ce que vous décrivez vaut tout de suite pour les comptes. Pour les "
                    "dossiers, il faut remplacer "
                    "les règles : « {a[policy]} » montre ce qui manque encore.",
                    "What you describe holds for accounts at once. For cases the rules have to "
                    "be replaced: "
                    "“{a[policy]}” shows what is still missing.",
                ),
            ),
            Step(
                ("Messages en panne", "Messages put aside"),
                (
                    "« {a[letters]} » devrait être vide. Sinon : « {a[try_again]} », et prévenez "
                    "l’exploitant si "
                    "cela ne suffit pas.",
                    "“{a[letters]}” should be empty. If not: “{a[try_again]}”, and tell the "
                    "operator if that is not "
                    "enough.",
                ),
            ),
        ),
    ),
}
