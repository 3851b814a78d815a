"""What is seeded is what the services write: they read, check and rebuild it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.intake.identifiers import Identifiers
from services.intake.reader import VaultReader
from services.intake.reads import Reads
from services.intake.store import IntakeStore
from services.intake.vault import KeyRing
from services.ledger.verify import verify_database
from shared.clock import SystemClock, whole_milliseconds
from shared.due_queue import wake_time
from shared.event_store import EventStore
from shared.mongo import Client, Database, connect, database
from tests.load.due import ledger_in
from tests.load.exemplar import WORDS, Rulebook
from tests.load.seed import PLACES, Secrets, Seeded, Seeder
from tests.support.submissions import POLICY_DIR

SECRETS = Secrets(b"p" * 40, b"m" * 32)


@pytest.fixture
async def client(mongo_uri: str) -> AsyncIterator[Client]:
    """A client of a store in which the services' databases are dropped afterwards."""
    client = connect(mongo_uri)
    yield client
    for name in {name for name, _ in PLACES}:
        await client.drop_database(f"recours_{name}")
    client.close()


@pytest.fixture
async def seeded(client: Client) -> Seeded:
    """A hundred cases, ten of them overdue."""
    now = whole_milliseconds(datetime.now(UTC))
    seeder = Seeder(client, Rulebook(POLICY_DIR), SECRETS, now)
    seeded = await seeder.seed(100, 10, lambda _: None)
    await seeder.ensure_indexes()
    return seeded


def opened(client: Client, name: str) -> Database:
    """Return the database of a service."""
    return database(client, f"recours_{name}")


async def test_the_ledger_finds_its_own_record_and_views(client: Client, seeded: Seeded) -> None:
    """Every chain holds, and the views are those that it would build from the events."""
    db = opened(client, "ledger")
    report = await verify_database(db)
    assert report.ok, report.faults[:3]
    assert report.cases == seeded.cases == 100
    before = await db["cases"].find({}).sort([("_id", 1)]).to_list(None)
    async with ledger_in(db) as ledger:
        assert await ledger.rebuild() == 100
    after = await db["cases"].find({}).sort([("_id", 1)]).to_list(None)
    for one, other in zip(before, after, strict=True):
        assert one == other
    assert (
        sum(wake_time(view["wake"]) <= datetime.now(UTC) for view in before) == seeded.overdue == 10
    )


async def test_intake_opens_what_was_sealed_and_follows_the_case(
    client: Client, seeded: Seeded
) -> None:
    """Each person has a key and an address of their own."""
    intake = opened(client, "intake")
    keys = KeyRing(opened(client, "vault_keys")["keys"], SECRETS.master)
    store = IntakeStore(intake, keys, EventStore(intake, source="intake"), lambda: None)
    clock = SystemClock()
    reads = Reads(store.reads, store.status, clock)
    reader = VaultReader(store, Identifiers(SECRETS.pepper), clock, reads)
    vault = await store.vault.find({}).to_list(None)
    assert len({document["person"] for document in vault}) == 100
    words = await reader.words(vault[0]["_id"], service="ledger", purpose="case-work")
    assert WORDS in str(words)
    views = {view["_id"]: view for view in await intake["status"].find({}).to_list(None)}
    assert views.keys() == {document["_id"] for document in vault}
    cases = {c["_id"]: c for c in await opened(client, "ledger")["cases"].find({}).to_list(None)}
    assert all(views[gid]["state"] == cases[gid]["state"] for gid in cases)


async def test_every_notice_of_the_record_is_a_delivery(client: Client, seeded: Seeded) -> None:
    """Ids derive from one another as the services derive them."""
    notify, ledger = opened(client, "notify"), opened(client, "ledger")
    deliveries = {d["_id"] for d in await notify["deliveries"].find({}).to_list(None)}
    informed = {"type": "cf.recours.parties.informed.v1"}
    told = await ledger["events"].find(informed).to_list(None)
    parties = [party for event in told for party in event["data"]["parties"]]
    assert {party["delivery_id"] for party in parties} == deliveries
    facts = {event["_id"] for event in await notify["events"].find({}).to_list(None)}
    assert {event["cause"] for event in told} == facts
