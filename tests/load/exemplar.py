"""One open case as the four services write it: every document made by their own code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from services.intake.consumers import status_document
from services.intake.domain import Policy as IntakePolicy
from services.intake.domain import Prepared, prepare
from services.intake.handlers import POLICY_MODELS
from services.intake.identifiers import Identifiers, Identity
from services.intake.lexicon import CategoryWords, DangerWords
from services.intake.submission import AccusedGiven, Contact, Submission
from services.ledger.decisions import Rules, decide_acknowledge, decide_start_inquiry
from services.ledger.drafts import Draft, published
from services.ledger.store import MODELS as LEDGER_MODELS
from services.ledger.store import rules_of
from services.ledger.views import document_of
from services.notify.app import MODELS as NOTIFY_MODELS
from services.notify.audience import Audiences, notices
from services.notify.documents import delivery_of
from services.notify.recorder import Fact, settled_event, told
from services.routing.domain import fold, react
from services.routing.policy import MODELS as ROUTING_MODELS
from services.routing.policy import Policy as RoutingPolicy
from shared.directory import Organisations, Sites
from shared.due_queue import wake_time
from shared.event_store import to_document
from shared.events import Event, EventData
from shared.events.ledger import Actor, CaseEvent
from shared.events.notify import NoticesSettled
from shared.ids import derived_beside, derived_id
from shared.mongo import Document
from shared.policy_file import Bundle, load_bundle
from shared.taxonomy import Taxonomy

WORDS = "L'engin de la société a détruit le champ de manioc, trois parcelles derrière la rivière."
ROLES = {
    "syndicate": "representative",
    "triage": "representative",
    "company": "csr",
    "authority": "authority",
    "protection": "protection",
}
_MOMENT = timedelta(milliseconds=40)
#: When the holder acknowledged and began to look into the case, after its receipt.
BEGUN_AFTER = timedelta(hours=2)


@dataclass(frozen=True)
class Kind:
    """A kind of case: how many of a thousand are of it, what was said, and how far it has come.

    `begun` cases have been acknowledged and are in inquiry; the others wait for their holder.
    """

    of_thousand: int
    category: str
    danger: bool = False
    begun: bool = True
    accused: str | None = None


@dataclass(frozen=True)
class Derived:
    """An id that the services derive from other names of the same case, by `derive`."""

    sample: str
    parts: tuple[str, ...]
    derive: Callable[..., str]


@dataclass(frozen=True)
class Exemplar:
    """A whole case: documents by (database, collection), and how its ids follow from each other.

    `entries` are the ledger's events in their order: their seals must be computed anew for a case
    of another name.
    """

    identity: Identity
    prepared: Prepared
    received_at: datetime
    wake_at: datetime
    derived: tuple[Derived, ...]
    entries: tuple[Event, ...]
    documents: tuple[tuple[tuple[str, str], Document], ...]


class Rulebook:
    """The shipped policy as each service reads it."""

    def __init__(self, folder: Path) -> None:
        models = {**POLICY_MODELS, **ROUTING_MODELS, **LEDGER_MODELS, **NOTIFY_MODELS}
        bundle: Bundle = load_bundle(folder, models)
        self.intake = IntakePolicy(
            taxonomy=bundle.get(Taxonomy),
            sites=bundle.get(Sites),
            organisations=bundle.get(Organisations),
            danger=bundle.get(DangerWords),
            keywords=bundle.get(CategoryWords),
        )
        self.routing = RoutingPolicy.of(bundle)
        self.rules: Rules = rules_of(bundle)
        self.audiences = bundle.get(Audiences)
        self.directory = bundle.get(Organisations)


def submission_of(kind: Kind) -> Submission:
    """Return what the complainant of such a case said."""
    return Submission(
        text=WORDS,
        language="fr",
        category=kind.category,
        site="doungoubou-demo",
        organisation="societe-demo",
        danger=kind.danger,
        occurred_on="2026-11",
        accused=(AccusedGiven(organisation=kind.accused),) if kind.accused else (),
        contact=Contact(name="Habitant", email="habitant@courriel.example"),
        consents={"handle": True, "notices": True},
    )


def build(kind: Kind, received_at: datetime, book: Rulebook, ids: Identifiers) -> Exemplar:
    """Let the services' decisions make one case of a kind that came in at a time."""
    identity = ids.identity("exemplar", f"{kind.category}|{received_at.isoformat()}")
    prepared = prepare(submission_of(kind), book.intake, received_at.date())
    gid = identity.grievance
    submitted = Event.derived(
        prepared.event_data(identity.reference, "web", received_at, None),
        subject=gid,
        sequence=1,
        time=received_at,
        cause=identity.key_hash,
    )
    routed = react(fold([]), submitted, book.routing, received_at + _MOMENT)
    assert routed is not None
    draft = Draft(gid, [])
    draft.react(routed, received_at + 2 * _MOMENT, book.rules)
    deliveries, settled = _told(draft.new[0], book)
    draft.react(settled, settled.time + _MOMENT, book.rules)
    if kind.begun:
        _begin(draft, received_at)
    view = document_of(draft.case, draft.head, book.rules)
    events = [("intake", submitted), ("routing", routed)]
    events += [("ledger", event) for event in draft.new] + [("notify", settled)]
    return Exemplar(
        identity=identity,
        prepared=prepared,
        received_at=received_at,
        wake_at=wake_time(view["wake"]),
        derived=_derivations(events, deliveries),
        entries=tuple(draft.new),
        documents=(
            *(((service, "events"), to_document(event)) for service, event in events),
            (("intake", "status"), status_document(gid, [e for e in draft.new if published(e)])),
            (("ledger", "cases"), {"_id": gid, **view}),
            *((("notify", "deliveries"), delivery) for delivery in deliveries),
        ),
    )


def _told(opened: Event, book: Rulebook) -> tuple[list[Document], Event]:
    """Return the deliveries of an opened case as they stand once sent, and their outcomes."""
    data, at = opened.data, opened.time + 5 * _MOMENT
    assert isinstance(data, CaseEvent)
    deliveries: list[Document] = []
    facts: list[Fact] = []
    for notice in notices(opened, book.audiences, book.directory):
        delivery = delivery_of(notice, opened, data, channel="email")
        facts.append(told(delivery, channel="email", attempts=1, twice=False))
        attempts = [{"at": at, "outcome": "sent", "code": "smtp-250"}]
        deliveries.append(delivery | {"state": "sent", "attempts": attempts})
    return deliveries, settled_event(facts, 1, at)


def _begin(draft: Draft, received_at: datetime) -> None:
    route = draft.case.route
    assert route is not None
    by = Actor(sub="officer", role=ROLES[route.responder], organisation=route.holder)
    at = received_at + BEGUN_AFTER / 2
    draft.add(decide_acknowledge(draft.case, by), cause="request:officer:1", now=at)
    at = received_at + BEGUN_AFTER
    draft.add(decide_start_inquiry(draft.case, by), cause="request:officer:2", now=at)


def _derivations(
    events: Sequence[tuple[str, Event]], deliveries: Sequence[Document]
) -> tuple[Derived, ...]:
    """Return how each id follows from those before it, in an order in which they can be made."""
    of_events = [
        Derived(
            event.id,
            (event.subject, event.cause or "", event.type, *_apart(event.data)),
            derived_beside,
        )
        for _, event in events
    ]
    of_deliveries = [
        Derived(d["_id"], (d["event"], d["audience"], d["recipient"], d["channel"]), derived_id)
        for d in deliveries
    ]
    left, ordered = [*of_events, *of_deliveries], list[Derived]()
    pending = {item.sample for item in left}
    while left:
        ready = [item for item in left if not pending & set(item.parts)]
        ordered += ready
        pending -= {item.sample for item in ready}
        left = [item for item in left if item.sample in pending]
    return tuple(ordered)


def _apart(data: EventData) -> tuple[str, ...]:
    """Return what tells an event from others of its type and cause: the outcomes it holds."""
    if not isinstance(data, NoticesSettled):
        return ("",)
    return tuple(part for outcome in data.outcomes for part in outcome.key.split("|"))


def varied(prepared: Prepared, number: int) -> Prepared:
    """Return what another complainant said: the same words under an address of their own."""
    email = f"habitant{number}@courriel.example"
    given = prepared.submission
    contact = (given.contact or Contact()).model_copy(update={"email": email})
    return replace(
        prepared,
        submission=given.model_copy(update={"contact": contact}),
        reach=replace(prepared.reach, email=email),
    )
