"""How a change at a place of a policy file is called, in French and English."""

from dataclasses import dataclass
from typing import Final

Path = tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """How a change at a place of a file is called, in French and English.

    `{0}`, `{1}` … are what the stars of the place stand for. `private` values are not shown:
    addresses of offices, and words of messages.
    """

    file: str
    place: Path
    name: str
    fr: str
    en: str
    private: bool = False

    def stars(self, file: str, place: Path) -> tuple[str, ...] | None:
        """Return what the stars stand for, None when this is about another place."""
        if file != self.file and not (self.file.endswith("/") and file.startswith(self.file)):
            return None
        rest = self.place[-1:] == ("**",)
        pattern = self.place[:-1] if rest else self.place
        if len(place) < len(pattern) or (len(place) > len(pattern) and not rest):
            return None
        found = []
        for wanted, step in zip(pattern, place, strict=False):
            if wanted == "*":
                found.append(step)
            elif wanted != step:
                return None
        return (*found, *((".".join(place[len(pattern) :]),) if rest else ()))


def _named(file: str, place: str, name: str, fr: str, en: str, *, private: bool = False) -> Named:
    return Named(file, tuple(place.split("/")), name, fr, en, private)


#: The first that fits names a change; what nothing fits is named by its file and place.
NAMES: Final = (
    _named("taxonomy.yaml", "categories/*", "category", "Catégorie {0}", "Category {0}"),
    _named(
        "taxonomy.yaml",
        "categories/*/severity",
        "category.severity",
        "Catégorie {0}, gravité",
        "Category {0}, severity",
    ),
    _named(
        "taxonomy.yaml",
        "categories/*/lane",
        "category.lane",
        "Catégorie {0}, voie",
        "Category {0}, lane",
    ),
    _named(
        "taxonomy.yaml",
        "categories/*/ladder",
        "category.ladder",
        "Catégorie {0}, échelons",
        "Category {0}, ladder",
    ),
    _named(
        "taxonomy.yaml",
        "categories/*/raises/**",
        "category.raises",
        "Catégorie {0}, gravité avec le signe {1}",
        "Category {0}, severity with the sign {1}",
    ),
    _named(
        "taxonomy.yaml",
        "categories/*/recuses",
        "category.recuses",
        "Catégorie {0}, organismes écartés",
        "Category {0}, kinds recused",
    ),
    _named(
        "taxonomy.yaml",
        "categories/*/**",
        "category.shown",
        "Catégorie {0}, {1}",
        "Category {0}, {1}",
    ),
    _named("responders.yaml", "steps/*", "step", "Échelon {0}", "Step {0}"),
    _named(
        "responders.yaml",
        "steps/*/**",
        "step.holders",
        "Échelon {0}, qui le tient ({1})",
        "Step {0}, who stands on it ({1})",
    ),
    _named(
        "routing.yaml",
        "protected_ladder",
        "protected-ladder",
        "Échelons de la voie protégée",
        "Ladder of the protected lane",
    ),
    _named("routing.yaml", "triage_ladder", "triage-ladder", "Échelons du tri", "Triage ladder"),
    _named(
        "routing.yaml",
        "triage_categories",
        "triage-categories",
        "Catégories à trier",
        "Categories for triage",
    ),
    _named(
        "routing.yaml",
        "triage_severity",
        "triage-severity",
        "Gravité sans catégorie connue",
        "Severity without a known category",
    ),
    _named(
        "routing.yaml",
        "default_triage_holder",
        "triage-holder",
        "Qui trie sans site connu",
        "Who sorts where no site is known",
    ),
    _named(
        "routing.yaml",
        "last_resort",
        "last-resort",
        "Dernier recours",
        "Last resort",
    ),
    _named(
        "routing.yaml",
        "danger_answer/**",
        "danger-answer",
        "Danger immédiat signalé, {0}",
        "Immediate danger answered, {0}",
    ),
    _named("routing.yaml", "signs/*", "sign", "Signe de danger {0}", "Sign of danger {0}"),
    _named(
        "routing.yaml",
        "signs/*/**",
        "sign.effect",
        "Signe de danger {0}, {1}",
        "Sign of danger {0}, {1}",
    ),
    _named(
        "routing.yaml",
        "protected_kinds",
        "protected-kinds",
        "Mises en cause qui protègent le dossier",
        "Accused kinds that protect a case",
    ),
    _named(
        "routing.yaml",
        "recused_respondents",
        "recused-respondents",
        "Mis en cause qui ne répondent pas eux-mêmes",
        "Respondents that do not answer for themselves",
    ),
    _named(
        "organisations.yaml",
        "organisations/*",
        "body",
        "Organisme {0}",
        "Organisation {0}",
        private=True,
    ),
    _named(
        "organisations.yaml",
        "organisations/*/emails",
        "body.contact",
        "Organisme {0}, contacts",
        "Organisation {0}, contacts",
        private=True,
    ),
    _named(
        "organisations.yaml",
        "organisations/*/open",
        "body.open",
        "Organisme {0}, ouvert",
        "Organisation {0}, open",
    ),
    _named(
        "organisations.yaml",
        "organisations/*/sites",
        "body.sites",
        "Organisme {0}, sites",
        "Organisation {0}, sites",
    ),
    _named(
        "organisations.yaml",
        "organisations/*/**",
        "body.other",
        "Organisme {0}, {1}",
        "Organisation {0}, {1}",
    ),
    _named("sites.yaml", "sites/*", "site", "Site {0}", "Site {0}"),
    _named("sites.yaml", "sites/*/**", "site.other", "Site {0}, {1}", "Site {0}, {1}"),
    _named(
        "stages.yaml",
        "stages/*/time/*",
        "stage.time",
        "Étape {0}, délai en {1}",
        "Stage {0}, time in {1}",
    ),
    _named(
        "stages.yaml",
        "stages/*/responders/*",
        "stage.responder",
        "Étape {0}, délai de {1}",
        "Stage {0}, time of {1}",
    ),
    _named(
        "stages.yaml",
        "stages/*/responders/*/*",
        "stage.responder",
        "Étape {0}, délai de {1} en {2}",
        "Stage {0}, time of {1} in {2}",
    ),
    _named(
        "stages.yaml",
        "stages/*/on_missed",
        "stage.missed",
        "Étape {0}, quand la date est dépassée",
        "Stage {0}, when the date is missed",
    ),
    _named(
        "stages.yaml",
        "stages/*/owner",
        "stage.owner",
        "Étape {0}, qui doit agir",
        "Stage {0}, who has to act",
    ),
    _named(
        "stages.yaml",
        "stages/*/extend",
        "stage.extension",
        "Étape {0}, prolongation",
        "Stage {0}, extension",
    ),
    _named(
        "stages.yaml",
        "stages/*/extend/**",
        "stage.extension",
        "Étape {0}, prolongation ({1})",
        "Stage {0}, extension ({1})",
    ),
    _named("stages.yaml", "stages/*", "stage", "Étape {0}", "Stage {0}"),
    _named(
        "stages.yaml",
        "elapsed",
        "elapsed",
        "Gravités comptées en heures",
        "Severities in elapsed hours",
    ),
    _named(
        "stages.yaml",
        "warnings/*",
        "warnings",
        "Avertissements en {0} (% du délai)",
        "Warnings in {0} (% of the time)",
    ),
    _named(
        "stages.yaml",
        "renewal/*/**",
        "renewal",
        "Nouvelle date après un dépassement en {0} ({1})",
        "Next date after a missed one in {0} ({1})",
    ),
    _named(
        "stages.yaml",
        "question/*",
        "question",
        "Délai pour répondre à une question d’une autre partie en {0}",
        "Time to answer a question of another party in {0}",
    ),
    _named(
        "stages.yaml",
        "appeal_window/*",
        "appeal-window",
        "Délai de recours en {0}",
        "Time to appeal in {0}",
    ),
    _named(
        "stages.yaml",
        "grace_for_delay",
        "grace",
        "Retard de réception accepté",
        "Delay of receipt that is accepted",
    ),
    _named("calendar.yaml", "added", "calendar.added", "Jours chômés ajoutés", "Days off added"),
    _named(
        "calendar.yaml",
        "removed",
        "calendar.removed",
        "Jours fériés retirés",
        "Holidays taken away",
    ),
    _named("calendar.yaml", "weekend", "calendar.weekend", "Fin de semaine", "Weekend"),
    _named("calendar.yaml", "**", "calendar.other", "Calendrier, {0}", "Calendar, {0}"),
    _named(
        "audiences.yaml",
        "events/*",
        "audience",
        "Qui est informé de {0}",
        "Who is told of {0}",
    ),
    _named("audiences.yaml", "**", "audience.other", "Avis, {0}", "Notices, {0}"),
    _named("danger.yaml", "signs/*", "danger", "Mots du signe {0}", "Words of the sign {0}"),
    _named(
        "danger.yaml",
        "signs/*/**",
        "danger.words",
        "Mots du signe {0} ({1})",
        "Words of the sign {0} ({1})",
    ),
    _named(
        "keywords.yaml",
        "categories/*/**",
        "keywords",
        "Mots de la catégorie {0}",
        "Words of category {0}",
    ),
    _named(
        "keywords.yaml",
        "categories/*",
        "keywords",
        "Mots de la catégorie {0}",
        "Words of category {0}",
    ),
    _named(
        "templates/",
        "**",
        "template",
        "Texte des messages, {0}",
        "Words of messages, {0}",
        private=True,
    ),
    _named("imports/", "**", "import", "Lecture des registres, {0}", "Reading of registers, {0}"),
    _named(
        "access.yaml",
        "commands/*/never",
        "access.never",
        "Qui ne peut en aucun cas {0}",
        "Who in no case may {0}",
    ),
    _named("access.yaml", "commands/*/*", "access", "Qui peut {0} comme {1}", "Who may {0} as {1}"),
    _named("access.yaml", "commands/*", "access", "Qui peut {0}", "Who may {0}"),
    _named(
        "access.yaml",
        "views/*/*",
        "access.view",
        "Qui voit {0} comme {1}",
        "Who sees {0} as {1}",
    ),
    _named("access.yaml", "endpoints/*/*", "access.endpoint", "Qui peut {1}", "Who may {1}"),
    _named("access.yaml", "views/*", "access.view", "Qui voit {0}", "Who sees {0}"),
)
