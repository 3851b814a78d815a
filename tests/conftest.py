"""Fixtures that every test may use; the servers are real and started only when asked for."""

import os
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings

from shared.mongo import Database, connect
from shared.mongo import database as open_database
from tests.support.servers import running_kafka, running_mongo

#: RECOURS_EXAMPLES=long is what `make prove` runs: many more examples, and longer stories.
settings.register_profile("short", deadline=None)
settings.register_profile(
    "long",
    deadline=None,
    max_examples=1_500,
    stateful_step_count=60,
    suppress_health_check=[HealthCheck.too_slow],
)
# Each mutant gets the same examples, and a failure is not made smaller: it only has to be one.
settings.register_profile(
    "mutants",
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile(os.environ.get("RECOURS_EXAMPLES", "short"))


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a MongoDB-wire store: one for the session, or the one that runs already."""
    if running := os.environ.get("RECOURS_TEST_MONGO"):
        yield running
        return
    with running_mongo(tmp_path_factory.mktemp("mongo")) as server:
        yield server.uri


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Kafka broker with the project's topics, one for the session."""
    with running_kafka(tmp_path_factory.mktemp("kafka")) as server:
        yield server.bootstrap


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """A fresh database, dropped after the test."""
    client = connect(mongo_uri)
    name = f"t_{uuid4().hex}"
    try:
        yield open_database(client, name)
        await client.drop_database(name)
    finally:
        client.close()
