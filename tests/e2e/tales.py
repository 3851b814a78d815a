"""Five stories as they happen around a mine, from filing to the end, whoever plays them."""

from collections.abc import Callable

from tests.e2e.stories import (
    ADMINISTRATOR,
    ADVOCATE,
    CENTRAL,
    COMMUNE,
    COMPANY,
    COOPERATIVE,
    EVERYBODY,
    FOCAL,
    MINES,
    MONITOR,
    SECOND,
    Story,
    day,
    record_holds,
)
from tests.support.system import System

#: Begins a story: files its words under these codes.
Begin = Callable[..., Story]
#: Tells a story on a running system.
Tale = Callable[[System, Begin], None]


def crops_destroyed(system: System, begin: Begin) -> None:
    """Two escalations, an appeal that is upheld, and compensation that the family confirms."""
    case = begin(
        "L'engin a roulé sur le manioc de la famille",
        category="LAND_CROP_DAMAGE",
        organisation="societe-demo",
    )
    case.stands("routed", COMPANY)
    case.is_told(COMPANY.address, "accusé de réception")
    before = case.case(COMPANY)
    assert (before["category"], before["site"], before["statement"]) == (None, None, None)
    assert case.case(ADVOCATE)["category"] == "LAND_CROP_DAMAGE"

    case.does(ADVOCATE, "record-statement", text="Trois parcelles de manioc ont été écrasées")
    assert case.case(COMPANY)["category"] is None
    case.does(ADVOCATE, "release-statement", consent="fingerprint", to=["company", "authority"])
    assert case.case(COMPANY)["category"] == "LAND_CROP_DAMAGE"

    case.does(ADVOCATE, "escalate", reason="La société ne vient pas")
    case.stands("routed", COMMUNE)
    case.is_told(COMMUNE.address, "accusé de réception")
    case.does(COMMUNE, "acknowledge")
    case.does(COMMUNE, "start-inquiry")
    case.does(COMMUNE, "close", **{"as": "resolved-not-agreed"})
    case.stands("closed", COMMUNE)

    case.says("appeal", text="Personne n'a vu le champ")
    case.stands("routed", CENTRAL)
    assert case.gives(COMMUNE, "decide-appeal", outcome="dismissed") == 409
    case.does(ADVOCATE, "escalate", reason="Toujours personne")
    case.moves(3)  # to the town hall, by the appeal, and asked for again at the end of the ladder
    case.does(CENTRAL, "acknowledge")
    item = {"kind": "crop-compensation", "amount": 250_000, "by": day(20)}
    case.does(
        CENTRAL, "decide-appeal", outcome="upheld", items=[item | {"owed_by": "societe-demo"}]
    )
    case.stands("agreed", CENTRAL)

    assert case.gives(COMPANY, "verify-delivery") == 409
    case.does(COMPANY, "record-delivery", text="Payé devant témoins")
    assert case.gives(COMPANY, "verify-delivery") == 409
    case.does(ADVOCATE, "verify-delivery")
    case.does(CENTRAL, "close", **{"as": "resolved-agreed"})
    case.stands("closed", CENTRAL)
    [paid] = case.case(ADVOCATE)["remedy"]
    assert (paid["amount"], paid["owed_by"], paid["state"]) == (250_000, "societe-demo", "verified")
    case.ends()
    assert record_holds(system)


def the_communes_surface_tax(system: System, begin: Begin) -> None:
    """The mines directorate holds it, the company owes it, and the village says that it came."""
    case = begin(
        "La taxe superficiaire n'est jamais arrivée à la commune",
        category="SURFACE_TAX",
        organisation="societe-demo",
    )
    case.stands("routed", MINES)
    case.does(MINES, "acknowledge")
    item = {"kind": "surface-tax", "owed_by": "societe-demo", "by": day(30)}
    case.does(MINES, "propose-remedy", items=[item])
    case.is_told(case.phone, "une proposition")
    case.says("answer", agreed=True)
    case.stands("agreed", MINES)
    case.does(MINES, "record-delivery", text="Quittance de la commune")
    case.stands("remedy_delivered", MINES)
    case.says("answer", agreed=True)
    case.stands("verified", MINES)
    case.does(MINES, "close", **{"as": "resolved-agreed"})
    case.is_told(case.phone, "termine")
    case.says("follow-up", satisfied=True, remedy_holds=False)
    case.stands("routed", MINES)
    case.ends()
    assert record_holds(system)


def accident_and_care(system: System, begin: Begin) -> None:
    """Agreed in part, delivered in part: what is verified stays, what is open has its date."""
    case = begin(
        "Deux doigts écrasés par le concasseur, aucun soin",
        category="HEALTH_CARE",
        organisation="societe-demo",
    )
    case.stands("routed", COMPANY)
    case.does(ADVOCATE, "record-statement", text="Un ouvrier blessé attend des soins")
    case.says("consents", purpose="statement", given=True, statement=1, to=["company"])
    case.becomes(COMPANY, category="HEALTH_CARE")
    case.does(COMPANY, "acknowledge")
    items = [
        {"kind": "medical-care", "by": day(3)},
        {"kind": "crop-compensation", "amount": 50_000, "by": day(20)},
        {"kind": "pay-slips", "by": day(20)},
    ]
    case.does(COMPANY, "propose-remedy", items=items)
    case.says("answer", agreed=True, items=[1, 2])
    case.stands("agreed", COMPANY)
    case.does(COMPANY, "record-delivery", items=[1], text="Facture du dispensaire")
    assert case.gives(COMPANY, "verify-delivery", items=[1]) == 409
    case.does(ADVOCATE, "verify-delivery", items=[1])
    case.stands("agreed", COMPANY)
    remedy = case.case(ADVOCATE)["remedy"]
    assert [item["state"] for item in remedy] == ["verified", "agreed", "refused"]
    assert case.case(COMPANY)["stage"] == "deliver"
    assert case.gives(COMPANY, "close", **{"as": "resolved-agreed"}) == 409
    case.says("withdrawal", pressured=True)
    case.stands("closed", COMPANY)
    case.ends()
    assert record_holds(system)


def police_violence(system: System, begin: Begin) -> None:
    """Known to the protection alone; two people are needed to see it as less grave."""
    case = begin(
        "Les agents m'ont frappé au poste",
        category="SECURITY_FORCE",
        accused=[{"organisation": "police-demo"}],
    )
    case.stands("routed", FOCAL, seen_by=FOCAL)
    others = [who for who in EVERYBODY if who is not FOCAL]
    case.does_not_exist_for(*others)
    case.does(FOCAL, "record-safety-plan", text="Chez un parent")
    case.does(FOCAL, "record-safe-contact", text="Jamais au téléphone", contact="none")
    case.does(FOCAL, "acknowledge")
    case.does(FOCAL, "refer-service", service="medical", consent="spoken")
    police = {"service": "legal", "consent": "spoken", "to": "police-demo"}
    assert case.gives(FOCAL, "refer-service", **police) == 422
    assert case.gives(FOCAL, "close", **{"as": "inconclusive"}) == 409
    kept = case.case(FOCAL)["protection"]
    assert (kept["contact"], len(kept["services"])) == ("none", 1)

    case.does(FOCAL, "request-release", severity="S2")
    assert case.gives(FOCAL, "agree-release") == 409
    case.does(SECOND, "agree-release")
    case.becomes(FOCAL, lane="protected", severity="S2", holder="protection-demo")
    case.does_not_exist_for(*others)
    case.was_never_told(ADVOCATE, COMPANY, COOPERATIVE, COMMUNE, MINES, CENTRAL)
    case.ends()
    assert record_holds(system)


def the_cooperatives_own_leader(system: System, begin: Begin) -> None:
    """Who reads the words finds out who is accused: from then on they are blind and dumb."""
    case = begin(
        "Le président garde la moitié du prix de l'or",
        category="BUYING_PRICE",
        organisation="cooperative-demo",
    )
    case.stands("routed", ADVOCATE)
    case.does(ADVOCATE, "acknowledge")
    case.does(ADVOCATE, "escalate", reason="À la coopérative de répondre")
    case.stands("routed", COOPERATIVE)
    case.is_told(COOPERATIVE.address, "accusé de réception")
    heard = len(system.messages(COOPERATIVE.address))
    case.does(
        ADVOCATE, "correct-triage", reason="Le président est visé", accused=["cooperative-demo"]
    )
    case.does_not_exist_for(COOPERATIVE, ADMINISTRATOR)
    case.stands("routed", MINES)
    case.is_told(MINES.address, "accusé de réception")
    assert len(system.messages(COOPERATIVE.address)) == heard
    assert case.case(ADVOCATE)["accused"] == ["cooperative-demo"]
    assert case.case(MINES)["accused"] == []
    assert case.case(MONITOR)["accused"] == []
    case.does(MINES, "acknowledge")
    case.does_not_exist_for(COOPERATIVE)
    case.ends()
    assert record_holds(system)


TALES: tuple[Tale, ...] = (
    crops_destroyed,
    the_communes_surface_tax,
    accident_and_care,
    police_violence,
    the_cooperatives_own_leader,
)
