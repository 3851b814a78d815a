"""Create the topics of `topics.yaml`: idempotent, waits for leaders, never deletes."""

import argparse
import asyncio
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("topics.yaml")


class Topic(BaseModel):
    """One topic as the data file names it; what it leaves out comes from the defaults."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z]+\.[a-z]+\.v[0-9]+$")
    partitions: int = Field(ge=1)
    replication: int = Field(ge=1)
    config: dict[str, str]


def load_topics(path: Path = _FILE, replication: int | None = None) -> list[Topic]:
    """Read the topics; `replication` overrides the file's for this cluster."""
    content = YAML(typ="safe").load(path.read_text())
    defaults = content["defaults"]
    topics = []
    for given in content["topics"]:
        merged = {**defaults, **given, "config": {**defaults["config"], **given.get("config", {})}}
        if replication:
            merged["replication"] = replication
            merged["config"]["min.insync.replicas"] = str(max(1, replication - 1))
        topics.append(Topic.model_validate(merged))
    return topics


async def provision(bootstrap: str, topics: list[Topic], *, timeout: float = 60) -> list[str]:
    """Create what is missing, add partitions where the file has more, wait for leaders.

    Returns what was done, a line each. Kafka may still be starting: it is tried until `timeout`.
    """
    deadline = time.monotonic() + timeout
    admin = await _connect(bootstrap, deadline)
    try:
        done = await _create_missing(admin, topics)
        while waiting := await _without_leader(admin, topics):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no leader yet for {', '.join(sorted(waiting))}")
            await asyncio.sleep(0.1)
        return done
    finally:
        await admin.close()


async def _connect(bootstrap: str, deadline: float) -> Any:
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            await admin.start()
        except (KafkaError, OSError) as error:
            await admin.close()
            if time.monotonic() > deadline:
                raise TimeoutError(f"Kafka does not answer at {bootstrap}") from error
            await asyncio.sleep(0.25)
        else:
            return admin


async def _create_missing(admin: Any, topics: list[Topic]) -> list[str]:
    present = await _described(admin, [topic.name for topic in topics])
    new = [
        NewTopic(t.name, t.partitions, t.replication, topic_configs=t.config)
        for t in topics
        if t.name not in present
    ]
    done = []
    if new:
        answer = await admin.create_topics(new)
        for name, code, *message in answer.topic_errors:
            if code == TopicAlreadyExistsError.errno:
                continue
            if code:
                raise for_code(code)(f"{name}: {message[0] if message else ''}")
            done.append(f"created {name}")
    for topic in topics:
        have = len(present.get(topic.name, ()))
        if 0 < have < topic.partitions:
            await admin.create_partitions({topic.name: NewPartitions(topic.partitions)})
            done.append(f"{topic.name}: {have} → {topic.partitions} partitions")
    return done


async def _without_leader(admin: Any, topics: list[Topic]) -> set[str]:
    present = await _described(admin, [topic.name for topic in topics])
    return {
        topic.name
        for topic in topics
        if len(present.get(topic.name, ())) < topic.partitions
        or any(partition["leader"] < 0 for partition in present[topic.name])
    }


async def _described(admin: Any, names: list[str]) -> dict[str, list[dict[str, Any]]]:
    existing = set(await admin.list_topics())
    wanted = [name for name in names if name in existing]
    if not wanted:
        return {}
    return {
        topic["topic"]: topic["partitions"]
        for topic in await admin.describe_topics(wanted)
        if topic["error_code"] == 0
    }


def main() -> None:
    """Provision the topics of the cluster that KAFKA_BOOTSTRAP names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP"))
    parser.add_argument("--replication", type=int, default=None)
    parser.add_argument("--file", type=Path, default=_FILE)
    given = parser.parse_args()
    if not given.bootstrap:
        sys.exit("Set KAFKA_BOOTSTRAP, or give --bootstrap HOST:PORT")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        done = asyncio.run(provision(given.bootstrap, load_topics(given.file, given.replication)))
    except (TimeoutError, KafkaError) as error:
        sys.exit(f"The topics are not in place: {error}")
    print("\n".join(done) or "All topics are in place")


if __name__ == "__main__":
    main()
