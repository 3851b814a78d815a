"""What the tests of the technical building blocks share."""

import pytest

from shared.event_store import EventStore
from shared.mongo import Database
from tests.integration.desk import Desk
from tests.integration.kafka_topics import new_topic


@pytest.fixture
async def store(database: Database) -> EventStore:
    """An empty event store with its indexes."""
    store = EventStore(database, source="intake")
    await store.ensure_indexes()
    return store


@pytest.fixture
async def desk(database: Database, kafka_bootstrap: str) -> Desk:
    """A consumer group and a topic that no other test uses."""
    desk = Desk(database, kafka_bootstrap, await new_topic(kafka_bootstrap))
    await desk.letters.ensure_indexes()
    return desk
