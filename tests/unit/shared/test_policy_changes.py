"""Every change of the policy has a name, is told in words, and shows no address and no message."""

import pytest

from shared.policy_bundle import Bundle
from shared.policy_changes import Change, changes
from tests.unit.policy_diff.folders import edited, files


def unread(files_: dict[str, str], version: str = "p-x") -> Bundle:
    """Return files as a version that no service has read: what they say is enough here."""
    return Bundle(version, files_, {})


SHIPPED = unread(files())


def found(*edits: tuple[str, str, str]) -> list[Change]:
    """Return what an edited policy changes."""
    return changes(SHIPPED, unread(edited(*edits)))


@pytest.mark.parametrize(
    ("file", "old", "new", "name", "words"),
    [
        (
            "taxonomy.yaml",
            "severity: S2\n    lane: open\n    ladder: [syndicate, company,",
            "severity: S1\n    lane: open\n    ladder: [syndicate, company,",
            "category.severity",
            "Catégorie LAND_EVICTION, gravité : S2 → S1",
        ),
        (
            "taxonomy.yaml",
            "lane: open",
            "lane: protected",
            "category.lane",
            "Catégorie LAND_EVICTION, voie : open → protected",
        ),
        (
            "taxonomy.yaml",
            "[syndicate, company, authority:mines, central]",
            "[company, syndicate, authority:mines, central]",
            "category.ladder",
            "Catégorie LAND_EVICTION, échelons : syndicate, company, authority:mines, central"
            " → company, syndicate, authority:mines, central",
        ),
        (
            "taxonomy.yaml",
            "raises: {force: S1}",
            "raises: {force: S2}",
            "category.raises",
            "Catégorie LAND_EVICTION, gravité avec le signe force : S1 → S2",
        ),
        (
            "taxonomy.yaml",
            "raises: {force: S1}",
            "recuses: [company]",
            "category.recuses",
            "Catégorie LAND_EVICTION, organismes écartés : ajouté (company)",
        ),
        (
            "taxonomy.yaml",
            "Expulsion, éviction forcée",
            "Expulsion",
            "category.shown",
            "Catégorie LAND_EVICTION, label.fr : Expulsion, éviction forcée → Expulsion",
        ),
        (
            "responders.yaml",
            "local: true",
            "local: false",
            "step.holders",
            "Échelon protection, qui le tient (local) : true → false",
        ),
        (
            "responders.yaml",
            "  central:",
            "  health: {responder: authority, kind: authority, function: health}\n  central:",
            "step",
            "Échelon health : ajouté",
        ),
        (
            "routing.yaml",
            "protected_ladder: [protection, protection-national]",
            "protected_ladder: [protection-national]",
            "protected-ladder",
            "Échelons de la voie protégée : protection, protection-national → protection-national",
        ),
        (
            "routing.yaml",
            "triage_ladder: [triage, protection,",
            "triage_ladder: [triage,",
            "triage-ladder",
            "Échelons du tri : triage, protection, protection-national → triage,",
        ),
        (
            "routing.yaml",
            "triage_categories: [OTHER]",
            "triage_categories: []",
            "triage-categories",
            "Catégories à trier : OTHER → ∅",
        ),
        (
            "routing.yaml",
            "triage_severity: S4",
            "triage_severity: S3",
            "triage-severity",
            "Gravité sans catégorie connue : S4 → S3",
        ),
        (
            "routing.yaml",
            "default_triage_holder: syndicat-demo",
            "default_triage_holder: syndicat-demo-2",
            "triage-holder",
            "Qui trie sans site connu : syndicat-demo → syndicat-demo-2",
        ),
        (
            "routing.yaml",
            "last_resort: mediation-demo",
            "last_resort: protection-demo",
            "last-resort",
            "Dernier recours : mediation-demo → protection-demo",
        ),
        (
            "routing.yaml",
            "danger_answer: {severity: S1",
            "danger_answer: {severity: S2",
            "danger-answer",
            "Danger immédiat signalé, severity : S1 → S2",
        ),
        (
            "routing.yaml",
            "force: {severity: S2",
            "force: {severity: S3",
            "sign.effect",
            "Signe de danger force, severity : S2 → S3",
        ),
        (
            "routing.yaml",
            "  illness: {",
            "  thirst: {severity: S2, protected: false, why: x}\n  illness: {",
            "sign",
            "Signe de danger thirst : ajouté",
        ),
        (
            "routing.yaml",
            "protected_kinds: [security_force, armed_group]",
            "protected_kinds: [security_force]",
            "protected-kinds",
            "Mises en cause qui protègent le dossier : security_force, armed_group → ",
        ),
        (
            "routing.yaml",
            "recused_respondents: [syndicate, ",
            "recused_respondents: [",
            "recused-respondents",
            "Mis en cause qui ne répondent pas eux-mêmes : syndicate, authority",
        ),
        (
            "organisations.yaml",
            "sites: [site-demo-2]",
            "sites: [doungoubou-demo]",
            "body.sites",
            "Organisme syndicat-demo-2, sites : site-demo-2 → doungoubou-demo",
        ),
        (
            "organisations.yaml",
            "    kind: syndicate",
            "    open: false\n    kind: syndicate",
            "body.open",
            "Organisme syndicat-demo, ouvert : ajouté (false)",
        ),
        (
            "organisations.yaml",
            "functions: [commune]",
            "functions: [commune, health]",
            "body.other",
            "Organisme commune-demo, functions : commune → commune, health",
        ),
        (
            "sites.yaml",
            "Lobaye",
            "Sangha",
            "site.other",
            "Site site-demo-2, prefecture : Lobaye → Sangha",
        ),
        (
            "sites.yaml",
            "  site-demo-2:",
            "  site-3: {name: Trois}\n  site-demo-2:",
            "site",
            "Site site-3 : ajouté",
        ),
        (
            "stages.yaml",
            "time: {S4: 5 d",
            "time: {S4: 6 d",
            "stage.time",
            "Étape acknowledge, délai en S4 : 5 d → 6 d",
        ),
        (
            "stages.yaml",
            "triage: {S4: 3 d",
            "triage: {S4: 4 d",
            "stage.responder",
            "Étape acknowledge, délai de triage en S4 : 3 d → 4 d",
        ),
        (
            "stages.yaml",
            "on_missed: renew",
            "on_missed: escalate",
            "stage.missed",
            "Étape answer, quand la date est dépassée : renew → escalate",
        ),
        (
            "stages.yaml",
            "owner: advocate",
            "owner: complainant",
            "stage.owner",
            "Étape verify, qui doit agir : advocate → complainant",
        ),
        (
            "stages.yaml",
            "extend: {most: 1",
            "extend: {most: 2",
            "stage.extension",
            "Étape inquiry, prolongation (most) : 1 → 2",
        ),
        (
            "stages.yaml",
            "elapsed: [S1, S2]",
            "elapsed: [S1]",
            "elapsed",
            "Gravités comptées en heures : S1, S2 → S1",
        ),
        (
            "stages.yaml",
            "warnings: {S4: [75, 90]",
            "warnings: {S4: [90]",
            "warnings",
            "Avertissements en S4 (% du délai) : 75, 90 → 90",
        ),
        (
            "stages.yaml",
            "S4: {first: 5 d",
            "S4: {first: 6 d",
            "renewal",
            "Nouvelle date après un dépassement en S4 (first) : 5 d → 6 d",
        ),
        (
            "stages.yaml",
            "appeal_window: {S4: 30 d",
            "appeal_window: {S4: 60 d",
            "appeal-window",
            "Délai de recours en S4 : 30 d → 60 d",
        ),
        (
            "stages.yaml",
            "grace_for_delay: 24 h",
            "grace_for_delay: 48 h",
            "grace",
            "Retard de réception accepté : 24 h → 48 h",
        ),
        (
            "calendar.yaml",
            "added: []",
            "added: [{day: 2027-03-10, why: Décret}]",
            "calendar.added",
            'Jours chômés ajoutés : ∅ → [{"day": "2027-03-10", "why": "Décret"}]',
        ),
        (
            "calendar.yaml",
            "[saturday, sunday]",
            "[sunday]",
            "calendar.weekend",
            "Fin de semaine : saturday, sunday → sunday",
        ),
        (
            "calendar.yaml",
            "removed: []",
            "removed: [{day: 2026-12-01, why: Décret}]",
            "calendar.removed",
            "Jours fériés retirés : ∅ → ",
        ),
        (
            "audiences.yaml",
            "{audience: advocate, notice: case-followed}",
            "{audience: advocate, notice: step-asked}",
            "audience",
            "Qui est informé de case.opened : "
            '…, [{"audience": "advocate", "notice": "case-followed"}] → …, [{',
        ),
        (
            "audiences.yaml",
            "quiet_exempt: [S1]",
            "quiet_exempt: [S1, S2]",
            "audience.other",
            "Avis, quiet_exempt : S1 → S1, S2",
        ),
        (
            "danger.yaml",
            "words: [malade,",
            "words: [mourant, malade,",
            "danger.words",
            "Mots du signe illness (words) : … → …, mourant",
        ),
        (
            "keywords.yaml",
            "[taxe superficiaire,",
            "[taxe,",
            "keywords",
            "Mots de la catégorie SURFACE_TAX : taxe superficiaire, surface tax → taxe,",
        ),
        (
            "imports/registre-papier.yaml",
            "repeated_number: warn",
            "repeated_number: refuse",
            "import",
            "Lecture des registres, repeated_number : warn → refuse",
        ),
    ],
)
def test_a_change_is_named_and_told(file: str, old: str, new: str, name: str, words: str) -> None:
    changed = [one for one in found((file, old, new)) if one.name == name]
    assert len(changed) == 1, found((file, old, new))
    assert changed[0].file == file
    assert changed[0].in_words().startswith(words)


def test_it_is_told_in_english_too() -> None:
    (change,) = found(("stages.yaml", "grace_for_delay: 24 h", "grace_for_delay: 48 h"))
    assert change.in_words("en") == "Delay of receipt that is accepted: 24 h → 48 h"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "organisations.yaml",
            'emails: ["rse@societe.example"]',
            'emails: ["autre@societe.example"]',
            "Organisme societe-demo, contacts : modifié",
        ),
        (
            "organisations.yaml",
            "  societe-demo:",
            '  autre: {name: A, kind: company, emails: ["secret@autre.example"]}\n  societe-demo:',
            "Organisme autre : ajouté",
        ),
        (
            "templates/complainant.yaml",
            "Received. Ref {ref}.",
            "We have it. Ref {ref}.",
            "Texte des messages, notices.receipt.complainant.sms.en : modifié",
        ),
    ],
)
def test_addresses_and_messages_are_not_shown(file: str, old: str, new: str, words: str) -> None:
    (change,) = found((file, old, new))
    assert change.in_words() == words
    assert "example" not in repr(change)
    assert "We have it" not in repr(change)


def test_what_goes_is_told_as_removed() -> None:
    more = edited(("sites.yaml", "  site-demo-2:", "  site-3: {name: Trois}\n  site-demo-2:"))
    (change,) = changes(unread(more), SHIPPED)
    assert change.in_words() == 'Site site-3 : supprimé ({"name": "Trois"})'


def test_comments_and_layout_change_nothing() -> None:
    assert found(("stages.yaml", "elapsed: [S1, S2]", "elapsed: # why\n- S1\n- S2")) == []


def test_what_no_name_fits_is_told_by_its_place() -> None:
    (change,) = found(("taxonomy.yaml", 'en: "Land and crops"', 'en: "Land"'))
    assert change.name == "other"
    assert change.in_words() == "taxonomy.yaml, groups.land.en : Land and crops → Land"


def test_a_file_that_comes_or_goes_is_told() -> None:
    more = unread(files() | {"imports/autre.yaml": "name: autre"})
    (come,), (gone,) = changes(SHIPPED, more), changes(more, SHIPPED)
    assert come.in_words() == "imports/autre.yaml : ajouté"
    assert gone.in_words("en") == "imports/autre.yaml: removed"
