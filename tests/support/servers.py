"""Real embedded servers for tests: started once per session, only when a test asks for them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.kafka import KafkaServer
from deploy.embedded.mongo import MongoServer
from deploy.embedded.process import free_ports
from deploy.topics import load_topics, provision


@contextmanager
def running_mongo(folder: Path) -> Iterator[MongoServer]:
    """Run a store in a folder."""
    server = MongoServer(folder, free_ports(1)[0])
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def running_kafka(folder: Path) -> Iterator[KafkaServer]:
    """Run a broker in a folder, with the project's topics."""
    port, controller = free_ports(2)
    server = KafkaServer(folder, port, controller)
    server.start()
    try:
        asyncio.run(provision(server.bootstrap, load_topics()))
        yield server
    finally:
        server.stop()
